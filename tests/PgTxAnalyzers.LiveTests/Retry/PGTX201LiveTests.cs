using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX201 on a real server: a save that meets the end of its session.</summary>
public sealed class PGTX201LiveTests(LiveServers servers)
{
    [Fact]
    public async Task A_save_is_repeated_on_a_new_session()
    {
        var pair = await LivePair.Of(servers, "PGTX201", "PGTX201.EnableRetryOnFailure", Units.OnContext("UseNpgsql(connectionString)", """
                    db.Events.Add(new Event { Note = "paid" });
                    await db.SaveChangesAsync(ct);
            """).MarkOptions("PGTX201"));
        await pair.WriteTheSameRows();
        await pair.Observe("the session is terminated during the INSERT", (program, database) => program.RunAndLose(database, "events"),
            before: "`InvalidOperationException` (inner: `PostgresException` 57P01); no row", after: "completes; `paid`");
        pair.PageShowsIt();
    }

    [Fact]
    public async Task A_query_and_a_statement_of_many_rows_are_repeated_too()
    {
        var pair = await LivePair.Of(servers, "PGTX201", "PGTX201.EnableRetryOnFailure", Units.OnContext("UseNpgsql(connectionString)", """
                    var count = await db.Events.CountAsync(ct);
                    await db.Events.ExecuteUpdateAsync(s => s.SetProperty(e => e.Note, count.ToString()), ct);
            """).MarkOptions("PGTX201"));
        await pair.Observe("the session is terminated during the UPDATE", async (program, database) =>
        {
            await database.Execute("INSERT INTO events (note) VALUES ('first')");
            return await program.RunAndLose(database, "events");
        }, before: "`InvalidOperationException` (inner: `PostgresException` 57P01); `first`", after: "completes; `1`");
    }
}
