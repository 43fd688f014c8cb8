using Npgsql;
using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>PGTX302 behind PgBouncer: the client that took the lock is gone, the server connection that holds it is not.</summary>
public sealed class PGTX302LiveTests(LiveServers servers)
{
    [Fact]
    public async Task A_lock_stays_behind()
    {
        var pair = await LivePair.Of(servers, "PGTX302", "PGTX302.TransactionLock", PooledPrograms.Program("""
            // The end of the connection is meant to release it.
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("SELECT pg_advisory_lock(4711)", transaction: transaction); // fix: PGTX302
            await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('nightly job')", transaction: transaction);
            await transaction.CommitAsync(ct);
            """));
        await pair.WriteTheSameRows();
        await pair.Observe("advisory locks that are left when the client has closed its connection", async (program, database) =>
        {
            await program.Run(Client(database));
            return string.Concat(await database.Rows("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"));
        }, before: "1", after: "0");
        await pair.Observe("the next run of the job, on the other server connection, `lock_timeout = 200ms`", async (program, database) =>
        {
            await database.Configure("lock_timeout", "200ms");
            await using var neighbour = await Neighbour.Connect(servers.Pooled(database));
            await program.Run(Client(database));
            await neighbour.Occupy();
            await program.Run(Client(database));
            return LivePair.Completes;
        }, before: "`PostgresException` 55P03", after: LivePair.Completes);
        pair.PageShowsIt();
    }

    /// <summary>Behind the pooler, and without a pool of its own: the connection is closed, and not kept.</summary>
    private string Client(LiveDatabase database) => new NpgsqlConnectionStringBuilder(servers.Pooled(database)) { Pooling = false }.ConnectionString;
}
