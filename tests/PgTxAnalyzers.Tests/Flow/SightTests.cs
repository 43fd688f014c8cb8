using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>A body comes to its caller's variables through delegates alone, by whatever way it comes to those.</summary>
public sealed class SightTests
{
    private const string Members = """
        static async Task RunAsync(Func<Task> work) => await work();
        static async Task TwiceRemoved(Func<Task> work) => await RunAsync(async () => await work());
        static async Task<T> AskAsync<T>(Func<Task<T>> work) { var answer = await work(); return answer; }
        static Func<Task>? kept;
        static async Task RunKeptAsync() => await kept!();
        sealed class Job(Func<Task> work) { public Task RunAsync() => work(); }
        sealed class Jobs { public Job? Next; public async Task RunAsync() => await Next!.RunAsync(); }
        """;

    /// <summary>The transaction is over behind each of them.</summary>
    [Theory]
    [InlineData("await RunAsync(() => tx.CommitAsync());")]
    [InlineData("await TwiceRemoved(() => tx.CommitAsync());")]
    [InlineData("await RunAsync(tx.CommitAsync_);")]
    [InlineData("async Task End() => await tx.CommitAsync(); await RunAsync(() => End());")]
    [InlineData("async Task End() => await tx.CommitAsync(); await RunAsync(End);")]
    [InlineData("async Task End<T>() => await tx.CommitAsync(); await RunAsync(() => End<int>());")]
    [InlineData("async Task Last() => await tx.CommitAsync(); async Task End() => await Last(); await RunAsync(async () => await End());")]
    [InlineData("Func<Task> end = () => tx.CommitAsync(); await RunAsync(async () => { await end(); });")]
    [InlineData("Func<Task> end = () => tx.CommitAsync(); Func<Task> then = () => end(); await TwiceRemoved(() => then());")]
    [InlineData("var job = new Job(() => tx.CommitAsync()); await job.RunAsync();")]
    [InlineData("var job = new Job(() => tx.CommitAsync()); await RunAsync(() => job.RunAsync());")]
    [InlineData("var jobs = new Jobs { Next = new Job(() => tx.CommitAsync()) }; await jobs.RunAsync();")]
    [InlineData("kept = () => tx.CommitAsync(); await RunKeptAsync();")]
    [InlineData("var held = tx; await AskAsync(async () => { await held.CommitAsync(); return 1; });")]
    [InlineData("var held = tx; held = await AskAsync(async () => { await held.CommitAsync(); return held; });")]
    public Task A_delegate_ends_what_its_maker_has_begun(string end) => TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync();
        await conn.ExecuteAsync("DELETE FROM a");
        await http.GetStringAsync(url); // expect: PGTX101
        {{end.Replace("tx.CommitAsync_", "() => tx.CommitAsync()", StringComparison.Ordinal)}}
        await http.GetStringAsync(url);
        """, Members).Counting("PGTX101").HasMarkedFindings();

    /// <summary>The caller's variable had no value before a delegate gave it one.</summary>
    [Theory]
    [InlineData("await RunAsync(async () => tx = await conn.BeginTransactionAsync());")]
    [InlineData("await TwiceRemoved(async () => { tx = await conn.BeginTransactionAsync(); });")]
    [InlineData("async Task Begin() => tx = await conn.BeginTransactionAsync(); await RunAsync(() => Begin());")]
    [InlineData("tx = await AskAsync(async () => await conn.BeginTransactionAsync());")]
    public Task A_delegate_begins_what_its_maker_keeps(string begin) => TestCode.Method($$"""
        NpgsqlTransaction? tx = null;
        {{begin}}
        await conn.ExecuteAsync("DELETE FROM a");
        await http.GetStringAsync(url); // expect: PGTX101
        await tx!.CommitAsync();
        await http.GetStringAsync(url);
        """, Members).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public void Of_a_callers_variables_a_function_sees_those_that_it_names()
    {
        var flow = FlowOf.Statements("var named = conn; var far = conn; var other = conn; void Deep<T>() => far.Open(); void Near() { named.Open(); Deep<int>(); } Near();");
        var tree = flow.Graph.OriginalOperation.Syntax.SyntaxTree;
        var cancellation = TestContext.Current.CancellationToken;
        var model = flow.Context.Compilation.GetSemanticModel(tree);
        var functions = tree.GetRoot(cancellation).DescendantNodes().OfType<LocalFunctionStatementSyntax>().ToDictionary(f => f.Identifier.ValueText, f => (IMethodSymbol)model.GetDeclaredSymbol(f, cancellation)!);
        var locals = tree.GetRoot(cancellation).DescendantNodes().OfType<VariableDeclaratorSyntax>().Where(v => model.GetDeclaredSymbol(v, cancellation) is ILocalSymbol).ToDictionary(v => v.Identifier.ValueText, v => (Place)new Place.Variable(model.GetDeclaredSymbol(v, cancellation)!));
        var state = locals.Values.Aggregate(State.Empty, (s, place) => s.Set(place, Value.True));

        Assert.Equal(["far", "named"], Seen("Near"));
        Assert.Equal(["far"], Seen("Deep"));
        Assert.Empty(Seen(null));

        IEnumerable<string> Seen(string? function)
        {
            var callee = new Frame(flow.Run.Frame, flow.Graph, function is null ? flow.Method : functions[function], Value.Nothing, null);
            var sight = new Sight(state, callee, []);
            Assert.All(locals, l => Assert.NotEqual(sight.Hides(l.Value), sight.Entry.Find(l.Value) is not null));
            return locals.Where(l => sight.Entry.Find(l.Value) is not null).Select(l => l.Key).Order(StringComparer.Ordinal);
        }
    }
}
