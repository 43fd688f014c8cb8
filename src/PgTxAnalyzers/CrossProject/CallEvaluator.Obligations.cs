using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Calls of members whose implementation may stand in a project that is compiled later: what an open transaction awaits there, and what may begin one.
/// </summary>
internal sealed partial class CallEvaluator
{
    /// <summary>Members that are called in a unit until nothing is said of it any more.</summary>
    private const int MaxSince = 12;

    private IReadOnlyList<Outcome> Obliged(BodyRun run, CallSite call, State state, IReadOnlyList<Outcome> outcomes)
    {
        var method = (call.Method.ReducedFrom ?? call.Method).OriginalDefinition;
        if (!Facts.Obliges || !(state.HasRegion || OpenUnits.MayBegin(method.Name)))
        {
            return outcomes;
        }

        // What is in sight has been followed. Who awaits only what is, owes nothing, and its flow stays as small as it was.
        if (!LooseEnds.CanBeImplementedLater(method) || method.GetDocumentationCommentId() is not { } member || !context.Targets.Of(method, Value.Nothing, false, cancellation).IsEmpty || context.Foreign.Matters(method))
        {
            return outcomes;
        }

        outcomes = Owed(run, call, method, member, state, outcomes);
        outcomes = outcomes.Select(o => new Outcome(Since(o.State, method, member), o.Value)).ToList();
        return OpenUnits.MayBegin(method.Name) && !outcomes.Any(o => o.Value is Value.Transaction) ? MayBegin(run, call, method, member, outcomes) : outcomes;
    }

    /// <summary>A method in source that leads to such a member, though to none of a library.</summary>
    private bool LeadsOut(IMethodSymbol target) => Facts.Obliges && !context.OpenCalls.Of(target.OriginalDefinition).IsEmpty;

    /// <summary>A helper may begin a unit.</summary>
    private bool MayBeginUnit(CallSite call) => Facts.Obliges && TargetsOf(call).Any(t => context.OpenCalls.Of(t.OriginalDefinition).Any(OpenUnits.IsNamedSo));

    /// <summary>The transactions that live wait for the call.</summary>
    private static IReadOnlyList<Outcome> Owed(BodyRun run, CallSite call, IMethodSymbol method, string member, State state, IReadOnlyList<Outcome> outcomes)
    {
        // A transaction that is passed on is the implementation's own business: it has a parameter for it.
        if (!state.HasRegion || call.Values.Any(v => v is Value.Transaction))
        {
            return outcomes;
        }

        var at = call.Operation.Syntax;
        var reach = new Reach(SinkKind.None, false, ImmutableArray.Create(new Step(Names.Of(method), at))) { Member = member };
        if (Names.IsAwaitable(method.ReturnType) && !Waiting.IsWaitedFor(call.Operation))
        {
            return outcomes.Select(o => new Outcome(o.State, Reaches.Pending(ImmutableArray.Create(reach), o.Value))).ToList();
        }

        run.Hold(reach, at, state.Regions.Where(r => r.IsLive || r.Resource?.Unit is not null));
        return outcomes;
    }

    /// <summary>What has begun behind an interface may be ended behind one: by a name that says so, or by what the implementation does.</summary>
    private State Since(State state, IMethodSymbol method, string member)
    {
        // `mapper.Map(order)` of a library, whose implementation nobody will see, is no work with a database: what waits for nothing is only asked of the unit itself.
        var isWork = Names.IsAwaitable(method.ReturnType) || SaysThatItEnds(method);
        foreach (var region in state.Regions)
        {
            if (region.Resource is { Unit: { } unit } resource && !unit.Since.Contains(member) && (isWork || IsOf(method.ContainingType, unit.Member)))
            {
                if (member == unit.Member)
                {
                    Facts.Committed.Add(region.Begin);
                }

                var since = unit.Since.Add(member).Sort(System.StringComparer.Ordinal);
                state = SaysThatItEnds(method) || since.Length > MaxSince ? state.End(region) : state.Replace(region, region with { Resource = resource with { Unit = unit with { Since = since } } });
            }
        }

        return state;
    }

    private static bool IsOf(INamedTypeSymbol type, string member) => type.GetDocumentationCommentId() is { Length: > 2 } id && member.StartsWith("M:" + id.Substring(2) + ".", System.StringComparison.Ordinal);

    private List<Outcome> MayBegin(BodyRun run, CallSite call, IMethodSymbol method, string member, IReadOnlyList<Outcome> outcomes)
    {
        var operation = call.Values.FirstOrDefault(v => v is Value.Lambda or Value.MethodGroup);
        var ordinal = operation is null ? null : call.Arguments.ElementAtOrDefault(call.Values.IndexOf(operation))?.Parameter?.Ordinal;
        var region = ResourceOps.Region(call.Operation.Syntax, new Resource(ResourceKind.Unit) { Unit = new OpenUnit(member, ordinal, ImmutableArray<string>.Empty) }, null, run.Frame.Depth + (operation is null ? 0 : 1));
        if (operation is null)
        {
            var type = Unwrapped(method.ReturnType);
            var isHeld = context.Shapes.Of(type) == Shape.Transaction || type.AllInterfaces.Any(i => i.Name is "IDisposable" or "IAsyncDisposable");
            return outcomes.Select(o => new Outcome(o.State.Begin(region), isHeld ? new Value.Transaction(region.Id) : o.Value)).ToList();
        }

        return ordinal is null ? outcomes.ToList() : outcomes.SelectMany(before => RunDelegate(run, operation, ImmutableArray<Value>.Empty, call.Operation, before.State.Begin(region))
            .Select(o => new Outcome(RegionOps.EndOwn(o.State, region), WaitedFor(run, call.Operation, method, o, new[] { region }, isWaited: true)))).ToList();
    }
}
