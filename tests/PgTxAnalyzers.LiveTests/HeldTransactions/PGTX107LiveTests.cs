using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>PGTX107 on a real server: what a worker finds that is as fast as a worker can be.</summary>
public sealed class PGTX107LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_worker_starts_before_the_row_is_there()
    {
        // The worker is the test's own, behind the url: it has done its work when Enqueue returns.
        var pair = await LivePair.Of(servers, "PGTX107", "PGTX107.MoveAfterCommit", Units.Of("""
                    var jobs = new Jobs(url);
                    await using var connection = new NpgsqlConnection(connectionString);
                    await connection.OpenAsync(ct);
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    var id = await connection.ExecuteScalarAsync<long>("INSERT INTO events (note) VALUES ('invoice') RETURNING id", transaction: transaction);
                    jobs.Enqueue(id); // expect: PGTX107
                    await transaction.CommitAsync(ct);
            """, types: """
            public sealed class Jobs(string url)
            {
                public void Enqueue(long id)
                {
                    using var http = new HttpClient();
                    using var answer = http.Send(new HttpRequestMessage(HttpMethod.Get, url + id));
                }
            }
            """).WithAdditionalFile("PgTx.Models.txt", "enqueue scheduler M:Jobs.Enqueue(System.Int64)"));
        await pair.WriteTheSameRows();

        await pair.Observe("the worker looks for the row of which it is told", async (program, database) =>
        {
            var found = "";
            await using var outside = await Outside.Start(async _ => found = (await database.Rows("SELECT note FROM events")).Count == 0 ? "finds nothing" : "finds it");
            await program.Run(database.ConnectionString, outside.Url);
            return found;
        }, before: "finds nothing", after: "finds it");

        await pair.Observe("the commit is refused (a deferred constraint)", async (program, database) =>
        {
            await database.Execute("ALTER TABLE events ADD of_order int DEFAULT 0 REFERENCES orders DEFERRABLE INITIALLY DEFERRED");
            await using var outside = await Outside.Start();
            return $"{await program.RunAndTell(database, url: outside.Url)}; {(outside.Calls == 0 ? "nothing is sent" : "the job is out")}";
        }, before: "`PostgresException` 23503; no row; the job is out", after: "`PostgresException` 23503; no row; nothing is sent");
        pair.PageShowsIt();
    }
}
