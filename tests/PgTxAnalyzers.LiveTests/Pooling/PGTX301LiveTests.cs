using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>PGTX301 behind PgBouncer: a setting reaches the next client, and not the next command.</summary>
public sealed class PGTX301LiveTests(LiveServers servers)
{
    [Fact]
    public async Task A_setting_goes_to_whoever_comes_next()
    {
        var tenant = await LivePair.Of(servers, "PGTX301", "PGTX301.SetLocalInTransaction", PooledPrograms.Program("""
            await connection.ExecuteAsync("SELECT set_config('app.tenant', 'a', false)"); // fix: PGTX301
            await Meanwhile();
            await connection.ExecuteAsync("INSERT INTO events (note) SELECT 'tenant ' || coalesce(nullif(current_setting('app.tenant', true), ''), 'unknown')");
            """));
        await tenant.WriteTheSameRows();
        await tenant.Observe("`set_config('app.tenant', 'a', false)`; the next command's tenant, another client being in a transaction",
            servers.Beside(async (database, _) => $"`{string.Join(", ", await database.Contents())}`"), before: "`tenant unknown`", after: "`tenant a`");
        await tenant.Observe("the same; the tenant of the next client", servers.Before("SELECT current_setting('app.tenant', true)", seen => $"`'{seen}'`"), before: "`'a'`", after: "`''`");

        var timeout = await LivePair.Of(servers, "PGTX301", "PGTX301.SetLocal", PooledPrograms.Program("""
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("SET statement_timeout = '5s'"); // fix: PGTX301
            await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('report')");
            await transaction.CommitAsync(ct);
            """));
        await timeout.WriteTheSameRows();
        await timeout.Observe("`SET statement_timeout` in a transaction that commits; `SHOW statement_timeout` of the next client", servers.Before("SHOW statement_timeout", seen => $"`{seen}`"), before: "`5s`", after: "`0`");

        tenant.PageShowsIt(timeout);
    }
}
