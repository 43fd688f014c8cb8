using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>PGTX101 on real servers: what a slow partner does to a transaction that waits for it, and does not after the fix.</summary>
public sealed class PGTX101LiveTests(LiveServers servers)
{
    private static readonly TestCode Code = TestCode.Of("""
        using Npgsql;

        public static class Unit
        {
            public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
            {
                using var http = new HttpClient();
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await using (var command = new NpgsqlCommand("UPDATE orders SET status = 'paid' WHERE id = 1", connection, transaction))
                    await command.ExecuteNonQueryAsync(ct);
                await http.GetStringAsync(url + "notify", ct); // expect: PGTX101
                await transaction.CommitAsync(ct);
            }
        }
        """);

    [Fact]
    public async Task The_session_is_idle_in_transaction_while_the_partner_answers()
    {
        var pair = await LivePair.Of(servers, "PGTX101", "PGTX101.MoveAfterCommit", Code);
        await pair.WriteTheSameRows();

        await pair.ObserveSessionDuringCall(before: "`idle in transaction`", after: "`idle`");
        await pair.ObserveRowDuringCall("the call", before: "`PostgresException` 55P03 in the other session", after: "the other session goes on");

        await pair.Observe("`idle_in_transaction_session_timeout = 200ms`, answer after 600 ms", async (program, database) =>
        {
            await database.Configure("idle_in_transaction_session_timeout", "200ms");
            await using var outside = await Outside.Start(_ => Task.Delay(600));
            await program.Run(database.ConnectionString, outside.Url);
            return $"{LivePair.Completes}, with the row `{string.Join(", ", await database.Contents())}`";
        }, before: "`PostgresException` 25P03", after: "completes, with the row `1 paid`");

        await pair.ObservePoolDuringCall(before: "`NpgsqlException`: the connection pool has been exhausted", after: "is served");
        pair.PageShowsIt();
    }
}
