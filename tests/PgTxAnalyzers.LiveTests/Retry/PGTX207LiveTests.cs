using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX207 on a real server: the tracker still knows the first attempt.</summary>
public sealed class PGTX207LiveTests(LiveServers servers)
{
    [Fact]
    public async Task What_the_first_attempt_tracked_is_saved_once_more()
    {
        var pair = await LivePair.Of(servers, "PGTX207", "PGTX207.ClearTracker", Units.OnContext(Units.Retries, """
                    await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
                    {
                        await using var transaction = await db.Database.BeginTransactionAsync(ct);
                        db.Events.Add(new Event { Note = "paid" });
                        await db.SaveChangesAsync(ct); // expect: PGTX207
                        await db.Database.ExecuteSqlAsync($"UPDATE orders SET status = 'paid' WHERE id = 1", ct);
                        await transaction.CommitAsync(ct);
                    });
            """));
        await pair.WriteTheSameRows();
        await pair.Observe("the session is terminated during the INSERT", (program, database) => program.RunAndLose(database, "events"),
            before: "completes; `1 paid, paid, paid`", after: "completes; `1 paid, paid`");
        pair.PageShowsIt();
    }
}
