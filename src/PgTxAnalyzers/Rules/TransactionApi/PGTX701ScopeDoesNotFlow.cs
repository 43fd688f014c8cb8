using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Rules.TransactionApi;

/// <summary>
/// PGTX701: a <c>TransactionScope</c> without <c>TransactionScopeAsyncFlowOption.Enabled</c> around an await. After the await the ambient
/// transaction is gone, and Dispose throws on another thread.
/// </summary>
internal sealed class PGTX701ScopeDoesNotFlow : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX701",
        "TransactionScope does not flow across await",
        "After the first await in this TransactionScope the ambient transaction is gone and Dispose fails with InvalidOperationException: the scope is created without TransactionScopeAsyncFlowOption.Enabled",
        "TransactionApi",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Without TransactionScopeAsyncFlowOption.Enabled the ambient transaction belongs to a thread. What runs after an await commits on its own, the scope's Dispose throws when it runs on another thread, and a stale scope can stay on a thread of the pool.",
        RuleHelp.LinkFor("PGTX701"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        flow.Facts.LostFlow.OrderBy(begin => begin.SpanStart).Select(begin => Diagnostic.Create(Rule, begin.GetLocation()));
}
