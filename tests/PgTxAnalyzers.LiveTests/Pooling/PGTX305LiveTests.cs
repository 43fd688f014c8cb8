using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>PGTX305 behind PgBouncer: the table is missing where it is wanted, and there where nobody has made it.</summary>
public sealed class PGTX305LiveTests(LiveServers servers)
{
    [Fact]
    public async Task A_temporary_table_stays_with_its_server_connection()
    {
        var outside = await LivePair.Of(servers, "PGTX305", "PGTX305.OnCommitDropInTransaction", PooledPrograms.Program("""
            await connection.ExecuteAsync("CREATE TEMP TABLE staging (id int)"); // fix: PGTX305
            await Meanwhile();
            await connection.ExecuteAsync("INSERT INTO staging VALUES (1), (2)");
            await connection.ExecuteAsync("INSERT INTO events (note) SELECT 'staged ' || count(*) FROM staging");
            """));
        await outside.WriteTheSameRows();
        await outside.Observe("`CREATE TEMP TABLE` without a transaction; the next command, another client being in one", servers.Beside(PooledPrograms.JustCompletes), before: "`PostgresException` 42P01", after: LivePair.Completes);

        var inside = await LivePair.Of(servers, "PGTX305", "PGTX305.OnCommitDrop", PooledPrograms.Program("""
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("CREATE TEMP TABLE staging AS SELECT 1 AS id"); // fix: PGTX305
            await connection.ExecuteAsync("INSERT INTO events (note) SELECT 'staged ' || count(*) FROM staging");
            await transaction.CommitAsync(ct);
            """));
        await inside.WriteTheSameRows();
        await inside.Observe("the same in a transaction, without `ON COMMIT DROP`; two clients, one after the other", servers.Twice(), before: "`PostgresException` 42P07", after: LivePair.Completes);
        outside.PageShowsIt(inside);
    }
}
