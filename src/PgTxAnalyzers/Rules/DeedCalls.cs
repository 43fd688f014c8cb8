using System.Collections.Generic;
using System.Linq;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Rules.HeldTransactions;

namespace PgTxAnalyzers.Rules;

/// <summary>The calls that do one deed while a transaction lives: one finding per call, with the shortest way to it.</summary>
internal static class DeedCalls
{
    public static IEnumerable<HeldCall> Of(BodyFlow flow, Deed deed) =>
        from fact in flow.Held
        where fact.Reach.Deed == deed
        group fact by fact.Place! into call
        orderby call.Key.SpanStart, call.Key.Span.Length
        let best = call.OrderBy(f => f.Reach.Chain.Length).ThenBy(f => f.Reach.Sink.At.SpanStart).First()
        select new HeldCall(flow, call.Key, best.Regions[best.Regions.Length - 1], best.Reach);
}
