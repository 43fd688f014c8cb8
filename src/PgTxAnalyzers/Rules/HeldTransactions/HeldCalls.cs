using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>The strongest statement about one call: one finding per call, and all three rules ask here whose it is.</summary>
internal sealed record HeldCall(BodyFlow Flow, SyntaxNode Place, Region Region, Reach Reach)
{
    /// <summary>
    /// 101 where a sink is reached at level open; else 102 where a wait is; else 103. Of equally strong statements the one with the
    /// shortest chain.
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
            foreach (var region in fact.Regions)
            {
                // A long transaction by intent, one that unknown code may have ended, and a scope in which nothing has been opened yet.
                if (!region.IsLive || region.Intended || region.OutOfSight || (region.Level == Level.None && !fact.Reach.IsPipeline))
                {
                    continue;
                }

                // A body that was given its transaction does not choose how long it is.
                if (fact.Reach.IsPipeline && region.Kind == RegionKind.Parameter)
                {
                    continue;
                }

                var by = fact.Reach.IsPipeline ? HeldBy.Pipeline : fact.Reach.IsWait ? HeldBy.Wait : region.Level >= Level.Open ? HeldBy.SinkWhileOpen : HeldBy.SinkWhilePinned;
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
    SinkWhilePinned,

    /// <summary>The rest of a pipeline.</summary>
    Pipeline,
}
