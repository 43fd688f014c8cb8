using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>What is followed.</summary>
internal enum Look : byte
{
    /// <summary>All that can matter.</summary>
    Whole,

    /// <summary>What leads to a sink, or to the end of a transaction.</summary>
    Narrow,

    /// <summary>What leads to the begin or the end of a region.</summary>
    Begins,
}

/// <summary>
/// A call behind which lies more than can be walked is looked at a second time, narrowly: only what leads to a sink, or to the end of a transaction, is
/// entered. What merely works with the database would have raised a level that can rise no further.
/// </summary>
internal sealed partial class CallEvaluator
{
    private Look look;

    private bool Leads(IMethodSymbol target, int within) => look switch
    {
        Look.Whole => context.Relevance.Matters(target, within, cancellation),
        Look.Narrow => context.Sinks.Matters(target, within, cancellation) || context.Enders.Matters(target, within, cancellation),
        _ => context.Starters.Matters(target, within, cancellation) || context.Enders.Matters(target, within, cancellation),
    };

    /// <param name="followed">What was found out until the budget was used up.</param>
    private IReadOnlyList<Outcome>? CutShort(BodyRun run, CallSite call, State state, IReadOnlyList<Outcome>? followed)
    {
        var narrow = CanBeNarrow(state) && !IsFound(run, call) ? Narrowly(run, call, state) : null;
        if (followed is null)
        {
            return null;
        }

        // Not walked to any end. Where nothing in it can end a transaction, what comes behind is looked at in the state of the call.
        if (followed.Count == 0)
        {
            if (TargetsOf(call).Any(t => context.Enders.Matters(t, context.MaxCallDepth, cancellation)))
            {
                return narrow ?? followed;
            }

            followed = BodyRun.Single(state, Value.Nothing);
        }

        // A task that only the second look saw at work is the one that is handed back.
        var found = narrow?.Select(o => o.Value).OfType<Value.Pending>().SelectMany(p => p.Reaches).Distinct().ToImmutableArray() ?? ImmutableArray<Reach>.Empty;
        return found.IsEmpty ? followed : followed.Select(o => new Outcome(o.State, Reaches.Pending(found, o.Value))).ToList();
    }

    /// <summary>The first look, in this state or another, has found what the call holds open: a second one would find it again.</summary>
    private static bool IsFound(BodyRun run, CallSite call) => run.Held.Any(h => h.Place == call.Operation.Syntax && h.Reach.Deed == Deed.Sink && h.Regions.Any(r => r.Level >= Level.Open));

    private IReadOnlyList<Outcome>? Narrowly(BodyRun run, CallSite call, State state)
    {
        look = Look.Narrow;
        try
        {
            return Budget.Within(call.Operation, () => Followed(run, call, state), out _);
        }
        finally
        {
            look = Look.Whole;
        }
    }

    /// <summary>A transaction in which nothing has run is pinned alone: what is passed over might be its first command. One that was begun as SQL text is ended by text, which is no member with a name.</summary>
    private bool CanBeNarrow(State state) => look == Look.Whole && state.HasRegion && state.Holding.All(r => r.Level >= Level.Open && r.Kind != RegionKind.Sql);
}
