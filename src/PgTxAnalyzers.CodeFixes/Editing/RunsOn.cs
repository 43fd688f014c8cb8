using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Whether control can run on from one place of a function to another.</summary>
internal static class RunsOn
{
    /// <summary>To a place behind it, in the next round of a loop, or in a handler of its <c>try</c>. In doubt it can.</summary>
    /// <param name="from">The statement.</param>
    /// <param name="place">No part of it.</param>
    /// <param name="model">The semantic model of the document.</param>
    /// <param name="counts">A loop whose next round is still the same: of one transaction, of one unit.</param>
    public static bool Reaches(StatementSyntax from, SyntaxNode place, SemanticModel model, Func<SyntaxNode, bool> counts)
    {
        var isCommon = false;
        for (SyntaxNode node = from; node.Parent is { } parent && !SyntaxSearch.IsFunction(node); node = parent)
        {
            foreach (var next in !isCommon && node is StatementSyntax statement && statement.IsInList() ? statement.Siblings().SkipWhile(s => s != statement).Skip(1) : [])
            {
                if (next.Span.Contains(place.Span))
                {
                    return true;
                }

                if (Leaves(next, model))
                {
                    return false;
                }
            }

            // Two branches of one statement exclude each other, unless it is a `try`, or a loop comes back.
            isCommon |= parent.Span.Contains(place.Span);
            if (isCommon && (parent is TryStatementSyntax attempt ? attempt.Block == node && !attempt.Block.Span.Contains(place.Span) : IsLoop(parent) && counts(parent)))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsLoop(SyntaxNode node) => node is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax;

    /// <summary>Control does not come out of its end, nor by a jump to somewhere else in the function.</summary>
    private static bool Leaves(StatementSyntax statement, SemanticModel model) =>
        model.AnalyzeControlFlow(statement) is { Succeeded: true, EndPointIsReachable: false } flow && flow.ExitPoints.All(exit => exit is ReturnStatementSyntax);
}
