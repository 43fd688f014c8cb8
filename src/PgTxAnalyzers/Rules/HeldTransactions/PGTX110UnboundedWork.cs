using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>
/// PGTX110: what one transaction does grows with a table or a file. On the day that the table is large it holds its locks for minutes, fills the log, and is
/// rolled back as a whole.
/// </summary>
internal sealed class PGTX110UnboundedWork : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX110",
        "Unbounded work in one transaction",
        "{0} holds its locks for as long as {1}",
        "HeldTransactions",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "A transaction that touches every row of a table, or runs a command for each line of a file, gets longer with the data. Work in batches of a bounded size, each in a transaction of its own.",
        RuleHelp.LinkFor("PGTX110"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        from fact in flow.Held
        where fact.Reach.Says == ReachKind.Unbounded
        let region = fact.Regions.FirstOrDefault(r => r.Resource is null)
        where region is not null
        let loop = fact.Regions.FirstOrDefault(r => r.Resource is not null)

        // Every command of one loop says the same: the first of them stands for all.
        group (fact, region, loop) by loop?.Begin ?? fact.Place! into work
        let first = work.OrderBy(w => w.fact.Place!.SpanStart).First()
        orderby first.fact.Place!.SpanStart
        select Finding(flow, first.fact, first.region, first.loop);

    private static Diagnostic Finding(BodyFlow flow, Held fact, Region region, Region? loop)
    {
        var place = fact.Place!;
        var command = string.Join(" → ", fact.Reach.Chain.Select(s => s.Name));
        return Diagnostic.Create(
            Rule,
            place.GetLocation(),
            new[] { flow.Locate(region.Begin) }.Concat(loop is null ? new Location[0] : new[] { flow.Locate(loop.Begin) }).Concat(fact.Reach.Chain.Skip(1).Select(s => flow.Locate(s.At))),
            ImmutableDictionary<string, string?>.Empty,
            region.Kind == RegionKind.Parameter ? "The caller's transaction" : $"The transaction begun at {HeldCallText.Line(region.Begin, place)}",
            loop is null
                ? $"'{command}' takes for every row of the table"
                : $"'{command}' takes for each element of {HeldCallText.Line(loop.Begin, place)}, and nothing bounds their number");
    }
}
