using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Shapes of public reports about a retrying strategy and a transaction of the program's own, each as it was and as it should be.</summary>
public sealed class ReportedStrategyTests
{
    private const string Retries = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure([\"25P03\"])));";

    private static TestCode Code(string members, string types = "") => RetryCode.Service(members, Retries, types).Counting("PGTX202");

    /// <summary>dotnet/efcore 29396: a plain SELECT inside a transaction throws. EntityFramework.Docs 3812 asked for the documentation to say so.</summary>
    [Theory]
    [InlineData("await using var tx = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202\nawait db.Orders.ToListAsync(ct);\nawait tx.CommitAsync(ct);")]
    [InlineData("await db.Database.CreateExecutionStrategy().ExecuteAsync(async token => { await using var tx = await db.Database.BeginTransactionAsync(token); await db.Orders.ToListAsync(token); await tx.CommitAsync(token); }, ct);")]
    public Task A_plain_query(string body) => Code($"public async Task RunAsync(CancellationToken ct) {{ {body} }}").HasMarkedFindings();

    /// <summary>Npgsql.Bulk 63: a library begins for its caller. COPY does not go through the strategy; the save behind it does.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData("await db.SaveChangesAsync(ct);", false)]
    public Task A_bulk_insert(string save, bool quiet) => Code($$"""
            public async Task InsertAsync(CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);{{(quiet ? "" : " // expect: PGTX202")}}
                var connection = (NpgsqlConnection)db.Database.GetDbConnection();
                await using (var import = await connection.BeginBinaryImportAsync("COPY orders FROM STDIN (FORMAT BINARY)", ct))
                {
                    await import.CompleteAsync(ct);
                }

                {{save}}
                await tx.CommitAsync(ct);
            }
        """).HasMarkedFindings();

    /// <summary>MailFathom 84: the session begins a transaction for each unit, so retries cannot be enabled; one SaveChanges needs none.</summary>
    [Fact]
    public async Task A_session_that_begins_for_every_unit()
    {
        await Code("", """
            public sealed class Session(ShopContext db)
            {
                private IDbContextTransaction? transaction;

                public async Task BeginAsync(CancellationToken ct) => transaction = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202

                public async Task CommitAsync(CancellationToken ct)
                {
                    await db.SaveChangesAsync(ct);
                    await transaction!.CommitAsync(ct);
                }
            }
            """).HasMarkedFindings();
        await Code("", """
            public sealed class Session(ShopContext db)
            {
                public Task CommitAsync(CancellationToken ct) => db.SaveChangesAsync(ct);
            }
            """).IsQuiet();
    }

    /// <summary>ABP 10183, netcorepal 108: the unit of work begins, and its caller is never asked for a strategy.</summary>
    [Theory]
    [InlineData("return work();", " // expect: PGTX202")]
    [InlineData("return db.Database.CreateExecutionStrategy().ExecuteAsync(work);", "")]
    public Task A_unit_of_work(string run, string mark) => Code($$"""
            public Task HandleAsync(CancellationToken ct) => RunAsync(() => UnitAsync(ct));

            private Task RunAsync(Func<Task> work)
            {
                {{run}}
            }

            private async Task UnitAsync(CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);{{mark}}
                await db.SaveChangesAsync(ct);
                await tx.CommitAsync(ct);
            }
        """).HasMarkedFindings();

    /// <summary>efcore 27716: retries by savepoint were declined. A savepoint inside a transaction that the strategy did not begin changes nothing.</summary>
    [Fact]
    public Task A_savepoint_is_no_way_around() => Code("""
            public async Task RunAsync(CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202
                await tx.CreateSavepointAsync("before", ct);
                await db.SaveChangesAsync(ct);
                await tx.CommitAsync(ct);
            }
        """).HasMarkedFindings();
}
