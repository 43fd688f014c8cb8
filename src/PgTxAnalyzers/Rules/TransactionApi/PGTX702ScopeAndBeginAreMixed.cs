using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Rules.HeldTransactions;

namespace PgTxAnalyzers.Rules.TransactionApi;

/// <summary>
/// PGTX702: two owners of one unit. A begin inside a <c>TransactionScope</c> is refused where the connection is enlisted, and where it is not the commit
/// stands whatever becomes of the scope.
/// </summary>
internal sealed class PGTX702ScopeAndBeginAreMixed : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX702",
        "TransactionScope and BeginTransaction are mixed",
        "{0}",
        "TransactionApi",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A connection that is opened inside a TransactionScope belongs to the scope: a begin on it throws InvalidOperationException. A connection that does not belong to it (opened before, or with Enlist=false) commits on its own, whether or not the scope is completed. Use one of the two for one unit.",
        RuleHelp.LinkFor("PGTX702"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow)
    {
        var findings = DeedCalls.Of(flow, Deed.BeginInScope).Select(call => Finding(
                call, $"InvalidOperationException, or a commit that outlives the scope: '{Chain(call)}' begins a transaction inside the TransactionScope created at {Line(call)}"))
            .Concat(DeedCalls.Of(flow, Deed.Unenlisted).Select(call => Finding(
                call, $"What is written here stays when the TransactionScope created at {Line(call)} is rolled back: '{Chain(call)}' opens a connection with Enlist=false")))
            .Concat(DeedCalls.Of(flow, Deed.CommandOutsideScope).Select(call => Finding(
                call, $"This TransactionScope does not cover '{call.Reach.Sink.Name}': {(call.Region.Kind == RegionKind.Parameter ? "the caller's transaction is" : $"the transaction begun at {Line(call)} is")} open on its connection")));
        return findings.OrderBy(f => f.Location.SourceSpan.Start);
    }

    private static Diagnostic Finding(HeldCall call, string message) => HeldCallText.Finding(Rule, call, message);

    private static string Chain(HeldCall call) => HeldCallText.Chain(call.Reach);

    private static string Line(HeldCall call) => HeldCallText.Line(call.Region.Begin, call.Place);
}
