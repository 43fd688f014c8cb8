using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Pooling;

/// <summary>PGTX308 behind PgBouncer. The rule has no fix: what takes the feature's place is written by a person.</summary>
public sealed class PGTX308LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_last_value_and_the_cursor_are_elsewhere()
    {
        var value = await LivePair.Of(servers, "PGTX308", PooledPrograms.Program("""
            await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('invoice')");
            await Meanwhile();
            var id = await connection.ExecuteScalarAsync<long>("SELECT currval('events_id_seq')"); // expect: PGTX308
            await connection.ExecuteAsync("UPDATE orders SET charge = @id::text WHERE id = 1", new { id });
            """), PooledPrograms.Program("""
            var id = await connection.ExecuteScalarAsync<long>("INSERT INTO events (note) VALUES ('invoice') RETURNING id");
            await Meanwhile();
            await connection.ExecuteAsync("UPDATE orders SET charge = @id::text WHERE id = 1", new { id });
            """));
        await value.WriteTheSameRows();
        await value.Observe("`currval`, against `RETURNING id`; another client being in a transaction", servers.Beside(PooledPrograms.JustCompletes), before: "`PostgresException` 55000", after: LivePair.Completes);

        var cursor = await LivePair.Of(servers, "PGTX308", PooledPrograms.Program("""
            await connection.ExecuteAsync("DECLARE held CURSOR WITH HOLD FOR SELECT id FROM orders"); // expect: PGTX308
            await Meanwhile();
            await connection.ExecuteAsync("FETCH 5 FROM held");
            await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('page')");
            """), PooledPrograms.Program("""
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("DECLARE held CURSOR FOR SELECT id FROM orders");
            await Meanwhile();
            await connection.ExecuteAsync("FETCH 5 FROM held");
            await connection.ExecuteAsync("INSERT INTO events (note) VALUES ('page')");
            await transaction.CommitAsync(ct);
            """));
        await cursor.WriteTheSameRows();
        await cursor.Observe("`DECLARE … WITH HOLD`, against a cursor in a transaction; another client being in a transaction", servers.Beside(PooledPrograms.JustCompletes), before: "`PostgresException` 34000", after: LivePair.Completes);
        value.PageShowsIt(cursor);
    }
}
