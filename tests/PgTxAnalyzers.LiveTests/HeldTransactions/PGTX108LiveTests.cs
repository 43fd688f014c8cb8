using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>PGTX108 on a real server: the server sees an idle session, but nobody else gets its connection. The rule has no fix: where a connection ends is a person's decision.</summary>
public sealed class PGTX108LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_pool_has_one_connection_less_while_the_partner_answers()
    {
        var pair = await LivePair.Of(servers, "PGTX108", Unit("""
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                var status = await connection.ExecuteScalarAsync<string>("SELECT status FROM orders WHERE id = 1");
                var charge = await http.GetStringAsync(url + status, ct); // expect: PGTX108
                await connection.ExecuteAsync("UPDATE orders SET charge = @charge WHERE id = 1", new { charge });
        """), Unit("""
                string? status;
                await using (var connection = new NpgsqlConnection(connectionString))
                {
                    await connection.OpenAsync(ct);
                    status = await connection.ExecuteScalarAsync<string>("SELECT status FROM orders WHERE id = 1");
                }

                var charge = await http.GetStringAsync(url + status, ct);
                await using (var connection = new NpgsqlConnection(connectionString))
                {
                    await connection.OpenAsync(ct);
                    await connection.ExecuteAsync("UPDATE orders SET charge = @charge WHERE id = 1", new { charge });
                }
        """));
        await pair.WriteTheSameRows();
        await pair.ObserveSessionDuringCall(before: "`idle`", after: "`idle`");
        await pair.ObservePoolDuringCall(before: "`NpgsqlException`: the connection pool has been exhausted", after: "is served");
        pair.PageShowsIt();
    }

    private static TestCode Unit(string statements) => TestCode.Of($$"""
        using Dapper;
        using Npgsql;

        public static class Unit
        {
            public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
            {
                using var http = new HttpClient();
        {{statements}}
            }
        }
        """);
}
