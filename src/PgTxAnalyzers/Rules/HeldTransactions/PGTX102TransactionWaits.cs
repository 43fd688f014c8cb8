using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>
/// PGTX102: a transaction waits for time, a lock, a person or another process. Even one that no command has opened yet keeps a
/// pooled connection from everybody else.
/// </summary>
internal sealed class PGTX102TransactionWaits : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX102",
        "Transaction waits",
        "{0} {1}{2} while '{3}' waits",
        "HeldTransactions",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A delay, a lock or an input inside a transaction holds its connection, and its row locks once a command has run, for as long as the wait takes. Wait before the transaction or after its end; put the back-off of a retry outside the unit that it repeats.",
        RuleHelp.LinkFor("PGTX102"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        HeldCall.Of(flow, HeldBy.Wait).Select(call => HeldCallText.Finding(
            Rule,
            call,
            HeldCallText.Subject(call),
            call.Region.Level == Level.Pinned ? "keeps a pooled connection that does nothing" : "stays idle in transaction",
            HeldCallText.Locks(call),
            HeldCallText.Chain(call.Reach)));
}
