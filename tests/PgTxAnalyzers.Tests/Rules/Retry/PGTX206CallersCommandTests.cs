using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>A retry around a command that somebody else has made.</summary>
public sealed class PGTX206CallersCommandTests
{
    private const string Run = "return await command.ExecuteNonQueryAsync();";

    private const string Lost = "(NpgsqlException e) when (e.IsTransient && attempt < 5)";

    private const string OnConnection = "await using var c = await dataSource.OpenConnectionAsync(); await using var cmd = new NpgsqlCommand(\"UPDATE orders SET paid = true\", c); await cmd.AgainAsync();";

    private static TestCode Again(string tried, string caller, string filter = Lost, string inHandler = "await Task.Delay(100 * attempt);", string parameter = "this NpgsqlCommand command") => RetryCode.Service($$"""
            public async Task RunAsync(DbConnection other)
            {
                {{caller}}
            }
        """, types: $$"""
        public static class Commands
        {
            public static async Task<int> AgainAsync({{parameter}})
            {
                for (var attempt = 0; ; attempt++)
                {
                    try
                    {
                        {{tried}}
                    }
                    catch {{filter}}
                    {
                        {{inHandler}}
                    }
                }
            }

            private static Task ReopenAsync(DbCommand command) => command.Connection!.OpenAsync();
        }
        """).Counting("PGTX206");

    [Theory]
    [InlineData(OnConnection, "this NpgsqlCommand command")]
    [InlineData("await using var cmd = other.CreateCommand(); await Commands.AgainAsync(cmd);", "DbCommand command")]
    [InlineData("await Commands.AgainAsync(command: other.CreateCommand());", "DbCommand command")]
    [InlineData("await using var cmd = dataSource.CreateCommand(\"SELECT 1\"); await Commands.AgainAsync(cmd); await Commands.AgainAsync(other.CreateCommand());", "DbCommand command")]
    public Task Its_connection_is_outside_of_the_retry(string caller, string parameter) => Again(Run + " // expect: PGTX206\n", caller, parameter: parameter).HasMarkedFindings();

    /// <summary>A data source opens a connection for each run of its command; who makes others is not in sight.</summary>
    [Theory]
    [InlineData("await using var cmd = dataSource.CreateCommand(\"SELECT 1\"); await cmd.AgainAsync();")]
    [InlineData("await dataSource.CreateCommand(\"SELECT 1\").AgainAsync();")]
    [InlineData("await Task.Yield();")]
    public Task A_command_that_may_open_its_own_is_quiet(string caller) => Again(Run, caller).IsQuiet();

    [Theory]
    [InlineData(Run, Lost, "await command.Connection!.OpenAsync();")]
    [InlineData(Run, Lost, "await ReopenAsync(command);")]
    [InlineData("command.Connection = new NpgsqlConnection(\"\"); " + Run, Lost, "")]
    [InlineData(Run, "(PostgresException e) when (e.SqlState is \"40001\" or \"40P01\")", "await Task.Delay(100 * attempt);")]
    [InlineData(Run, "(PostgresException e) when (e.SqlState == \"23505\")", "")]
    [InlineData("return command.CommandText.Length;", Lost, "")]
    public Task What_is_mended_or_has_lost_no_connection_is_quiet(string tried, string filter, string inHandler) => Again(tried, OnConnection, filter, inHandler).IsQuiet();

    [Fact]
    public async Task The_message_names_the_command()
    {
        var finding = Assert.Single(await Again(Run + " // expect: PGTX206\n", OnConnection).HasMarkedFindings());

        Assert.Equal("Every further attempt fails: the retry repeats the caller's command 'command', and the connection that it came with is closed once it is lost", finding.GetMessage());
        Assert.Equal("this NpgsqlCommand command", Assert.Single(finding.AdditionalLocations).Text());
    }
}
