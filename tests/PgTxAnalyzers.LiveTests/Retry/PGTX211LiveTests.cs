using Npgsql;
using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX211 on a primary and its standby, which stands first in the string: as after a failover and the return of the old primary.</summary>
public sealed class PGTX211LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_write_goes_to_the_standby_unless_the_string_says_otherwise()
    {
        await using var primary = await LiveServers.NewServer();
        await using var database = await servers.NewDatabase(primary);
        // A copy of what is there: nothing has to arrive first.
        await using var standby = await LiveServers.NewStandby(primary);

        // The two hosts are one machine, under two names.
        var hosts = $"Host=127.0.0.1:{standby.Port},localhost:{primary.Port}";
        var pair = await LivePair.Of(servers, "PGTX211", "PGTX211.ReadWrite", Units.Of($$"""
                    await using var dataSource = NpgsqlDataSource.Create($"{{hosts}};Database={connectionString};Username=postgres"); // expect: PGTX211
                    await using var connection = await dataSource.OpenConnectionAsync(ct);
                    await connection.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 1");
            """));
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;
        await pair.Observe("the first host is a standby", async (program, _) => await database.Tell(await program.End(name)),
            before: "`PostgresException` 25006; no row", after: "completes; `1 paid`");
        pair.PageShowsIt();
    }
}
