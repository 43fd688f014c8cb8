using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>
/// PGTX101: a transaction that a command has opened stays idle on the server while another system answers. Its row locks, its
/// connection and the vacuum horizon wait with it, and <c>idle_in_transaction_session_timeout</c> ends it with 25P03.
/// </summary>
internal sealed class PGTX101TransactionAcrossExternalCall : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX101",
        "Transaction is held open across an external call",
        "{0} stays idle in transaction{1} while '{2}' ({3}) runs",
        "HeldTransactions",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "While the call runs, the session is idle in transaction: it keeps its row locks, its pooled connection and its snapshot. A slow answer becomes lock queues, an exhausted pool, or 25P03. Make the call before the transaction, after its commit, or between two transactions.",
        RuleHelp.LinkFor("PGTX101"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        HeldCall.Of(flow, HeldBy.SinkWhileOpen).Select(call => HeldCallText.Finding(
            Rule, call, HeldCallText.Subject(call), HeldCallText.Locks(call), HeldCallText.Chain(call.Reach), call.Reach.Kind.Phrase()));
}
