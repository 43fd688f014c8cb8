using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Rules.TransactionApi;

/// <summary>
/// A handler that keeps the failure somewhere (<c>errors.Add(e)</c>, <c>failed++</c>, <c>error = e</c>), and a condition in front of the commit that asks for it: the path from the one to the other is none that
/// the program takes.
/// </summary>
internal static class KeptFailures
{
    /// <summary>Something that the handler writes is asked on the way from it to the use.</summary>
    public static bool AreAsked(CatchClauseSyntax handler, SyntaxNode use, SemanticModel model, CancellationToken cancellation)
    {
        var kept = new HashSet<ISymbol>(handler.Block.DescendantNodes().Select(WrittenIn).OfType<ExpressionSyntax>().Select(target => Root(target, model, cancellation)).OfType<ISymbol>(), SymbolEqualityComparer.Default);
        return kept.Count > 0 && Conditions(handler, use).Any(condition => condition.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>()
            .Any(name => model.GetSymbolInfo(name, cancellation).Symbol is { } symbol && kept.Contains(symbol)));
    }

    /// <summary>What decides whether control comes to the use: around it, and in front of it behind the handler.</summary>
    private static IEnumerable<SyntaxNode> Conditions(CatchClauseSyntax handler, SyntaxNode use)
    {
        foreach (var node in use.AncestorsAndSelf().TakeWhile(a => a is not (MemberDeclarationSyntax or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax) && !a.Span.Contains(handler.Span)))
        {
            if (ConditionOf(node) is { } around)
            {
                yield return around;
            }

            if (node is StatementSyntax { Parent: BlockSyntax block } statement)
            {
                foreach (var test in block.Statements.TakeWhile(s => s != statement).Where(s => s.SpanStart > handler.SpanStart).OfType<IfStatementSyntax>())
                {
                    yield return test.Condition;
                }
            }
        }
    }

    private static ExpressionSyntax? ConditionOf(SyntaxNode node) => node switch
    {
        IfStatementSyntax test => test.Condition,
        ConditionalExpressionSyntax choice => choice.Condition,
        SwitchStatementSyntax choice => choice.Expression,
        WhileStatementSyntax loop => loop.Condition,
        _ => null,
    };

    private static ExpressionSyntax? WrittenIn(SyntaxNode node) => node switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left,
        PostfixUnaryExpressionSyntax step => step.Operand,
        PrefixUnaryExpressionSyntax step => step.Operand,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var receiver } } => receiver,
        _ => null,
    };

    private static ISymbol? Root(ExpressionSyntax target, SemanticModel model, CancellationToken cancellation)
    {
        while (target is MemberAccessExpressionSyntax { Expression: not ThisExpressionSyntax and var owner })
        {
            target = owner;
        }

        return model.GetSymbolInfo(target, cancellation).Symbol is { } symbol and (ILocalSymbol or IParameterSymbol or IFieldSymbol or IPropertySymbol) ? symbol : null;
    }
}
