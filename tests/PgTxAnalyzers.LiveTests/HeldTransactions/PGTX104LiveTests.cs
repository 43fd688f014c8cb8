using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.HeldTransactions;

/// <summary>PGTX104 on a real server: a result of which rows are left keeps its query, its snapshot and its connection while the partner answers.</summary>
public sealed class PGTX104LiveTests(LiveServers servers)
{
    /// <summary>Thirty rows of 900 kB are more than the sockets between client and server hold. The first one is all that the loop needs.</summary>
    private static readonly TestCode Code = Units.OnContext("UseNpgsql(connectionString)", """
                using var http = new HttpClient();
                var charge = "";
                await foreach (var letter in db.Database.SqlQuery<string>($"SELECT repeat(status, 300000) AS \"Value\" FROM orders, generate_series(1, 3)").AsAsyncEnumerable())
                {
                    charge = await http.GetStringAsync(url + letter.Length, ct); // expect: PGTX104
                    if (charge.Length > 0)
                        break;
                }

                await db.Database.ExecuteSqlAsync($"UPDATE orders SET charge = {charge} WHERE id = 1", ct);
        """);

    [Fact]
    public async Task The_query_is_not_over_while_the_partner_answers()
    {
        var pair = await LivePair.Of(servers, "PGTX104", "PGTX104.MaterialiseFirst", Code);
        await pair.WriteTheSameRows();

        await pair.Observe("the session during the call, rows being left", async (program, database) =>
        {
            var seen = "";
            await using var outside = await Outside.Start(async _ => seen = await Session(database));
            await program.Run(database.ConnectionString, outside.Url);
            return seen;
        }, before: "`active`, waits for `ClientWrite`, `backend_xmin` is held", after: "`idle`, waits for `ClientRead`, no `backend_xmin`");

        await pair.ObservePoolDuringCall(before: "`NpgsqlException`: the connection pool has been exhausted", after: "is served");
        pair.PageShowsIt();
    }

    /// <summary>The program's session, as soon as it waits for the client in either way.</summary>
    private static async Task<string> Session(LiveDatabase database)
    {
        const string Waiting = """
            SELECT format('`%s`, waits for `%s`, %s', state, wait_event, CASE WHEN backend_xmin IS NULL THEN 'no `backend_xmin`' ELSE '`backend_xmin` is held' END)
            FROM pg_stat_activity WHERE datname = current_database() AND application_name = '' AND wait_event_type = 'Client'
            """;
        await database.Until(Waiting);
        return Assert.Single(await database.Rows(Waiting));
    }
}
