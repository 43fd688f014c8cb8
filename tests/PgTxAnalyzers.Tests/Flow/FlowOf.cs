using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>The engine over one body, without rules in between: what a test asserts are the abstract states themselves.</summary>
internal sealed class FlowOf
{
    private FlowOf(Compilation compilation, IMethodSymbol method, CancellationToken cancellation, bool observed, int maxCallDepth)
    {
        Context = new CompilationContext(compilation, ModelSet.Create(compilation), maxCallDepth);
        Method = method;
        Graph = Context.Bodies.Graph(method, cancellation)!;
        Facts = new RootFacts();
        var self = method.IsStatic ? Value.Nothing : new Value.Instance(new Place.This(), method.ContainingType, Exact: method.ContainingType.IsSealed);
        Run = new BodyRun(new Frame(null, Graph, method, self, reportsFrom: 0) { IsObserved = observed }, new CallEvaluator(Context, Facts, cancellation), cancellation);
        Run.Walk(State.Empty);
    }

    public CompilationContext Context { get; }

    public IMethodSymbol Method { get; }

    public ControlFlowGraph Graph { get; }

    public BodyRun Run { get; }

    public RootFacts Facts { get; }

    public IReadOnlyCollection<State> Exits => Run.Exits;

    public IReadOnlyCollection<State> Throws => Run.Throws.Select(t => t.State).ToHashSet();

    /// <summary>The only state in which the body is left.</summary>
    public State Exit => Assert.Single(Exits);

    /// <summary>The regions of each exit state, as text, in a stable order.</summary>
    public IEnumerable<string> ExitRegions => Exits.Select(Describe).Order(StringComparer.Ordinal);

    /// <summary>The statements of <see cref="TestCode.Method"/>. <paramref name="observed"/>: its exceptions are looked at, as by a caller with a handler.</summary>
    public static FlowOf Statements(string statements, string members = "", bool observed = false, int maxCallDepth = 6) =>
        Of(TestCode.Method(statements, members), "Run", observed, maxCallDepth);

    public static FlowOf Of(TestCode code, string method, bool observed = false, int maxCallDepth = 6)
    {
        var compilation = code.Compile();
        return new(compilation, MethodNamed(compilation, method), TestContext.Current.CancellationToken, observed, maxCallDepth);
    }

    public static IMethodSymbol MethodNamed(Compilation compilation, string name)
    {
        var declaration = compilation.SyntaxTrees.SelectMany(t => t.GetRoot().DescendantNodes()).OfType<MethodDeclarationSyntax>().First(m => m.Identifier.ValueText == name);
        return (IMethodSymbol)compilation.GetSemanticModel(declaration.SyntaxTree).GetDeclaredSymbol(declaration)!;
    }

    /// <summary>"Transaction Open changed", one word per fact; regions are separated by commas.</summary>
    public static string Describe(State state) => string.Join(", ", state.Regions.Where(r => r.Resource is null).Select(r => string.Join(" ", new[]
    {
        r.Kind.ToString(),
        r.Lost ? "lost" : r.Level.ToString(),
        r.Changed ? "changed" : null,
        r.Intended ? "intended" : null,
        r.Escaped ? "escaped" : null,
        r.Returned ? "returned" : null,
        r.Completed ? "completed" : null,
        r.LosesFlow ? "thread-bound" : null,
    }.Where(w => w is not null))));
}
