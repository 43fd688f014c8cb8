using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>PGTX303 behind PgBouncer: nobody is there to hear. The rule has no fix: a listener needs a string that only a person knows.</summary>
public sealed class PGTX303LiveTests(LiveServers servers)
{
    [Fact]
    public async Task A_listener_hears_nothing()
    {
        var pair = await LivePair.Of(servers, "PGTX303", PooledPrograms.Program("""
            var heard = 0;
            connection.Notification += (_, _) => heard++; // expect: PGTX303
            await connection.ExecuteAsync("LISTEN orders"); // expect: PGTX303
            await Meanwhile();
            await connection.WaitAsync(1000, ct); // expect: PGTX303
            await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('heard ' || @heard)", new { heard });
            """), PooledPrograms.Program("""
            var heard = 0;
            await using var direct = new NpgsqlConnection(url);
            await direct.OpenAsync(ct);
            direct.Notification += (_, _) => heard++;
            await direct.ExecuteAsync("LISTEN orders");
            await Meanwhile();
            await direct.WaitAsync(1000, ct);
            await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('heard ' || @heard)", new { heard });
            """).WithOption("pgtx.direct_connections", "direct"));
        await pair.Observe("`NOTIFY orders` through the pooler; notifications within a second", async (program, database) =>
        {
            var pooled = servers.Pooled(database);
            await using var neighbour = await Neighbour.Connect(pooled);
            await program.Run(pooled, url: database.ConnectionString, meanwhile: () => neighbour.Ask("NOTIFY orders, 'x'"));
            return $"`{string.Join(", ", await database.Contents())}`, no exception";
        }, before: "`heard 0`, no exception", after: "`heard 1`, no exception");
        pair.PageShowsIt();
    }
}
