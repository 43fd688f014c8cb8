using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

public class PGTX701ScopeDoesNotFlowTests
{
    [Theory]
    [InlineData("new TransactionScope()")]
    [InlineData("new TransactionScope(TransactionScopeOption.RequiresNew)")]
    [InlineData("new TransactionScope(TransactionScopeOption.Required, new TransactionOptions())")]
    [InlineData("new TransactionScope(TransactionScopeOption.Required, TimeSpan.FromMinutes(1))")]
    [InlineData("new TransactionScope(TransactionScopeAsyncFlowOption.Suppress)")]
    public Task A_scope_around_an_await_has_to_flow(string creation) => TestCode.Method($"""
        using var scope = {creation}; // expect: PGTX701
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        scope.Complete();
        """).Counting("PGTX701").HasMarkedFindings();

    [Theory]
    [InlineData("new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(TransactionScopeOption.Required, new TransactionOptions(), TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(asyncFlowOption: TransactionScopeAsyncFlowOption.Enabled)")]
    public Task A_scope_that_flows_is_quiet(string creation) => TestCode.Method($"""
        using var scope = {creation};
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        scope.Complete();
        """).Counting("PGTX701").IsQuiet();

    [Fact]
    public Task An_await_outside_of_the_scope_does_not_matter() => TestCode.Method("""
        await conn.OpenAsync(ct);
        using (var scope = new TransactionScope())
        {
            conn.Execute("UPDATE orders SET status = 'paid'");
            scope.Complete();
        }

        await conn.CloseAsync();
        """).Counting("PGTX701").IsQuiet();

    [Fact]
    public Task An_await_that_is_hidden_in_a_statement_counts() => TestCode.Method("""
        using (var scope = new TransactionScope()) // expect: PGTX701
        {
            await foreach (var order in db.Orders.AsAsyncEnumerable())
                order.Status = "paid";
            scope.Complete();
        }

        using (var scope = new TransactionScope()) // expect: PGTX701
        {
            await using var inner = source.CreateConnection();
            scope.Complete();
        }
        """).Counting("PGTX701").HasMarkedFindings();

    [Fact]
    public Task An_await_in_a_lambda_is_the_lambda_s() => TestCode.Method("""
        Func<Task> later;
        using (var scope = new TransactionScope())
        {
            later = async () => await conn.ExecuteAsync("SELECT 1");
            scope.Complete();
        }

        await later();
        """).Counting("PGTX701").IsQuiet();
}
