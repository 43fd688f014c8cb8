using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>PGTX310 without any pooler: <c>No Reset On Close</c> hands the session to the next user of Npgsql's pool as it is.</summary>
public sealed class PGTX310LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_next_user_of_the_pool_has_it_too()
    {
        var setting = await Pair("SET statement_timeout = '10min'", "SHOW statement_timeout");
        await setting.Observe("`SET statement_timeout = '10min'`; the next user's `statement_timeout`", Noted, before: "`10min`", after: "`0`");

        var held = await Pair("SELECT pg_advisory_lock(17)", "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()");
        await held.Observe("`SELECT pg_advisory_lock(17)`; advisory locks that the next user holds", Noted, before: "`1`", after: "`0`");

        var table = await Pair("CREATE TEMP TABLE staging (id int)", "CREATE TEMP TABLE staging (id int) ON COMMIT DROP");
        await table.Observe("`CREATE TEMP TABLE staging`; the next user creates one of the same name", async (program, database) =>
        {
            await program.Run(database.ConnectionString);
            return LivePair.Completes;
        }, before: "`PostgresException` 42P07", after: LivePair.Completes);

        setting.PageShowsIt(held, table);
    }

    private Task<LivePair> Pair(string first, string second) => LivePair.Of(servers, "PGTX310", "PGTX310.EndWithTransaction", PooledPrograms.OwnString($$"""
        await using var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Database={database};Username=postgres;No Reset On Close=true;Maximum Pool Size=1");
        await using (var connection = await source.OpenConnectionAsync(ct))
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            await connection.ExecuteAsync("{{first}}", transaction: transaction); // fix: PGTX310
            await transaction.CommitAsync(ct);
        }

        await using var next = await source.OpenConnectionAsync(ct);
        await using var rest = await next.BeginTransactionAsync(ct);
        var seen = await next.ExecuteScalarAsync<string>("{{second}}", transaction: rest);
        await next.ExecuteAsync("INSERT INTO events (note) VALUES (coalesce(@seen, 'null'))", new { seen }, rest);
        await rest.CommitAsync(ct);
        """).WithOption("pgtx.pooling", "none"));

    private static async Task<string> Noted(LiveProgram program, LiveDatabase database)
    {
        await program.Run(database.ConnectionString);
        return $"`{string.Join(", ", await database.Contents())}`";
    }
}
