using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>PGTX302 behind PgBouncer: the unlock goes to another server connection, and the lock stays where it is.</summary>
public sealed class PGTX302LiveTests(LiveServers servers)
{
    [Fact]
    public async Task A_lock_stays_behind()
    {
        var pair = await LivePair.Of(servers, "PGTX302", "PGTX302.TransactionLock", PooledPrograms.Program("""
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                await connection.ExecuteAsync("SELECT pg_advisory_lock(4711)", transaction: transaction); // fix: PGTX302
                await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('nightly job')", transaction: transaction);
                await transaction.CommitAsync(ct);
            }

            await Meanwhile();
            await connection.ExecuteAsync("SELECT pg_advisory_unlock(4711)"); // expect: PGTX302
            """));
        await pair.WriteTheSameRows();
        await pair.Observe("advisory locks that are left, another client being in a transaction when the unlock was sent",
            servers.Beside(async (database, _) => string.Concat(await database.Rows("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"))),
            before: "1", after: "0");
        await pair.Observe("the next run of the job, on the other server connection, `lock_timeout = 200ms`", async (program, database) =>
        {
            await database.Configure("lock_timeout", "200ms");
            var pooled = servers.Pooled(database);
            await using var neighbour = await Neighbour.Connect(pooled);
            await program.Run(pooled, meanwhile: neighbour.Occupy);
            await program.Run(pooled);
            return LivePair.Completes;
        }, before: "`PostgresException` 55P03", after: LivePair.Completes);
        pair.PageShowsIt();
    }
}
