using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>The strongest statement about one call: one finding per call, and 101 to 104, 106 and 108 ask here whose it is.</summary>
internal sealed record HeldCall(BodyFlow Flow, SyntaxNode Place, Region Region, Reach Reach)
{
    /// <summary>
    /// 101 where a sink is reached at level open; else 102 where a wait is; else 104 where a result is open; else 103; else 108. Of equally strong
    /// statements the one with the shortest chain.
    /// </summary>
    public static IEnumerable<HeldCall> Of(BodyFlow flow, HeldBy heldBy) =>
        from fact in flow.Held
        where fact.Reach.Deed == Deed.Sink
        group fact by fact.Place! into call
        let strongest = Strongest(flow, call)
        where strongest is { } s && s.By == heldBy
        orderby call.Key.SpanStart, call.Key.Span.Length
        select strongest!.Value.Call;

    private static (HeldBy By, HeldCall Call)? Strongest(BodyFlow flow, IGrouping<SyntaxNode, Held> call)
    {
        (HeldBy By, HeldCall Call)? best = null;
        foreach (var fact in call)
        {
            if (fact.Reach.Says is ReachKind.Dropped or ReachKind.Unbounded)
            {
                continue;
            }

            foreach (var region in fact.Regions)
            {
                if (Statement(fact, region) is not { } by)
                {
                    continue;
                }

                var better = best is null || by < best.Value.By
                    || (by == best.Value.By && IsBetterWitness(fact.Reach, region, best.Value.Call));
                if (better)
                {
                    best = (by, new HeldCall(flow, call.Key, region, fact.Reach));
                }
            }
        }

        return best;
    }

    private static HeldBy? Statement(Held fact, Region region)
    {
        if (region.Resource is { } resource)
        {
            // Waits are 102's alone; and what stays open in a transaction that is long by intent is so by intent.
            return fact.Reach.IsWait || fact.Reach.IsPipeline || resource.Kind is ResourceKind.Elements or ResourceKind.Task or ResourceKind.Unit || fact.Regions.Any(r => r.Intended) ? null
                : resource.Kind != ResourceKind.Connection ? HeldBy.SinkWhileReading
                : fact.Reach.Says == ReachKind.UsedAgain ? HeldBy.SinkWhileConnected
                : null;
        }

        // A long transaction by intent, one that unknown code may have ended, and a scope in which nothing has been opened yet.
        if (!region.IsLive || region.Intended || region.OutOfSight || (region.Level == Level.None && !fact.Reach.IsPipeline))
        {
            return null;
        }

        // A body that was given its transaction does not choose how long it is.
        return fact.Reach.IsPipeline ? (region.Kind == RegionKind.Parameter ? null : HeldBy.Pipeline)
            : fact.Reach.IsWait ? HeldBy.Wait
            : region.Level >= Level.Open ? HeldBy.SinkWhileOpen
            : HeldBy.SinkWhilePinned;
    }

    private static bool IsBetterWitness(Reach reach, Region region, HeldCall than)
    {
        if (region.Level != than.Region.Level)
        {
            return region.Level > than.Region.Level;
        }

        if (reach.Chain.Length != than.Reach.Chain.Length)
        {
            return reach.Chain.Length < than.Reach.Chain.Length;
        }

        var a = reach.Sink.At;
        var b = than.Reach.Sink.At;
        var file = string.CompareOrdinal(a.SyntaxTree.FilePath, b.SyntaxTree.FilePath);
        return file != 0 ? file < 0 : a.SpanStart != b.SpanStart ? a.SpanStart < b.SpanStart : region.Begin.SpanStart < than.Region.Begin.SpanStart;
    }
}

/// <summary>What holds the region, the strongest first.</summary>
internal enum HeldBy : byte
{
    SinkWhileOpen,
    Wait,
    SinkWhileReading,
    SinkWhilePinned,

    /// <summary>The rest of a pipeline.</summary>
    Pipeline,
    SinkWhileConnected,
}
