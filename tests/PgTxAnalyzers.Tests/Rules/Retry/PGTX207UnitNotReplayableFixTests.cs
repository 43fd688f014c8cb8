using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

public sealed class PGTX207UnitNotReplayableFixTests
{
    private static TestCode Unit(string first, string mark = "") => RetryCode.Service($$"""
            public async Task TakeAsync(int id, CancellationToken ct)
            {
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async token =>
                {
                    {{first}}// The count of the day.
                    var order = await db.Orders.SingleAsync(o => o.Id == id, token);
                    order.Count -= 1;
                    await db.SaveChangesAsync(token);{{mark}}
                }, ct);
            }
        """);

    [Fact]
    public async Task Each_attempt_begins_with_an_empty_tracker()
    {
        var result = await Unit("", " // expect: PGTX207").Fix("PGTX207", "PGTX207.ClearTracker").Becomes(Unit("db.ChangeTracker.Clear();\n            "));

        Assert.Single(result.Warnings);
    }

    [Fact]
    public async Task A_total_has_no_fix() => await RetryCode.Service("""
            public async Task<int> RunAsync(CancellationToken ct)
            {
                var total = 0;
                await pipeline.ExecuteAsync(async token =>
                {
                    await using var connection = await dataSource.OpenConnectionAsync(token);
                    total += await connection.ExecuteAsync("UPDATE orders SET paid = true"); // expect: PGTX207
                }, ct);
                return total;
            }
        """).Fix("PGTX207").IsNotOffered();
}
