using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>PGTX306 behind PgBouncer: what Npgsql resets belongs to another client.</summary>
public sealed class PGTX306LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_reset_hits_a_neighbour()
    {
        var pair = await LivePair.Of(servers, "PGTX306", "PGTX306.NoResetOnClose", PooledPrograms.OwnString("""
            await using var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Database={database};Username=postgres"); // fix: PGTX306
            for (var request = 1; request <= 2; request++)
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('request')");
            }
            """).WithOption("pgtx.pooling", "transaction"));
        await pair.Observe("two requests one after the other; what a neighbour has set and locked in the session", async (program, database) =>
        {
            await using var neighbour = await Neighbour.Connect(servers.ThroughPooler(database));
            await neighbour.Ask("SET app.tenant = 'n'; SELECT pg_advisory_lock(17)");
            await program.Run(servers.ThroughPooler(database));
            var locks = await neighbour.Ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()");
            return $"tenant `'{await neighbour.Ask("SELECT current_setting('app.tenant', true)")}'`, locks: {locks}";
        }, before: "tenant `''`, locks: 0", after: "tenant `'n'`, locks: 1");
        pair.PageShowsIt();
    }
}
