using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX202 on a real server: EF Core refuses the transaction, and runs it as a whole inside the strategy.</summary>
public sealed class PGTX202LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_transaction_is_refused_outside_and_repeated_inside()
    {
        var pair = await LivePair.Of(servers, "PGTX202", "PGTX202.WrapInStrategy", Units.OnContext(Units.Retries, """
                    await using var transaction = await db.Database.BeginTransactionAsync(ct); // expect: PGTX202
                    db.Events.Add(new Event { Note = "paid" });
                    await db.SaveChangesAsync(ct);
                    await db.Database.ExecuteSqlAsync($"UPDATE orders SET status = 'paid' WHERE id = 1", ct);
                    await transaction.CommitAsync(ct);
            """));
        await pair.Observe("nothing goes wrong", (program, database) => program.RunAndTell(database),
            before: "`InvalidOperationException`; no row", after: "completes; `1 paid, paid`");
        await pair.Observe("the session is terminated during the UPDATE", (program, database) => program.RunAndLose(database, "orders"),
            before: "`InvalidOperationException`; no row", after: "completes; `1 paid, paid`");
        pair.PageShowsIt();
    }
}
