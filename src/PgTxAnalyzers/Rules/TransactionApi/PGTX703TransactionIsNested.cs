using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Rules.HeldTransactions;

namespace PgTxAnalyzers.Rules.TransactionApi;

/// <summary>
/// PGTX703: a begin on a connection, or a context, that has a transaction already. PostgreSQL nests none: Npgsql and EF Core throw, and BEGIN
/// sent as text is only warned about, so that the inner COMMIT ends the outer transaction.
/// </summary>
internal sealed class PGTX703TransactionIsNested : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX703",
        "Transaction is nested",
        "{0} {1}",
        "TransactionApi",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "PostgreSQL has one transaction per connection. A second begin throws InvalidOperationException; as SQL text it is only a warning, and the next COMMIT ends the transaction around it. Use the transaction that is there, or set a savepoint in it.",
        RuleHelp.LinkFor("PGTX703"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        DeedCalls.Of(flow, Deed.SecondBegin).Select(call => HeldCallText.Finding(
            Rule,
            call,
            call.Reach.IsText
                ? $"The next COMMIT ends the transaction around it: '{HeldCallText.Chain(call.Reach)}' is only a warning (25001) inside"
                : $"InvalidOperationException: '{HeldCallText.Chain(call.Reach)}' begins a transaction on the connection of",
            Outer(call)));

    private static string Outer(HeldCall call) =>
        call.Region.Kind == RegionKind.Parameter ? "the caller's transaction" : $"the transaction begun at {HeldCallText.Line(call.Region.Begin, call.Place)}, which is still open";
}
