using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>A scope whose isolation level nobody has chosen.</summary>
public sealed class PGTX706ScopeDefaultsTests
{
    [Theory]
    [InlineData("new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(TransactionScopeOption.RequiresNew, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(TransactionScopeOption.Required, TimeSpan.FromSeconds(5), TransactionScopeAsyncFlowOption.Enabled)")]
    public Task A_scope_without_options_is_found(string creation) => Method($"using var scope = {creation}; // expect: PGTX706\nscope.Complete();").HasMarkedFindings();

    [Theory]
    [InlineData("new TransactionScope(TransactionScopeOption.Required, new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted }, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(outer, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(url.Length > 3 ? TransactionScopeOption.Suppress : TransactionScopeOption.Required, TransactionScopeAsyncFlowOption.Enabled)")]
    public Task One_that_says_it_or_has_another_s_is_quiet(string creation) => Method($"Transaction outer = null!;\nusing var scope = {creation};\nscope.Complete();\nGC.KeepAlive(outer);").IsQuiet();

    [Fact]
    public Task One_that_joins_the_scope_around_it_has_its_level() => Method("""
        using var outer = new TransactionScope(TransactionScopeOption.Required, new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted }, TransactionScopeAsyncFlowOption.Enabled);
        using (var inner = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            inner.Complete();
        using (var own = new TransactionScope(TransactionScopeOption.RequiresNew, TransactionScopeAsyncFlowOption.Enabled)) // expect: PGTX706
            own.Complete();
        outer.Complete();
        """).HasMarkedFindings();

    [Fact]
    public async Task The_message_says_how_it_fails()
    {
        var finding = Assert.Single(await Method("using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled); // expect: PGTX706").HasMarkedFindings());

        Assert.Equal(
            "Concurrent units fail with 40001 (could not serialize access): without TransactionOptions this TransactionScope is Serializable, and rolled back after one minute",
            finding.GetMessage());
        Assert.Equal("new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)", finding.Location.Text());
        Assert.Equal(DiagnosticSeverity.Info, finding.Severity);
    }

    private static TestCode Method(string statements) => TestCode.Method(statements).Counting("PGTX706");
}
