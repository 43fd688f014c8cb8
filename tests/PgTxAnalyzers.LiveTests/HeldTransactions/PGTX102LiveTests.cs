using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>PGTX102 on a real server: a back-off inside the transaction keeps the row locked for as long as it takes.</summary>
public sealed class PGTX102LiveTests(LiveServers servers)
{
    [Fact]
    public async Task A_wait_inside_the_transaction_keeps_its_locks()
    {
        var pair = await LivePair.Of(servers, "PGTX102", TestCode.Of(Unit("""
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await using (var command = new NpgsqlCommand("UPDATE orders SET status = 'packed' WHERE id = 1", connection, transaction))
                await command.ExecuteNonQueryAsync(ct);
            await Task.Delay(TimeSpan.FromSeconds(2), ct); // expect: PGTX102
            await transaction.CommitAsync(ct);
            """)), TestCode.Of(Unit("""
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                await using (var command = new NpgsqlCommand("UPDATE orders SET status = 'packed' WHERE id = 1", connection, transaction))
                    await command.ExecuteNonQueryAsync(ct);
                await transaction.CommitAsync(ct);
            }

            await Task.Delay(TimeSpan.FromSeconds(2), ct);
            """)));
        await pair.WriteTheSameRows();

        await pair.Observe("another session updates the row during the wait, `lock_timeout = 200ms`", async (program, database) =>
        {
            await database.Configure("lock_timeout", "200ms");
            var running = program.Run(database.ConnectionString);
            await database.Until("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND (query LIKE 'UPDATE%packed%' OR query = 'COMMIT') AND state LIKE 'idle%'");
            var other = await database.TryUpdate("UPDATE orders SET charge = 'c' WHERE id = 1");
            await running;
            return other;
        }, before: "`PostgresException` 55P03 in the other session", after: "the other session goes on");

        await pair.Observe("`idle_in_transaction_session_timeout = 200ms`", async (program, database) =>
        {
            await database.Configure("idle_in_transaction_session_timeout", "200ms");
            await program.Run(database.ConnectionString);
            return LivePair.Completes;
        }, before: "`PostgresException` 25P03", after: LivePair.Completes);

        pair.PageShowsIt();
    }

    private static string Unit(string statements) => $$"""
        using Npgsql;

        public static class Unit
        {
            public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
        {{statements}}
            }
        }
        """;
}
