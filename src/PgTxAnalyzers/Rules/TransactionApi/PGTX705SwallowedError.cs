using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Rules.HeldTransactions;
using PgTxAnalyzers.Rules.Retry;

namespace PgTxAnalyzers.Rules.TransactionApi;

/// <summary>
/// PGTX705: a failure in a transaction is swallowed, and the transaction goes on. The server has aborted it: each further command is refused, and the
/// COMMIT becomes a ROLLBACK without an error.
/// </summary>
internal sealed class PGTX705SwallowedError : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX705",
        "Transaction is used after a swallowed error",
        "{0}: this handler swallows a failure that has aborted the transaction begun at {1}",
        "TransactionApi",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "After a failed statement PostgreSQL refuses everything in the transaction but a rollback (25P02), and answers COMMIT with ROLLBACK. Set a savepoint before the statement and go back to it in the handler, or let the failure out.",
        RuleHelp.LinkFor("PGTX705"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow)
    {
        if (flow.Facts is not { Context: { } context, Root: { } root } facts)
        {
            yield break;
        }

        foreach (var handler in facts.UsedBroken.Where(u => RegionPlaces.IsIn(root, u.Handler) && !IsAsked(u.Handler, u.Use)).GroupBy(u => u.Handler).OrderBy(h => h.Key.SpanStart))
        {
            // A command in the handler itself, and a handler that tries again, are PGTX206's.
            if (handler.Any(u => !u.IsCommit && u.Handler.Block.Span.Contains(u.Use.Span)) || BrokenHandlers.Retries(handler.Key, context.Retry, facts)
                || !BrokenHandlers.CanCatchStatement(handler.Key, context.Retry, facts))
            {
                continue;
            }

            var first = handler.OrderBy(u => u.IsCommit).ThenBy(u => u.Use.SpanStart).First();
            yield return Diagnostic.Create(
                Rule,
                handler.Key.CatchKeyword.GetLocation(),
                RegionPlaces.Also(facts, first.Begin, first.Use),
                first.IsCommit
                    ? $"The commit at {HeldCallText.Line(first.Use, handler.Key)} silently rolls everything back"
                    : $"The command at {HeldCallText.Line(first.Use, handler.Key)} is refused with 25P02",
                HeldCallText.Line(first.Begin, handler.Key));
        }

        // A flow of flags alone would take the failure that is kept in a list or an exception for forgotten.
        bool IsAsked(CatchClauseSyntax handler, SyntaxNode use) => use.SyntaxTree == handler.SyntaxTree && KeptFailures.AreAsked(handler, use, context.Retry.Model(handler), facts.Cancellation);
    }
}
