using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>What the flow found in one body: every rule reads it, none walks the body again.</summary>
internal sealed record BodyFlow(ImmutableArray<Held> Held, ImmutableArray<Region> Lost, RootFacts Facts);

/// <summary>Runs one body as a root: nothing is known of its caller but what its parameters say.</summary>
internal static class RootAnalysis
{
    public static BodyFlow Run(CompilationContext context, ControlFlowGraph graph, IMethodSymbol? method, CancellationToken cancellation, SessionFlow? session = null)
    {
        var facts = new RootFacts { Session = session };
        var self = method is { IsStatic: false, ContainingType: { } type } ? new Value.Instance(new Place.This(), type, Exact: type.IsSealed) : Value.Nothing;
        var calls = new CallEvaluator(context, facts, cancellation);
        var run = new BodyRun(new Frame(null, graph, method, self, reportsFrom: 0) { IsObserved = session is not null }, calls, cancellation);
        run.Walk(Entry(context, method));
        facts.IsCutShort = calls.Budget.IsSpent;

        // What ends without a commit on its way to a normal exit; what is still open there is as lost, unless somebody else can end it.
        var lost = run.Exits.SelectMany(s => s.Regions)
            .Where(r => r is { Changed: true, Escaped: false, Returned: false, Kind: RegionKind.Transaction or RegionKind.Facade or RegionKind.Scope or RegionKind.Sql })
            .Where(r => r.Lost || (r.Kind != RegionKind.Scope && r.Owner == 0))
            .Distinct().ToImmutableArray();
        return new BodyFlow(run.Held.Where(h => h.Place is not null).ToImmutableArray(), lost, facts);
    }

    private static State Entry(CompilationContext context, IMethodSymbol? method)
    {
        var state = State.Empty;
        if (method is null || ImplementsLibrary(method))
        {
            // An interceptor is given the transaction at moments of the library's choosing, after the commit as well.
            return state;
        }

        foreach (var parameter in method.Parameters)
        {
            if (context.Shapes.IsCallersTransaction(parameter.Type) && parameter.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is { } syntax)
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
