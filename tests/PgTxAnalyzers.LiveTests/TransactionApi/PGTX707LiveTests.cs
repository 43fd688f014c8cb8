using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.TransactionApi;

/// <summary>PGTX707 on a real server: what a caller's retry gets to see.</summary>
public sealed class PGTX707LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_rollback_replaces_the_failure()
    {
        var pair = await LivePair.Of(servers, "PGTX707", "PGTX707.KeepTheFailure", Units.Of("""
                    await using var connection = new NpgsqlConnection(connectionString);
                    await connection.OpenAsync(ct);
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    try
                    {
                        await connection.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 1", transaction: transaction);
                        await transaction.CommitAsync(ct);
                    }
                    catch // expect: PGTX707
                    {
                        await transaction.RollbackAsync(CancellationToken.None);
                        throw;
                    }
            """));
        await pair.WriteTheSameRows();
        await pair.Observe("the session is terminated during the UPDATE", (program, database) => Runs.RunAndLose(program, database, "orders"),
            before: "`ObjectDisposedException` (inner: `PostgresException` 57P01); no row", after: "`PostgresException` 57P01; no row");

        var onContext = await LivePair.Of(servers, "PGTX707", "PGTX707.KeepTheFailure", Units.OnContext("UseNpgsql(connectionString)", """
                    await db.Database.BeginTransactionAsync(ct);
                    try
                    {
                        await db.Database.ExecuteSqlAsync($"UPDATE orders SET status = 'paid' WHERE id = 1", ct);
                        await db.Database.CommitTransactionAsync(ct);
                    }
                    catch // expect: PGTX707
                    {
                        await db.Database.RollbackTransactionAsync(CancellationToken.None);
                        throw;
                    }
            """));
        await onContext.WriteTheSameRows();
        await pair.ObserveAs(onContext, "the same with EF Core's `RollbackTransactionAsync`", (program, database) => Runs.RunAndLose(program, database, "orders"),
            before: "`ObjectDisposedException` (inner: `PostgresException` 57P01); no row", after: "`PostgresException` 57P01; no row");
        pair.PageShowsIt();
    }
}
