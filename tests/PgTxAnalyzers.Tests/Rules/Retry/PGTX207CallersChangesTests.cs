using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>A unit that saves what its caller has changed: its own save has accepted it when the commit fails.</summary>
public sealed class PGTX207CallersChangesTests
{
    private const string Retries = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure([\"25P03\"])));";
    private const string RunsOnce = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString)); ";

    private static TestCode Code(string begin, string save, string commit, string registration = Retries) => RetryCode.Service($$"""
            private readonly Func<Task> next = null!;

            public Task<int> CommitAsync(CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                {{begin}}
                {{save}}
                {{commit}}
                return rows;
            });

            private Task TrackAsync() => next();
        """, registration);

    private const string Begin = "await using var tx = await db.Database.BeginTransactionAsync(ct);";
    private const string Save = "var rows = await db.SaveChangesAsync(ct); // expect: PGTX207";
    private const string Quiet = "var rows = await db.SaveChangesAsync(ct);";
    private const string Commit = "await tx.CommitAsync(ct);";

    [Theory]
    [InlineData(Begin, Save, Commit)]
    [InlineData(Begin + "\nConsole.WriteLine(1);", Save, Commit)]
    [InlineData("", Quiet, "")]
    [InlineData(Begin, Quiet, "")]
    [InlineData(Begin, "var rows = await db.SaveChangesAsync(false, ct);", Commit + "\ndb.ChangeTracker.AcceptAllChanges();")]
    [InlineData(Begin + "\nawait next();", Quiet, Commit)]
    [InlineData(Begin + "\nawait TrackAsync();", Quiet, Commit)]
    [InlineData("await using var own = await contexts.CreateDbContextAsync(ct);\nawait using var tx = await own.Database.BeginTransactionAsync(ct);", "var rows = await own.SaveChangesAsync(ct);", Commit)]
    public Task What_the_caller_has_tracked(string begin, string save, string commit) => Code(begin, save, commit).Counting("PGTX207").HasMarkedFindings();

    /// <summary>A strategy that retries nothing loses nothing.</summary>
    [Fact]
    public Task A_context_that_does_not_retry_is_quiet() => Code(Begin, Quiet, Commit, RunsOnce).Counting("PGTX207").HasMarkedFindings();

    /// <summary>With the retries switched on, it would: no such offer, and none to clear the tracker, which would lose the changes at once.</summary>
    [Fact]
    public async Task No_fix_makes_it_lose()
    {
        await Code(Begin, Quiet, Commit, RunsOnce + "// fix: PGTX201").Fix("PGTX201").IsNotOffered();
        await Code(Begin, Save.Replace("expect", "fix"), Commit).Fix("PGTX207").IsNotOffered();
        Assert.Single(await Code(Begin, "var rows = await db.SaveChangesAsync(false, ct);", Commit, RunsOnce + "// fix: PGTX201").Fix("PGTX201").Offers());
    }
}
