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

    /// <summary>To clear the tracker would detach what came from outside: the change would not be saved, and nothing would say so.</summary>
    [Theory]
    [InlineData("var order = await db.Orders.SingleAsync(o => o.Id == id, ct);", "order.Count -= 1;")]
    [InlineData("db.Orders.Add(given);", "")]
    [InlineData("given.State = \"taken\";", "")]
    [InlineData("", "given.Count -= 1;")]
    public async Task What_was_tracked_before_the_unit_is_not_thrown_away(string before, string inside) => await RetryCode.Service($$"""
            public async Task TakeAsync(Order given, int id, CancellationToken ct)
            {
                {{before}}
                var strategy = db.Database.CreateExecutionStrategy();
                await strategy.ExecuteAsync(async token =>
                {
                    var next = await db.Orders.SingleAsync(o => o.Id == id + 1, token);
                    next.Count += 1;
                    {{inside}}
                    await db.SaveChangesAsync(token); // fix: PGTX207
                }, ct);
            }
        """).Fix("PGTX207", "PGTX207.ClearTracker").IsNotOffered();

    /// <summary>What else the state holds may be tracked as well.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("s.given.Count -= 1;")]
    public Task A_context_in_the_delegates_state_is_not_cleared(string inside) => RetryCode.Service($$"""
            public Task TakeAsync(Order given, int id, CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync((db, given), static async (s, token) =>
            {
                s.db.Orders.Add(new Order());
                {{inside}}
                await s.db.SaveChangesAsync(token); // fix: PGTX207
            }, ct);
        """).Fix("PGTX207", "PGTX207.ClearTracker").IsNotOffered();
}
