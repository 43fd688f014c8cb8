using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Retries at once, and retries without an end.</summary>
public sealed class PGTX208RetryWithoutBackoffTests
{
    private static TestCode Loop(string loop, string handler, string inHandler, string token = "CancellationToken.None") => RetryCode.Service($$"""
            public async Task RunAsync(int id, CancellationToken ct)
            {
                {{loop}}
                {
                    try
                    {
                        await WorkAsync(id, {{token}});
                        return;
                    }
                    {{handler}}
                    {
                        {{inHandler}}
                    }
                }

                throw new InvalidOperationException();
            }

            private async Task WorkAsync(int id, CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("UPDATE orders SET closed = true WHERE id = @id", new { id });
            }
        """).Counting("PGTX208");

    [Theory]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "catch (NpgsqlException ex) when (ex.IsTransient)", "")]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "catch (PostgresException ex) when (ex.SqlState == \"40001\")", "continue;")]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "catch (NpgsqlException)", "await Task.Delay(0);")]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "catch (NpgsqlException)", "Thread.Sleep(TimeSpan.Zero);")]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "catch (DbException)", "Console.Error.WriteLine(attempt);")]
    public Task A_loop_without_a_pause_is_found(string loop, string handler, string inHandler) => Loop(loop, handler + " // expect: PGTX208", inHandler).Counting("PGTX208").HasMarkedFindings();

    [Theory]
    [InlineData("while (ct.CanBeCanceled || !ct.CanBeCanceled)", "catch (NpgsqlException)", "await Task.Delay(100);")]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "catch (NpgsqlException)", "await Task.Delay(100 * attempt, ct);")]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "catch (NpgsqlException)", "Thread.Sleep(100);")]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "catch (FormatException)", "")]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "catch (NpgsqlException ex) when (ex.SqlState == \"23505\")", "")]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "catch (NpgsqlException)", "throw;")]
    public Task A_loop_that_waits_and_ends_is_quiet(string loop, string handler, string inHandler) => Loop(loop, handler, inHandler).Counting("PGTX208").IsQuiet();

    /// <summary>A filter by a method that is one expression asks, and neither waits nor counts. What another method does is not known.</summary>
    [Theory]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "IsDeadlock(ex)", "", true)]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "attempt < 4 && IsDeadlock(ex)", "", true)]
    [InlineData("while (true)", "IsDeadlock(ex)", "await Task.Delay(100);", true)]
    [InlineData("while (true)", "IsDeadlock(ex)", "", true)]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "IsDeadlock(ex)", "await Task.Delay(100);", false)]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "IsDuplicate(ex)", "", false)]
    [InlineData("for (var attempt = 0; attempt < 5; attempt++)", "Paused(ex)", "", false)]
    [InlineData("while (true)", "IsLeft(ex)", "await Task.Delay(100);", false)]
    [InlineData("while (true)", "Paused(ex)", "", false)]
    public Task A_filter_may_ask_by_a_method(string loop, string filter, string inHandler, bool found) => RetryCode.Service($$"""
            private int left = 5;

            public async Task RunAsync(int id)
            {
                {{loop}}
                {
                    try
                    {
                        await using var connection = await dataSource.OpenConnectionAsync();
                        await connection.ExecuteAsync("UPDATE orders SET closed = true WHERE id = @id", new { id });
                        return;
                    }
                    catch (PostgresException ex) when ({{filter}}){{(found ? " // expect: PGTX208\n" : "")}}
                    {
                        {{inHandler}}
                    }
                }
            }

            private static bool IsDeadlock(PostgresException ex) => ex.SqlState is "40P01" or "40001";

            private static bool IsDuplicate(PostgresException ex) => ex.SqlState == "23505";

            private bool IsLeft(PostgresException ex) => ex.SqlState == "40P01" && left-- > 0;

            private bool Paused(PostgresException ex)
            {
                Thread.Sleep(100);
                return left-- > 0;
            }
        """).Counting("PGTX208").HasMarkedFindings();

    [Fact]
    public async Task A_loop_without_an_end_is_found_unless_a_token_ends_it()
    {
        const string Endless = """
                public async Task RunAsync(int id, CancellationToken ct)
                {
                    while (true)
                    {
                        try
                        {
                            await dataSource.CreateCommand("UPDATE orders SET closed = true").ExecuteNonQueryAsync(TOKEN);
                            return;
                        }
                        catch (NpgsqlException) // expect: PGTX208
                        {
                            await Task.Delay(100);
                        }
                    }
                }
            """;
        await RetryCode.Service(Endless.Replace("TOKEN", "CancellationToken.None")).Counting("PGTX208").HasMarkedFindings();
        await RetryCode.Service(Endless.Replace("TOKEN", "ct").Replace(" // expect: PGTX208", "")).Counting("PGTX208").IsQuiet();
        await RetryCode.Service(Endless.Replace("TOKEN", "CancellationToken.None").Replace("(NpgsqlException) // expect: PGTX208", "(NpgsqlException) when (id++ < 5)")).Counting("PGTX208").IsQuiet();
    }

    [Theory]
    [InlineData("Policy.Handle<NpgsqlException>().RetryAsync(3)", true)]
    [InlineData("Policy.Handle<NpgsqlException>().Or<TimeoutException>().RetryAsync(3)", true)]
    [InlineData("Policy.Handle<PostgresException>(ex => ex.SqlState == \"40001\").Retry(3)", true)]
    [InlineData("Policy.Handle<NpgsqlException>().WaitAndRetryForeverAsync(_ => TimeSpan.FromSeconds(1))", true)]
    [InlineData("Policy.Handle<NpgsqlException>().WaitAndRetry(3, _ => TimeSpan.Zero)", true)]
    [InlineData("Policy.Handle<NpgsqlException>().WaitAndRetryAsync(3, attempt => TimeSpan.FromSeconds(attempt))", false)]
    [InlineData("Policy.Handle<Exception>().RetryAsync(3)", false)]
    [InlineData("Policy.Handle<HttpRequestException>().RetryForeverAsync()", false)]
    [InlineData("Policy.Handle<DbException>().RetryForeverAsync()", true)]
    [InlineData("Policy.Handle<MySqlException>().RetryForeverAsync()", false)]
    [InlineData("Policy.Handle<MySqlException>().Or<NpgsqlException>().RetryForeverAsync()", true)]
    public Task A_policy_is_read_by_its_members(string policy, bool found) => RetryCode.Service($$"""
            public static object Make()
            {
                return {{policy}};{{(found ? " // expect: PGTX208" : "")}}
            }
        """, types: "public class MySqlException : DbException { }").Counting("PGTX208").HasMarkedFindings();

    [Theory]
    [InlineData("ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(), Delay = TimeSpan.Zero", true)]
    [InlineData("ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(), MaxRetryAttempts = int.MaxValue", true)]
    [InlineData("ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(), Delay = TimeSpan.Zero, DelayGenerator = _ => new(TimeSpan.FromSeconds(1))", false)]
    [InlineData("ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>()", false)]
    [InlineData("ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>(), Delay = TimeSpan.Zero", false)]
    [InlineData("Delay = TimeSpan.Zero", false)]
    public Task A_pipeline_is_read_by_its_options(string options, bool found) => RetryCode.Service($$"""
            public static ResiliencePipeline Make()
            {
                return new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions { {{options}} }).Build();{{(found ? " // expect: PGTX208" : "")}}
            }
        """).Counting("PGTX208").HasMarkedFindings();

    [Fact]
    public async Task The_message_says_what_is_missing()
    {
        var finding = Assert.Single(await Loop("for (var attempt = 0; attempt < 5; attempt++)", "catch (NpgsqlException) // expect: PGTX208", "").Counting("PGTX208").HasMarkedFindings());

        Assert.Equal("When the database comes back, all clients try again in the same moment: this loop waits for nothing between its attempts", finding.GetMessage());
        Assert.Equal(DiagnosticSeverity.Info, finding.Severity);
        Assert.Equal("catch", finding.Location.Text());
    }

    private static string Jump(string inHandler, string handler = "catch (NpgsqlException)", string behind = "", string label = "again:") => $$"""
            public async Task RunAsync(int id)
            {
                {{label}}
                try
                {
                    await dataSource.CreateCommand("UPDATE orders SET closed = true").ExecuteNonQueryAsync();
                }
                {{handler}}
                {
                    {{inHandler}}
                }

                {{behind}}
            }
        """;

    [Theory]
    [InlineData("goto again;", "catch (NpgsqlException) // expect: PGTX208\n")]
    [InlineData("await Task.Delay(100); goto again;", "catch (NpgsqlException) // expect: PGTX208\n")]
    [InlineData("goto again;", "catch (NpgsqlException) when (id++ < 3) // expect: PGTX208\n")]
    [InlineData("if (id++ < 3) { goto again; } throw;", "catch (NpgsqlException) // expect: PGTX208\n")]
    public Task A_jump_is_a_retry(string inHandler, string handler) => RetryCode.Service(Jump(inHandler, handler)).Counting("PGTX208").HasMarkedFindings();

    [Theory]
    [InlineData("await Task.Delay(100); goto again;", "catch (NpgsqlException) when (id++ < 3)", "", "again:")]
    [InlineData("await Task.Delay(100); if (id++ < 3) { goto again; } throw;", "catch (NpgsqlException)", "", "again:")]
    [InlineData("goto again;", "catch (NpgsqlException) when (id++ < 3)", "", "again: await Task.Delay(100 * id);")]
    [InlineData("goto again;", "catch (NpgsqlException)", "await Task.Delay(60_000); goto again;", "again:")]
    [InlineData("goto again;", "catch (HttpRequestException)", "", "again:")]
    [InlineData("goto again;", "catch (Exception)", "", "again:")]
    public Task A_jump_with_a_pause_and_an_end_or_to_other_work_is_quiet(string inHandler, string handler, string behind, string label) =>
        RetryCode.Service(Jump(inHandler, handler, behind, label)).Counting("PGTX208").IsQuiet();

    [Fact]
    public async Task The_message_calls_a_jump_so()
    {
        var finding = Assert.Single(await RetryCode.Service(Jump("goto again;", "catch (NpgsqlException) // expect: PGTX208\n")).Counting("PGTX208").HasMarkedFindings());

        Assert.Equal("When the database comes back, all clients try again in the same moment: this jump waits for nothing between its attempts, and has no end", finding.GetMessage());
    }
}
