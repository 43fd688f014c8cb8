using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Retry lists against the states that the referenced Npgsql does not call transient.</summary>
public sealed class PGTX209RetryListIncompleteTests
{
    private const string Region = """
            public async Task PayAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync("UPDATE orders SET paid = true", transaction: transaction);
                await transaction.CommitAsync(ct);
            }
        """;

    private const string Sql = """
            public async Task PayAsync(NpgsqlConnection connection)
            {
                await connection.ExecuteAsync("BEGIN");
                await connection.ExecuteAsync("COMMIT");
            }
        """;

    private static TestCode With(string strategy, string members) =>
        RetryCode.Service(members, $"services.AddNpgsql<ShopContext>(connectionString, npgsql => npgsql.{strategy});").Counting("PGTX209");

    [Theory]
    [InlineData("EnableRetryOnFailure()")]
    [InlineData("EnableRetryOnFailure(3)")]
    [InlineData("EnableRetryOnFailure([])")]
    [InlineData("EnableRetryOnFailure(new[] { \"08P01\" })")]
    [InlineData("EnableRetryOnFailure(3, TimeSpan.FromSeconds(3), null)")]
    public async Task Where_transactions_are_the_end_of_an_idle_one_is_missing(string strategy)
    {
        await With(strategy, "").IsQuiet();
        await With(strategy + "); // expect: PGTX209\n_ = (0", Region).HasMarkedFindings();
        await With(strategy + "); // expect: PGTX209\n_ = (0", Sql).HasMarkedFindings();
    }

    [Theory]
    [InlineData("EnableRetryOnFailure([\"25P03\"])")]
    [InlineData("EnableRetryOnFailure(errorCodesToAdd: new List<string> { \"25P03\", \"25P04\" })")]
    [InlineData("EnableRetryOnFailure(Environment.GetCommandLineArgs())")]
    [InlineData("EnableRetryOnFailure([.. Environment.GetCommandLineArgs()])")]
    public Task A_list_that_has_it_or_may_have_it_is_quiet(string strategy) => With(strategy, Region).IsQuiet();

    [Fact]
    public async Task The_message_names_the_version_and_the_state()
    {
        var finding = Assert.Single(await With("EnableRetryOnFailure()); // expect: PGTX209\n_ = (0", Region).HasMarkedFindings());

        Assert.Matches(@"^A transaction that idled too long still ends with an exception: Npgsql 10\.\d+\.\d+ does not call 25P03 transient, and 'EnableRetryOnFailure' does not add it$", finding.GetMessage());
        Assert.Equal("EnableRetryOnFailure()", finding.Location.Text());
        Assert.Equal(DiagnosticSeverity.Info, finding.Severity);
    }

    [Fact]
    public Task IsTransient_knows_the_restarts_since_8() => RetryCode.Handler("catch (NpgsqlException ex) when (ex.IsTransient) { return false; }").Counting("PGTX209").IsQuiet();

    [Theory]
    [InlineData("5.0.12", "40P01,57P01,57P02,57P05")]
    [InlineData("5.0.13", "57P01,57P02,57P05")]
    [InlineData("6.0.3", "40P01,57P01,57P02,57P05")]
    [InlineData("6.0.4", "57P01,57P02,57P05")]
    [InlineData("7.0.10", "57P01,57P02,57P05")]
    [InlineData("8.0.0", "")]
    [InlineData("10.0.3", "")]
    public void What_each_version_lacks(string version, string states) => Assert.Equal(states, string.Join(",", SqlStates.NotTransientIn(new Version(version))));
}
