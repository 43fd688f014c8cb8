using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>PGTX210 on a real server, behind a proxy that loses the answer to the first COMMIT.</summary>
public sealed class PGTX210LiveTests(LiveServers servers)
{
    [Fact]
    public async Task The_unit_runs_again_although_it_is_committed()
    {
        var pair = await LivePair.Of(servers, "PGTX210", Units.OnContext(Units.Retries, """
                    await db.Database.CreateExecutionStrategy().ExecuteAsync(async () => // expect: PGTX210
                    {
                        db.ChangeTracker.Clear();
                        await using var transaction = await db.Database.BeginTransactionAsync(ct);
                        db.Events.Add(new Event { Note = "order 17" });
                        await db.SaveChangesAsync(ct);
                        await transaction.CommitAsync(ct);
                    });
            """), Units.OnContext(Units.Retries, """
                    await db.Database.CreateExecutionStrategy().ExecuteInTransactionAsync(
                        async token =>
                        {
                            db.ChangeTracker.Clear();
                            db.Events.Add(new Event { Note = "order 17" });
                            await db.SaveChangesAsync(token);
                        },
                        token => db.Events.AsNoTracking().AnyAsync(e => e.Note == "order 17", token),
                        ct);
            """));
        await pair.WriteTheSameRows();
        await pair.Observe("the server commits, and its answer to the COMMIT is lost", async (program, database) =>
        {
            await using var proxy = new LosingProxy(database.ConnectionString);
            var end = await program.End(proxy.ConnectionString);
            // What is still in the program's pool keeps the proxy.
            await database.Terminate();
            return await database.Tell(end);
        }, before: "completes; `order 17, order 17`", after: "completes; `order 17`");
        pair.PageShowsIt();
    }
}
