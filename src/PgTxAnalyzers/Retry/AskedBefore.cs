using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Rules;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// <c>if (failure.IsTransient) return true;</c> in front of a <c>switch</c> on the state, or beside it: the driver has named the family, and the switch only adds to it. Without this, each state that
/// the switch leaves to <c>IsTransient</c> would be a false alarm of PGTX205.
/// </summary>
internal static class AskedBefore
{
    public static bool IsTransient(SyntaxNode choice, RetryFile file)
    {
        // The default arm may ask it.
        if (Asks(choice, file))
        {
            return true;
        }

        for (var node = choice; node.Parent is { } around and not (MemberDeclarationSyntax or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax); node = around)
        {
            var asks = around switch
            {
                IfStatementSyntax branch when branch.Condition != node => Asks(branch.Condition, file),
                ConditionalExpressionSyntax branch when branch.Condition != node => Asks(branch.Condition, file),
                BinaryExpressionSyntax both when both.Kind() is SyntaxKind.LogicalOrExpression or SyntaxKind.LogicalAndExpression => Asks(both.Left == node ? both.Right : both.Left, file),
                SwitchExpressionSyntax outer => outer.Arms.TakeWhile(arm => arm != node).Any(arm => Asks(arm.Pattern, file) || (arm.WhenClause is { } when && Asks(when.Condition, file))),
                SwitchStatementSyntax outer => outer.Sections.TakeWhile(section => section != node).SelectMany(section => section.Labels).Any(label => Asks(label, file)),
                BlockSyntax block => block.Statements.TakeWhile(s => s != node).OfType<IfStatementSyntax>().Any(branch => Asks(branch.Condition, file) && Leaves(branch.Statement, file)),
                _ => false,
            };
            if (asks)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Leaves(StatementSyntax statement, RetryFile file) => file.Model.AnalyzeControlFlow(statement) is { Succeeded: true, EndPointIsReachable: false };

    /// <summary>Itself, or by a method that is one expression.</summary>
    private static bool Asks(SyntaxNode condition, RetryFile file) => FailureTest.Read(condition, file.Model, file.Cancellation) is { AsksTransient: true } or { Below.AsksTransient: true };
}
