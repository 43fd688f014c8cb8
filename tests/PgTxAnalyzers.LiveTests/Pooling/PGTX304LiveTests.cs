using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>PGTX304 behind a PgBouncer that does not track prepared statements.</summary>
public sealed class PGTX304LiveTests(LiveServers servers)
{
    [Fact]
    public async Task A_prepared_statement_is_elsewhere()
    {
        var prepared = await LivePair.Of(servers, "PGTX304", "PGTX304.RemovePrepare", PooledPrograms.Program("""
            await using var command = new NpgsqlCommand("INSERT INTO events (note) VALUES ('priced')", connection);
            await command.PrepareAsync(ct); // fix: PGTX304
            await Meanwhile();
            await command.ExecuteNonQueryAsync(ct);
            """));
        await prepared.WriteTheSameRows();
        await prepared.Observe("`PrepareAsync`; the command is executed, another client being in a transaction", servers.Beside(PooledPrograms.JustCompletes), before: "`PostgresException` 26000", after: LivePair.Completes);
        await prepared.Observe("`PrepareAsync` in two clients, one after the other", servers.Twice(), before: "`PostgresException` 42P05", after: LivePair.Completes);

        var automatic = await LivePair.Of(servers, "PGTX304", "PGTX304.NoAutoPrepare", PooledPrograms.OwnString("""
            for (var client = 1; client <= 2; client++)
            {
                await using var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Database={database};Username=postgres;No Reset On Close=true;Max Auto Prepare=20"); // fix: PGTX304
                await using var connection = await source.OpenConnectionAsync(ct);
                for (var n = 0; n < 6; n++)
                    await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('priced')");
            }
            """).WithOption("pgtx.pooling", "transaction"));
        await automatic.Observe("`Max Auto Prepare=20`, two clients, one after the other", async (program, database) =>
        {
            await program.Run(servers.ThroughPooler(database));
            return LivePair.Completes;
        }, before: "`PostgresException` 42P05", after: LivePair.Completes);

        prepared.PageShowsIt(automatic);
    }
}
