using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Transactions of the program's own on a context that retries.</summary>
public sealed class PGTX202BeginOutsideStrategyTests
{
    private const string Retries = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure([\"25P03\"])));";

    private static TestCode With(string members, string registration = Retries) => RetryCode.Service(members, registration).Counting("PGTX202");

    private static string Method(string begin, string work, string mark = " // expect: PGTX202") => $$"""
            public async Task RunAsync(CancellationToken ct)
            {
                {{begin}}{{mark}}
                {{work}}
                await Task.Yield();
            }
        """;

    [Theory]
    [InlineData("await using var tx = await db.Database.BeginTransactionAsync(ct);", "await db.SaveChangesAsync(ct);")]
    [InlineData("using var tx = db.Database.BeginTransaction();", "var first = db.Orders.First();")]
    [InlineData("using var tx = db.Database.BeginTransaction(IsolationLevel.ReadCommitted);", "await db.Orders.ExecuteDeleteAsync(ct);")]
    [InlineData("await db.Database.BeginTransactionAsync(ct);", "await db.Orders.CountAsync(ct); await db.Database.CommitTransactionAsync(ct);")]
    [InlineData("await using var tx = await db.Database.BeginTransactionAsync(ct);", "await foreach (var order in db.Orders.AsAsyncEnumerable()) { }")]
    [InlineData("await using var tx = await db.Database.BeginTransactionAsync(ct);", "await StoreAsync(ct);")]
    [InlineData("using var tx = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled);", "await db.SaveChangesAsync(ct);")]
    public async Task EF_refuses_its_own_work_in_there(string begin, string work)
    {
        const string Store = "\n    private Task StoreAsync(CancellationToken ct) => db.SaveChangesAsync(ct);";
        await With(Method(begin, work) + Store).HasMarkedFindings();
        await With(Method(begin, work, "") + Store, "").IsQuiet();
        await With(Method(begin, work) + Store, "").WithOption("pgtx.retrying_strategy", "true").HasMarkedFindings();
        await With(Method(begin, work, "") + Store).WithOption("pgtx.retrying_strategy", "false").IsQuiet();
    }

    [Theory]
    [InlineData("await using var tx = await db.Database.BeginTransactionAsync(ct);", "await db.Database.ExecuteSqlAsync($\"DELETE FROM orders\", ct);")]
    [InlineData("await using var tx = await db.Database.BeginTransactionAsync(ct);", "await db.Database.GetDbConnection().ExecuteAsync(\"DELETE FROM orders\");")]
    [InlineData("await using var c = await dataSource.OpenConnectionAsync(ct); await using var tx = await c.BeginTransactionAsync(ct);", "await c.ExecuteAsync(\"DELETE FROM orders\");")]
    [InlineData("await using (var tx = await db.Database.BeginTransactionAsync(ct)) { await tx.CommitAsync(ct); }", "await db.SaveChangesAsync(ct);")]
    public Task What_does_not_go_through_the_strategy_is_not_refused(string begin, string work) => With(Method(begin, work, "")).IsQuiet();

    [Theory]
    [InlineData("db.Database.CreateExecutionStrategy().ExecuteAsync(OnceAsync, ct)")]
    [InlineData("db.Database.CreateExecutionStrategy().ExecuteAsync(token => OnceAsync(token), ct)")]
    [InlineData("HelpAsync(OnceAsync, ct)")]
    [InlineData("HelpAsync(async token => await OnceAsync(token), ct)")]
    public Task Where_all_callers_come_through_a_strategy_it_is_quiet(string call) => With($$"""
            public Task RunAsync(CancellationToken ct) => {{call}};

            private async Task OnceAsync(CancellationToken token)
            {
                await using var tx = await db.Database.BeginTransactionAsync(token);
                await db.Orders.ExecuteDeleteAsync(token);
                await tx.CommitAsync(token);
            }

            private async Task HelpAsync(Func<CancellationToken, Task> work, CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async () => await work(ct));
            }
        """).IsQuiet();

    [Fact]
    public Task A_policy_of_Polly_does_not_help() => With("""
            public async Task RunAsync(CancellationToken ct) => await pipeline.ExecuteAsync(async token =>
            {
                await using var tx = await db.Database.BeginTransactionAsync(token); // expect: PGTX202
                await db.Orders.ExecuteDeleteAsync(token);
                await tx.CommitAsync(token);
            }, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_context_that_is_registered_both_ways_is_quiet() => With(
        Method("await using var tx = await db.Database.BeginTransactionAsync(ct);", "await db.SaveChangesAsync(ct);", ""),
        Retries + "\nservices.AddDbContextFactory<ShopContext>(options => options.UseNpgsql(connectionString));").IsQuiet();

    [Fact]
    public async Task The_message_names_what_is_refused()
    {
        var finding = Assert.Single(await With(Method("await using var tx = await db.Database.BeginTransactionAsync(ct);", "await db.SaveChangesAsync(ct);")).HasMarkedFindings());

        Assert.Matches(
            @"^EF Core refuses 'SaveChangesAsync' \(line \d+\) with InvalidOperationException: ShopContext retries, and the transaction is not begun inside CreateExecutionStrategy\(\)\.Execute$",
            finding.GetMessage());
        Assert.Equal("db.Database.BeginTransactionAsync(ct)", finding.Location.Text());
        Assert.Equal("db.SaveChangesAsync(ct)", Assert.Single(finding.AdditionalLocations).Text());
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
    }
}
