using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX205 on a real server: the handler was written for one of the names under which a connection is lost.</summary>
public sealed class PGTX205LiveTests(LiveServers servers)
{
    [Fact]
    public async Task A_refused_connection_has_no_state()
    {
        var pair = await LivePair.Of(servers, "PGTX205", "PGTX205.Widen", Units.Of("""
                    try
                    {
                        await using var connection = new NpgsqlConnection(connectionString);
                        await connection.OpenAsync(ct);
                        await connection.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 1");
                    }
                    catch (PostgresException ex) when (ex.SqlState == "57P01") // expect: PGTX205
                    {
                        Console.Error.WriteLine("Later.");
                    }
            """));
        await pair.WriteTheSameRows();
        await pair.Observe("the session is terminated during the UPDATE", (program, database) => program.RunAndLose(database, "orders"), before: "completes; no row", after: "completes; no row");
        await pair.Observe("nobody listens on the port", async (program, database) =>
        {
            await program.Run(database.With("Port=1"));
            return LivePair.Completes;
        }, before: "`NpgsqlException`", after: LivePair.Completes);
        await pair.Observe("the UPDATE fails with 57P02, as after the crash of another session", async (program, database) =>
        {
            await database.Execute("CREATE FUNCTION strike() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57P02'; END $$");
            await database.Execute("CREATE TRIGGER strike BEFORE UPDATE ON orders FOR EACH STATEMENT EXECUTE FUNCTION strike()");
            return await program.RunAndTell(database);
        }, before: "`PostgresException` 57P02; no row", after: "completes; no row");
        pair.PageShowsIt();
    }
}
