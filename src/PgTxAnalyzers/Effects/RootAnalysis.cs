using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>What the flow found in one body: every rule reads it, none walks the body again.</summary>
internal sealed record BodyFlow(ImmutableArray<Held> Held, ImmutableArray<Region> Lost, RootFacts Facts)
{
    /// <summary>The compilation that is analysed; null in tests of the flow alone.</summary>
    public Compilation? Compilation { get; init; }

    /// <summary>
    /// Where a step of a finding is. The compiler refuses a finding with a location in a file of another project, whose source an IDE has: such a step is
    /// named by its path and line.
    /// </summary>
    public Location Locate(SyntaxNode node)
    {
        var location = node.GetLocation();
        return Compilation is null || Compilation.ContainsSyntaxTree(node.SyntaxTree) ? location : Location.Create(node.SyntaxTree.FilePath, location.SourceSpan, location.GetLineSpan().Span);
    }

    public CompilationContext? Context { get; init; }

    /// <summary>The body as it stands in the source.</summary>
    public SyntaxNode? Body { get; init; }
}

/// <summary>Runs one body as a root: nothing is known of its caller but what its parameters say.</summary>
internal static class RootAnalysis
{
    public static BodyFlow Run(CompilationContext context, ControlFlowGraph graph, IMethodSymbol? method, CancellationToken cancellation, SessionFlow? session = null)
    {
        var facts = new RootFacts { Session = session, Obliges = context.Obliges, Context = context, Cancellation = cancellation, Root = graph.OriginalOperation.Syntax };
        var run = Walked(context, graph, method, WithUnits(context, method, Entry(context, method, cancellation), cancellation), facts, cancellation);

        facts.Kept.UnionWith(run.Exits.SelectMany(s => s.Regions)
            .Where(r => r is { IsLive: true, Returned: false, OutOfSight: false, Given: null, Kind: RegionKind.Transaction or RegionKind.Facade } && (r.Escaped || r.Kind == RegionKind.Facade)).Select(r => r.Begin));

        // What ends without a commit on its way to a normal exit; what is still open there is as lost, unless somebody else can end it.
        var lost = run.Exits.SelectMany(s => s.Regions)
            .Where(r => r is { Changed: true, Escaped: false, Returned: false, Kind: RegionKind.Transaction or RegionKind.Facade or RegionKind.Scope or RegionKind.Sql })
            .Where(r => r.Lost || (r.Kind != RegionKind.Scope && r.Owner == 0))
            .Distinct().ToImmutableArray();
        return new BodyFlow(run.Held.Where(h => h.Place is not null).Select(h => WithoutUnsure(h, facts)).OfType<Held>().ToImmutableArray(), lost, facts) { Compilation = context.Compilation, Context = context, Body = graph.OriginalOperation.Syntax };
    }

    /// <summary>With the transactions of the units of work that the body's object was given, or may have been.</summary>
    private static State WithUnits(CompilationContext context, IMethodSymbol? method, State entry, CancellationToken cancellation)
    {
        entry = method is null ? entry : context.Given.Around(method, entry, cancellation);
        return method is not null && context.Obliges ? OpenUnits.Around(context, method, entry, cancellation) : entry;
    }

    /// <summary>Of a unit of work that the body was given only what it commits itself was surely open: its caller may have committed before. Null: nothing is left.</summary>
    private static Held? WithoutUnsure(Held fact, RootFacts facts) =>
        fact.Regions.RemoveAll(r => r.Given is not null && !facts.Committed.Contains(r.Begin)) is var sure && sure.Length == fact.Regions.Length ? fact
        : sure.IsEmpty ? null
        : fact with { Regions = sure };

    /// <summary>In which states a body returns.</summary>
    public static IReadOnlyCollection<State> Exits(CompilationContext context, ControlFlowGraph graph, IMethodSymbol method, CancellationToken cancellation) =>
        Walked(context, graph, method, Entry(context, method, cancellation), new RootFacts(), cancellation, Look.Begins).Exits;

    /// <summary>What a body reaches when it is entered in a given state.</summary>
    public static IReadOnlyList<Held> Held(CompilationContext context, ControlFlowGraph graph, IMethodSymbol method, State entry, CancellationToken cancellation) =>
        Walked(context, graph, method, entry, new RootFacts(), cancellation).Held;

    /// <summary>What of its own a body has not ended where it ends. One that takes too many steps is taken to leave everything.</summary>
    /// <param name="byException">Where an exception leaves it.</param>
    public static Left LeftBy(CompilationContext context, ControlFlowGraph graph, IMethodSymbol? method, bool byException, CancellationToken cancellation)
    {
        var facts = new RootFacts();
        var run = Walked(context, graph, method, Entry(context, method, cancellation), facts, cancellation, Look.Begins, byException);
        var ends = byException ? run.Throws.Select(t => t.State) : run.Exits;

        // A transaction that is over is still an object of the caller's, whose disposal may fail.
        return facts.IsCutShort || (!byException && run.Exits.Any(s => run.ReturnedIn(s) is Value.Transaction or Value.OpenResult)) ? Left.Transaction | Left.Result
            : ends.SelectMany(s => s.Regions).Where(r => r.Kind != RegionKind.Parameter).Aggregate(Left.Nothing, (l, r) => l | LeftIn(r));
    }

    /// <summary>A lost transaction is over, and the caller is told all the same.</summary>
    private static Left LeftIn(Region region) => region.IsLive || region.Lost ? Left.Transaction : region.IsHeld ? Left.Result : Left.Nothing;

    private static BodyRun Walked(CompilationContext context, ControlFlowGraph graph, IMethodSymbol? method, State entry, RootFacts facts, CancellationToken cancellation, Look look = Look.Whole, bool isObserved = false)
    {
        var self = method is { IsStatic: false, ContainingType: { } type } ? new Value.Instance(new Place.This(), type, Exact: type.IsSealed) : Value.Nothing;
        var calls = new CallEvaluator(context, facts, cancellation, look);
        var run = new BodyRun(new Frame(null, graph, method, self, reportsFrom: 0) { IsObserved = isObserved || facts.Session is not null }, calls, cancellation);
        run.Walk(entry);
        facts.IsCutShort = calls.Budget.IsSpent || calls.Budget.HasDropped;
        return run;
    }

    private static State Entry(CompilationContext context, IMethodSymbol? method, CancellationToken cancellation)
    {
        var state = State.Empty;
        if (method is { MethodKind: MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation })
        {
            state = context.Pipelines.Around(method, cancellation).Aggregate(state, (s, r) => s.Begin(r));
        }

        if (method is null || ImplementsLibrary(method))
        {
            // An interceptor is given the transaction at moments of the library's choosing, after the commit as well.
            return state;
        }

        foreach (var parameter in method.Parameters)
        {
            // What a method hands out by a parameter, it has begun itself.
            if (parameter.RefKind != RefKind.Out && context.Shapes.IsCallersTransaction(parameter.Type) && parameter.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is { } syntax)
            {
                var region = new Region(new RegionId(syntax), RegionKind.Parameter, Level.Open, 0);
                state = state.Begin(region).Set(new Place.Variable(parameter), new Value.Transaction(region.Id));
            }
        }

        return state;
    }

    private static bool ImplementsLibrary(IMethodSymbol method)
    {
        for (var m = method.OverriddenMethod; m is not null; m = m.OverriddenMethod)
        {
            if (m.DeclaringSyntaxReferences.IsEmpty)
            {
                return true;
            }
        }

        return method.MethodKind == MethodKind.Ordinary && method.ContainingType is { } type && type.AllInterfaces.Any(i =>
            i.DeclaringSyntaxReferences.IsEmpty && i.GetMembers(method.Name).Any(m => SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(m), method)));
    }
}
