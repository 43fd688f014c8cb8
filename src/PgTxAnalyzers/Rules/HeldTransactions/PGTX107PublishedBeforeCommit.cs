using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>
/// PGTX107: a message or a job leaves before the commit. Whoever gets it may look for rows that are not there yet, or never will be.
/// </summary>
internal sealed class PGTX107PublishedBeforeCommit : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX107",
        "Message is published before the commit",
        "Whoever gets it may not find the rows: '{0}' hands it out before {1} is committed, and a rollback does not take it back",
        "HeldTransactions",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "The receiver can be faster than the commit, and then works on rows that it cannot see. If the transaction is rolled back, the message is out all the same. Publish after the commit, or through an outbox that stores the message in the transaction.",
        RuleHelp.LinkFor("PGTX107"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow)
    {
        // A task that is started here and awaited further down holds the transaction there: 101 speaks for both.
        var held = new HashSet<SyntaxNode>(HeldCall.Of(flow, HeldBy.SinkWhileOpen).Select(call => call.Reach.Sink.At));
        return DeedCalls.Of(flow, Deed.Publish).Where(call => !held.Contains(call.Reach.Sink.At)).Select(call => HeldCallText.Finding(
            Rule, call, HeldCallText.Chain(call.Reach), "t" + HeldCallText.Subject(call).Substring(1)));
    }
}
