using Npgsql;
using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX204 on a real server: another session commits a change of a row that the transaction has already read.</summary>
public sealed class PGTX204LiveTests(LiveServers servers)
{
    /// <summary>Both serialize on this number of an advisory lock: the other session holds it until its own change is committed.</summary>
    private const int Gate = 42;

    [Fact]
    public async Task The_transaction_runs_again_after_the_conflict()
    {
        var pair = await LivePair.Of(servers, "PGTX204", "PGTX204.Retry", Units.Of("""
                    await using var connection = new NpgsqlConnection(connectionString);
                    await connection.OpenAsync(ct);
                    await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, ct); // expect: PGTX204
                    var charge = await connection.ExecuteScalarAsync<string?>("SELECT charge FROM orders WHERE id = 1", transaction: transaction);
                    await connection.ExecuteAsync("UPDATE orders SET status = 'paid', charge = coalesce(@charge, 'none') WHERE id = 1", new { charge }, transaction);
                    await transaction.CommitAsync(ct);
            """));
        await pair.WriteTheSameRows();
        await pair.Observe("another session changes the row between the SELECT and the UPDATE", async (program, database) =>
        {
            await StopOnce(database);
            await using var other = new NpgsqlConnection(database.With("Application Name=observer"));
            await other.OpenAsync();
            await Execute(other, $"SELECT pg_advisory_lock({Gate})");
            var running = program.RunAndTell(database);
            await database.Until("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'");
            await Execute(other, "UPDATE orders SET charge = 'theirs' WHERE id = 1");
            await Execute(other, $"SELECT pg_advisory_unlock({Gate})");
            return await running;
        }, before: "`PostgresException` 40001; `1 new theirs`", after: "completes; `1 paid theirs`");
        pair.PageShowsIt();
    }

    /// <summary>The first UPDATE of the program waits, with the snapshot that its transaction has by then.</summary>
    private static async Task StopOnce(LiveDatabase database)
    {
        await database.Execute("CREATE SEQUENCE strikes");
        await database.Execute($$"""
            CREATE FUNCTION strike() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
                IF current_setting('application_name') <> 'observer' AND nextval('strikes') = 1 THEN
                    PERFORM pg_advisory_xact_lock({{Gate}});
                END IF;
                RETURN NULL;
            END $body$
            """);
        await database.Execute("CREATE TRIGGER strike BEFORE UPDATE ON orders FOR EACH STATEMENT EXECUTE FUNCTION strike()");
    }

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
