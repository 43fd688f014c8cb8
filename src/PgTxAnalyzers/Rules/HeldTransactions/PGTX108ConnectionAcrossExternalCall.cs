using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>
/// PGTX108: no transaction, no lock, no snapshot; but a connection that the method has opened waits for another system, between two uses. Under load
/// the pool runs dry.
/// </summary>
internal sealed class PGTX108ConnectionAcrossExternalCall : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX108",
        "Connection is held across an external call",
        "The connection opened at {0} is out of the pool and does nothing while '{1}' ({2}) runs, before it is used again",
        "HeldTransactions",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "The server does nothing for this connection meanwhile, but nobody else can have it. Close it before the call and open it again after it: with a pool, that costs next to nothing.",
        RuleHelp.LinkFor("PGTX108"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        HeldCall.Of(flow, HeldBy.SinkWhileConnected).Select(call => HeldCallText.Finding(
            Rule, call, HeldCallText.Line(call.Region.Begin, call.Place), HeldCallText.Chain(call.Reach), call.Reach.Kind.Phrase()));
}
