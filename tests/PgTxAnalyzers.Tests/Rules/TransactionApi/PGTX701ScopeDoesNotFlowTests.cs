using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>A scope without the flow option, and an await in its extent.</summary>
public class PGTX701ScopeDoesNotFlowTests
{
    [Theory]
    [InlineData("new TransactionScope()")]
    [InlineData("new TransactionScope(TransactionScopeOption.RequiresNew)")]
    [InlineData("new TransactionScope(TransactionScopeOption.Required, TimeSpan.FromSeconds(5))")]
    [InlineData("new TransactionScope(TransactionScopeOption.Required, new TransactionOptions { Timeout = TimeSpan.FromSeconds(5) })")]
    [InlineData("new TransactionScope(TransactionScopeAsyncFlowOption.Suppress)")]
    public Task A_scope_that_does_not_flow_is_found_around_an_await(string creation) => TestCode.Method($$"""
        using (var scope = {{creation}}) // expect: PGTX701
        {
            await db.SaveChangesAsync(ct);
            scope.Complete();
        }
        """).HasMarkedFindings();

    [Theory]
    [InlineData("new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(TransactionScopeOption.Required, new TransactionOptions(), TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(asyncFlowOption: TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(TransactionScopeOption.Suppress)")]
    [InlineData("new TransactionScope(url.Length > 3 ? TransactionScopeAsyncFlowOption.Enabled : TransactionScopeAsyncFlowOption.Suppress)")]
    public Task A_scope_that_flows_or_may_flow_or_is_none_is_quiet(string creation) => TestCode.Method($$"""
        using (var scope = {{creation}})
        {
            await db.SaveChangesAsync(ct);
            scope.Complete();
        }
        """).IsQuiet();

    [Theory]
    [InlineData("await using var reader = await new NpgsqlCommand(\"SELECT 1\", conn).ExecuteReaderAsync(ct);")]
    [InlineData("await foreach (var order in db.Orders.AsAsyncEnumerable()) { }")]
    [InlineData("await using (var other = source.CreateConnection()) { }")]
    [InlineData("if (url.Length > 3) await Task.Yield();")]
    [InlineData("var local = async () => await Task.Yield(); await local();")]
    public Task Every_form_of_await_counts(string statement) => TestCode.Method($$"""
        using var scope = new TransactionScope(); // expect: PGTX701
        {{statement}}
        scope.Complete();
        """).Counting("PGTX701").HasMarkedFindings();

    [Theory]
    [InlineData("no await in it", "using (var scope = new TransactionScope()) { db.SaveChanges(); scope.Complete(); }")]
    [InlineData("an await after its end", "using (var scope = new TransactionScope()) { db.SaveChanges(); scope.Complete(); }\nawait Task.Yield();")]
    [InlineData("an await before its beginning", "await Task.Yield();\nusing var scope = new TransactionScope();\ndb.SaveChanges();\nscope.Complete();\nreturn;")]
    [InlineData("an await in a lambda that does not run here", "using (var scope = new TransactionScope()) { Func<Task> later = async () => await Task.Yield(); GC.KeepAlive(later); db.SaveChanges(); scope.Complete(); }")]
    [InlineData("an explicit dispose in front of the await", "var scope = new TransactionScope();\ndb.SaveChanges();\nscope.Complete();\nscope.Dispose();\nawait Task.Yield();")]
    public Task It_is_quiet_where_no_await_runs_in_the_scope(string reason, string statements)
    {
        Assert.NotEmpty(reason);
        return TestCode.Method(statements).IsQuiet();
    }

    [Fact]
    public async Task Of_two_scopes_the_one_that_does_not_flow_is_found()
    {
        var findings = await TestCode.Method("""
            using var outer = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            using (var inner = new TransactionScope(TransactionScopeOption.RequiresNew)) // expect: PGTX701
            {
                await db.SaveChangesAsync(ct);
                inner.Complete();
            }

            await db.SaveChangesAsync(ct);
            outer.Complete();
            """).HasMarkedFindings();

        Assert.Equal("new TransactionScope(TransactionScopeOption.RequiresNew)", Assert.Single(findings).Location.Text());
    }

    [Fact]
    public async Task The_message_says_what_happens_and_the_place_is_the_creation()
    {
        var finding = Assert.Single(await TestCode.Method("""
            using var scope = new TransactionScope(); // expect: PGTX701
            await db.SaveChangesAsync(ct);
            await db.SaveChangesAsync(ct);
            scope.Complete();
            """).HasMarkedFindings());

        Assert.Equal(
            "After the first await in this TransactionScope the ambient transaction is gone and Dispose fails with InvalidOperationException: the scope is created without TransactionScopeAsyncFlowOption.Enabled",
            finding.GetMessage());
        Assert.Equal("new TransactionScope()", finding.Location.Text());
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
        Assert.EndsWith("/docs/rules/PGTX701.md", finding.Descriptor.HelpLinkUri);
    }

    [Fact]
    public Task A_target_typed_creation_is_one_as_well() => TestCode.Method("""
        using TransactionScope scope = new(); // expect: PGTX701
        await db.SaveChangesAsync(ct);
        scope.Complete();
        """).HasMarkedFindings();

    [Fact]
    public Task A_pragma_silences_it() => TestCode.Method("""
        #pragma warning disable PGTX701
        using var scope = new TransactionScope();
        #pragma warning restore PGTX701
        await db.SaveChangesAsync(ct);
        scope.Complete();
        """).IsQuiet();

    [Fact]
    public async Task The_severity_is_the_user_s()
    {
        var code = TestCode.Method("using var scope = new TransactionScope();\nawait db.SaveChangesAsync(ct);\nscope.Complete();").WithSeverity("PGTX706", ReportDiagnostic.Suppress);

        Assert.Equal(DiagnosticSeverity.Error, Assert.Single(await code.WithSeverity("PGTX701", ReportDiagnostic.Error).Findings(), finding => finding.Id == "PGTX701").Severity);
        Assert.DoesNotContain(await code.WithSeverity("PGTX701", ReportDiagnostic.Suppress).Findings(), finding => finding.Id == "PGTX701");
    }
}
