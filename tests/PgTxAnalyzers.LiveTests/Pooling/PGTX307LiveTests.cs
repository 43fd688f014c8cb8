using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>PGTX307 behind PgBouncer: the connection cannot be opened.</summary>
public sealed class PGTX307LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_connection_is_refused()
    {
        var searchPath = await Pair("Search Path=public", "PGTX307.RemoveSearchPath");
        var options = await Pair("Options=-c statement_timeout=60000", "PGTX307.RemoveOptions");
        searchPath.PageShowsIt(options);
    }

    private async Task<LivePair> Pair(string keyword, string key)
    {
        var pair = await LivePair.Of(servers, "PGTX307", key, PooledPrograms.OwnString($$"""
            await using var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Database={database};Username=postgres;No Reset On Close=true;{{keyword}}"); // fix: PGTX307
            await using var connection = await source.OpenConnectionAsync(ct);
            await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('opened')");
            """).WithOption("pgtx.pooling", "transaction"));
        await pair.Observe($"`{keyword}`", async (program, database) =>
        {
            await program.Run(servers.ThroughPooler(database));
            return LivePair.Completes;
        }, before: "`PostgresException` 08P01", after: LivePair.Completes);
        return pair;
    }
}
