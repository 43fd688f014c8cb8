using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

public class PGTX103TransactionBeginsTooEarlyTests
{
    [Fact]
    public async Task A_call_before_the_first_command()
    {
        var finding = Assert.Single(await TestCode.Method("""
            await using var tx = await conn.BeginTransactionAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX103
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await tx.CommitAsync(ct);
            """).HasMarkedFindings());
        Assert.Equal(DiagnosticSeverity.Info, finding.Severity);
        Assert.Single(finding.AdditionalLocations);
        Assert.Contains("HttpClient.GetStringAsync", finding.GetMessage());
    }

    [Fact]
    public Task Behind_the_first_command_it_is_PGTX101() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX103
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_begin_just_in_time_is_quiet() => TestCode.Method("""
        await http.GetStringAsync(url, ct);
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await tx.CommitAsync(ct);
        """).IsQuiet();

    [Fact]
    public Task Ef_sends_nothing_before_it_saves() => TestCode.Method("""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        db.Orders.Add(new Order());
        await http.GetStringAsync(url, ct); // expect: PGTX103
        await db.SaveChangesAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_scope_is_nothing_before_a_connection_is_opened_in_it() => TestCode.Method("""
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        await http.GetStringAsync(url, ct);
        await using var inner = await source.OpenConnectionAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX103
        await inner.ExecuteAsync("UPDATE orders SET status = 'paid'");
        scope.Complete();
        """).HasMarkedFindings();

    [Fact]
    public Task Where_one_path_has_run_a_command_the_stronger_rule_speaks() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        if (url.Length > 3)
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();
}
