using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>Commits that the caller asks for: <c>if (!dryRun) await transaction.CommitAsync()</c>.</summary>
internal static class CommitChoice
{
    /// <summary>The commit stands under a condition that is one of the method's own boolean parameters: without it the run is a trial, by the caller's wish.</summary>
    public static bool IsCallers(SyntaxNode commit, IMethodSymbol? method)
    {
        foreach (var statement in commit.Ancestors().TakeWhile(a => a is not (MemberDeclarationSyntax or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)).OfType<IfStatementSyntax>())
        {
            var condition = statement.Condition;
            while (condition is ParenthesizedExpressionSyntax or PrefixUnaryExpressionSyntax)
            {
                condition = condition is ParenthesizedExpressionSyntax inner ? inner.Expression : ((PrefixUnaryExpressionSyntax)condition).Operand;
            }

            if (condition is IdentifierNameSyntax name && method is not null
                && method.Parameters.Any(p => p.Type.SpecialType == SpecialType.System_Boolean && p.Name == name.Identifier.ValueText))
            {
                return true;
            }
        }

        return false;
    }
}
