using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Rules.TransactionApi;

/// <summary>
/// PGTX706: a <c>TransactionScope</c> whose isolation level nobody has chosen. It is serializable, so that concurrent units fail with 40001, and it
/// ends after one minute.
/// </summary>
internal sealed class PGTX706ScopeDefaults : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX706",
        "TransactionScope uses Serializable and one minute by default",
        "Concurrent units fail with 40001 (could not serialize access): without TransactionOptions this TransactionScope is Serializable{0}",
        "TransactionApi",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "PostgreSQL's own default is Read Committed. A TransactionScope without TransactionOptions is Serializable, which fails with 40001 under load and needs a retry, and is rolled back after one minute. Say which level and which time are meant.",
        RuleHelp.LinkFor("PGTX706"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        flow.Facts.DefaultScopes.OrderBy(scope => scope.Creation.SpanStart).Select(scope => Diagnostic.Create(
            Rule, scope.Creation.GetLocation(), scope.HasTimeout ? "" : ", and rolled back after one minute"));
}
