using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX209 on a real server: 25P03 is on no version's list.</summary>
public sealed class PGTX209LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_end_of_an_idle_transaction_is_not_repeated_unless_it_is_named()
    {
        var pair = await LivePair.Of(servers, "PGTX209", "PGTX209.CompleteList", Units.OnContext("UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure())", """
                    var attempts = new Queue<int>([4000, 0]);
                    await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
                    {
                        db.ChangeTracker.Clear();
                        await using var transaction = await db.Database.BeginTransactionAsync(ct);
                        db.Events.Add(new Event { Note = "paid" });
                        await db.SaveChangesAsync(ct);
                        await Task.Delay(attempts.Dequeue(), ct);
                        await db.Database.ExecuteSqlAsync($"UPDATE orders SET status = 'paid' WHERE id = 1", ct);
                        await transaction.CommitAsync(ct);
                    });
            """).MarkOptions("PGTX209"));
        await pair.Observe("`idle_in_transaction_session_timeout = 2s`, 4 s without a statement in the first attempt", async (program, database) =>
        {
            await database.Configure("idle_in_transaction_session_timeout", "2s");
            return await program.RunAndTell(database);
        }, before: "`PostgresException` 25P03; no row", after: "completes; `1 paid, paid`");
        pair.PageShowsIt();
    }
}
