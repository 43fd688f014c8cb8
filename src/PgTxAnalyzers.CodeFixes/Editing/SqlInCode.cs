using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>The SQL statements in the texts of a stretch of code: constants, and interpolated strings with holes.</summary>
internal static class SqlInCode
{
    /// <summary>Texts that are no SQL come along as <see cref="SqlKind.Unknown"/>.</summary>
    public static IEnumerable<SqlStatement> Statements(IEnumerable<SyntaxNode> nodes, SemanticModel model, CancellationToken cancellationToken) =>
        nodes.SelectMany(node => Texts(node, model, cancellationToken)).SelectMany(text => SqlText.Classify(text).Statements);

    private static IEnumerable<string> Texts(SyntaxNode node, SemanticModel model, CancellationToken cancellationToken)
    {
        foreach (var inner in node.DescendantNodesAndSelf().OfType<ExpressionSyntax>())
        {
            if (inner is InterpolatedStringExpressionSyntax interpolated)
            {
                yield return Text(interpolated);
            }
            else if (inner is LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression } or IdentifierNameSyntax or MemberAccessExpressionSyntax
                && inner.Parent is not (MemberAccessExpressionSyntax or InvocationExpressionSyntax)
                && model.GetConstantValue(inner, cancellationToken) is { HasValue: true, Value: string { Length: > 0 } constant })
            {
                yield return constant;
            }
        }
    }

    private static string Text(InterpolatedStringExpressionSyntax text) =>
        string.Concat(text.Contents.Select(part => part is InterpolatedStringTextSyntax fixedText ? fixedText.TextToken.ValueText : SqlScanner.Hole.ToString()));
}
