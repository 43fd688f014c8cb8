using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>
/// PGTX103: an external call between the begin and the first command. Npgsql sends BEGIN with the first command, so the server knows of
/// nothing yet; but the pooled connection is taken, and under load the pool runs dry.
/// </summary>
internal sealed class PGTX103TransactionBeginsTooEarly : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX103",
        "Transaction begins earlier than it is needed",
        "{0} keeps a pooled connection that does nothing while '{1}' ({2}) runs: no command has been sent yet",
        "HeldTransactions",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Npgsql sends BEGIN together with the first command. Until then the transaction only keeps a connection from the pool. Begin it, and open its connection, right before the first command.",
        RuleHelp.LinkFor("PGTX103"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        HeldCall.Of(flow, HeldBy.SinkWhilePinned).Select(call => HeldCallText.Finding(
            Rule, call, HeldCallText.Subject(call), HeldCallText.Chain(call.Reach), call.Reach.Kind.Phrase()));
}
