using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.TransactionApi;

/// <summary>PGTX704 on a real server: the caller is told that all went well, and the row is not there.</summary>
public sealed class PGTX704LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_early_return_loses_what_was_written()
    {
        var pair = await LivePair.Of(servers, "PGTX704", "PGTX704.Commit", Code);

        await pair.Observe("the early return is taken; no exception", async (program, database) =>
        {
            await program.Run(database.ConnectionString, url: "none left");
            var rows = await database.Contents();
            return rows.Count == 0 ? "nothing is stored" : $"`{string.Join(", ", rows)}` is stored";
        }, before: "nothing is stored", after: "`back order` is stored");
        pair.PageShowsIt();
    }

    private static readonly TestCode Code = TestCode.Of("""
        using Npgsql;

        public static class Unit
        {
            public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await using (var note = new NpgsqlCommand("INSERT INTO events (note) VALUES ('back order')", connection, transaction))
                    await note.ExecuteNonQueryAsync(ct);
                if (url == "none left")
                    return; // expect: PGTX704
                await using (var order = new NpgsqlCommand("UPDATE orders SET status = 'reserved' WHERE id = 1", connection, transaction))
                    await order.ExecuteNonQueryAsync(ct);
                await transaction.CommitAsync(ct);
            }
        }
        """);
}
