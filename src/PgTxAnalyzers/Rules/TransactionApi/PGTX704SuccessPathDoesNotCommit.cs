using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Rules.HeldTransactions;

namespace PgTxAnalyzers.Rules.TransactionApi;

/// <summary>
/// PGTX704: a path that has changed data leaves the transaction without a commit, while another path commits. Dispose rolls back, and
/// nobody is told.
/// </summary>
internal sealed class PGTX704SuccessPathDoesNotCommit : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX704",
        "A successful path does not commit",
        "What was written{0} is rolled back without an error: this path leaves the {1} without {2}",
        "TransactionApi",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Disposing a transaction that was not committed rolls it back. A path that returns normally after a change, without a commit or an explicit rollback, loses that change silently.",
        RuleHelp.LinkFor("PGTX704"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        from region in flow.Lost

        // A transaction that no path commits is one for reading, or a trial run: nobody expects its changes to stay.
        where flow.Facts.Committed.Contains(region.Begin)

            // `if (!dryRun) commit`: what a trial run writes is meant to go.
            && !flow.Facts.Chosen.Contains(region.Begin)
        group region by (At: region.LostAt ?? region.Begin, region.Begin) into lost
        orderby lost.Key.At.SpanStart
        let first = lost.First()
        select Diagnostic.Create(
            Rule,
            lost.Key.At.GetLocation(),
            new[] { lost.Key.Begin.GetLocation() },
            first.ChangedBy is { } cause ? $" by {cause.Text} ({HeldCallText.Line(cause.At, lost.Key.At)})" : "",
            first.Kind == RegionKind.Scope ? "scope" : $"transaction begun at {HeldCallText.Line(lost.Key.Begin, lost.Key.At)}",
            first.Kind == RegionKind.Scope ? "Complete" : "Commit or Rollback");
}
