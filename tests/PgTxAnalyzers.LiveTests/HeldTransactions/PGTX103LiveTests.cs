using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>PGTX103 on a real server: a transaction that nothing has used yet costs no lock, but a pooled connection.</summary>
public sealed class PGTX103LiveTests(LiveServers servers)
{
    [Fact]
    public async Task A_connection_is_taken_from_the_pool_and_does_nothing()
    {
        var pair = await LivePair.Of(servers, "PGTX103", "PGTX103.MoveBeginDown", TestCode.Of("""
            using Npgsql;

            public static class Unit
            {
                public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
                {
                    using var http = new HttpClient();
                    await using var connection = new NpgsqlConnection(connectionString);
                    await connection.OpenAsync(ct);
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    var charge = await http.GetStringAsync(url + "charge", ct); // expect: PGTX103
                    await using (var command = new NpgsqlCommand("UPDATE orders SET status = 'paid', charge = @charge WHERE id = 1", connection, transaction))
                    {
                        command.Parameters.AddWithValue("charge", charge);
                        await command.ExecuteNonQueryAsync(ct);
                    }

                    await transaction.CommitAsync(ct);
                }
            }
            """));
        await pair.WriteTheSameRows();
        await pair.ObserveSessionDuringCall(before: "`idle`", after: "no session");
        await pair.ObservePoolDuringCall(before: "`NpgsqlException`: the connection pool has been exhausted", after: "is served");
        pair.PageShowsIt();
    }
}
