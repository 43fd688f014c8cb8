using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

public class PGTX704SuccessPathDoesNotCommitTests
{
    [Fact]
    public async Task A_return_between_change_and_commit()
    {
        var finding = Assert.Single(await TestCode.Method("""
            await using var tx = await conn.BeginTransactionAsync(ct);
            var changed = await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            if (changed == 0)
                return; // expect: PGTX704
            await tx.CommitAsync(ct);
            """).HasMarkedFindings());
        Assert.Contains("UPDATE orders", finding.GetMessage());
        Assert.Contains("BeginTransactionAsync", finding.AdditionalLocations[0].SourceTree!.ToString().Substring(finding.AdditionalLocations[0].SourceSpan.Start, finding.AdditionalLocations[0].SourceSpan.Length));
    }

    [Fact]
    public Task A_path_that_runs_off_the_end_is_reported_at_the_begin() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct); // expect: PGTX704
        var changed = await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        if (changed > 0)
            await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("await tx.RollbackAsync(ct); return;")]
    [InlineData("throw new InvalidOperationException();")]
    [InlineData("await tx.CommitAsync(ct); return;")]
    public Task Saying_so_is_quiet(string ending) => TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        var changed = await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        if (changed == 0) { {{ending}} }
        await tx.CommitAsync(ct);
        """).IsQuiet();

    [Fact]
    public async Task A_bare_dispose_is_no_rollback()
    {
        var findings = await TestCode.Method("""
            var tx = await conn.BeginTransactionAsync(ct);
            var changed = await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            if (changed == 0)
            {
                await tx.DisposeAsync();
                return;
            }

            await tx.CommitAsync(ct);
            """).Findings();
        Assert.Equal("PGTX704", Assert.Single(findings).Id);
    }

    [Fact]
    public Task A_return_before_any_change_is_quiet() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        var found = await conn.QueryAsync<Order>("SELECT * FROM orders");
        if (!found.Any())
            return;
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await tx.CommitAsync(ct);
        """).IsQuiet();

    [Fact]
    public Task A_transaction_that_nobody_commits_is_meant_so() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        var trial = await conn.QueryAsync<Order>("SELECT * FROM orders");
        """).IsQuiet();

    [Fact]
    public Task A_scope_without_complete_on_one_path() => TestCode.Method("""
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        await using var inner = await source.OpenConnectionAsync(ct);
        var changed = await inner.ExecuteAsync("UPDATE orders SET status = 'paid'");
        if (changed == 0)
            return; // expect: PGTX704
        scope.Complete();
        """).HasMarkedFindings();
}
