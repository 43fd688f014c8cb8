using PgTxAnalyzers.CodeFixes.Rules.TransactionApi;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

public sealed class PGTX701ScopeDoesNotFlowFixTests
{
    private const string Key = "PGTX701.AddAsyncFlow";

    [Theory]
    [InlineData("new TransactionScope()", "new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(TransactionScopeOption.Required)", "new TransactionScope(TransactionScopeOption.Required, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(TransactionScopeAsyncFlowOption.Suppress)", "new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(option, TransactionScopeAsyncFlowOption.Suppress)", "new TransactionScope(option, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(option, time)", "new TransactionScope(option, time, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(option, time, TransactionScopeAsyncFlowOption.Suppress)", "new TransactionScope(option, time, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(option, ReadCommitted)", "new TransactionScope(option, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData(
        "new TransactionScope(option, ReadCommitted, TransactionScopeAsyncFlowOption.Suppress)",
        "new TransactionScope(option, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(outer)", "new TransactionScope(outer, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(outer, TransactionScopeAsyncFlowOption.Suppress)", "new TransactionScope(outer, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(outer, time)", "new TransactionScope(outer, time, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope(outer, time, TransactionScopeAsyncFlowOption.Suppress)", "new TransactionScope(outer, time, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new(option)", "new(option, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new(/* the default */)", "new(TransactionScopeAsyncFlowOption.Enabled/* the default */)")]
    [InlineData(
        "new TransactionScope(transactionOptions: ReadCommitted, scopeOption: option)",
        "new TransactionScope(transactionOptions: ReadCommitted, scopeOption: option, asyncFlowOption: TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("new TransactionScope { }", "new TransactionScope(TransactionScopeAsyncFlowOption.Enabled) { }")]
    public async Task The_constructor_with_the_flow_option_takes_its_place(string before, string after) =>
        await Fix(Method("/*call*/" + before)).Becomes(Key, Method(after));

    [Theory]
    [InlineData("new TransactionScope(option, ReadCommitted, EnterpriseServicesInteropOption.None)")]
    [InlineData("new TransactionScope(outer, time, EnterpriseServicesInteropOption.Automatic)")]
    [InlineData("new TransactionScope(flow)")]
    public async Task Without_a_twin_or_with_a_computed_option_there_is_no_fix(string code) => await Fix(Method("/*call*/" + code)).IsNotOffered(Key);

    [Fact]
    public async Task An_argument_on_a_line_of_its_own_gets_a_line_of_its_own() => await Fix(Method("""
        /*call*/new TransactionScope(
                option,
                ReadCommitted)
        """)).Becomes(Key, Method("""
        new TransactionScope(
                option,
                ReadCommitted,
                TransactionScopeAsyncFlowOption.Enabled)
        """));

    [Fact]
    public async Task The_comment_behind_the_last_argument_stays_with_it() => await Fix(Method("""
        /*call*/new TransactionScope(
                option, // which
                ReadCommitted // how
            )
        """)).Becomes(Key, Method("""
        new TransactionScope(
                option, // which
                ReadCommitted, // how
                TransactionScopeAsyncFlowOption.Enabled
            )
        """));

    [Fact]
    public async Task Without_the_using_the_name_is_written_in_full() => await new StatedFinding(new PGTX701ScopeDoesNotFlowFix(), "PGTX701", """
        using System.Threading.Tasks;

        class C
        {
            async Task M()
            {
                using var scope = /*call*/new System.Transactions.TransactionScope();
                await Task.Yield();
                scope.Complete();
            }
        }
        """) { IsFile = true }.Becomes(Key, """
        using System.Threading.Tasks;

        class C
        {
            async Task M()
            {
                using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled);
                await Task.Yield();
                scope.Complete();
            }
        }
        """);

    [Fact]
    public async Task All_in_a_document_at_once() => await Fix("""
        public async Task MoveAsync(int from, int to, CancellationToken ct)
        {
            using var scope = /*call*/new TransactionScope();
            await db.Holds.Where(h => h.OrderId == from).ExecuteUpdateAsync(s => s.SetProperty(h => h.OrderId, to), ct);
            scope.Complete();
        }

        public async Task DropAsync(int orderId, CancellationToken ct)
        {
            using var scope = /*call*/new TransactionScope(TransactionScopeOption.RequiresNew, ReadCommitted);
            await db.Holds.Where(h => h.OrderId == orderId).ExecuteDeleteAsync(ct);
            scope.Complete();
        }
        """).AllBecome(Key, """
        public async Task MoveAsync(int from, int to, CancellationToken ct)
        {
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await db.Holds.Where(h => h.OrderId == from).ExecuteUpdateAsync(s => s.SetProperty(h => h.OrderId, to), ct);
            scope.Complete();
        }

        public async Task DropAsync(int orderId, CancellationToken ct)
        {
            using var scope = new TransactionScope(TransactionScopeOption.RequiresNew, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled);
            await db.Holds.Where(h => h.OrderId == orderId).ExecuteDeleteAsync(ct);
            scope.Complete();
        }
        """);

    private static StatedFinding Fix(string members) => new(new PGTX701ScopeDoesNotFlowFix(), "PGTX701", members);

    private static string Method(string scope) => $$"""
        public async Task RunAsync(TransactionScopeOption option, TransactionScopeAsyncFlowOption flow, Transaction outer, TimeSpan time)
        {
            using TransactionScope scope = {{scope}};
            await db.SaveChangesAsync();
            scope.Complete();
        }
        """;
}
