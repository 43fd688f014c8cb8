using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>
/// PGTX106: a middleware, filter or behavior begins a transaction and calls the next step in it. The transaction is then as long as everything that stands
/// behind: other steps, model binding, the handler with its calls to other systems, the answer on its way to a slow client.
/// </summary>
internal sealed class PGTX106TransactionSpansPipeline : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX106",
        "Transaction spans a whole pipeline",
        "{0} lasts as long as everything behind '{1}': it stays idle in transaction{2} whenever that does anything else than query",
        "HeldTransactions",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "A transaction around the rest of a pipeline is as long as the slowest thing in it, and each request keeps a pooled connection for its whole time. Begin the transaction in the handler, around its writes.",
        RuleHelp.LinkFor("PGTX106"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        HeldCall.Of(flow, HeldBy.Pipeline).Select(call => HeldCallText.Finding(
            Rule, call, HeldCallText.Subject(call), HeldCallText.Chain(call.Reach), HeldCallText.Locks(call)));
}
