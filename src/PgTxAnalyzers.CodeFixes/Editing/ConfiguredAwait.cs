using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>What a fix awaits, it awaits as the code around does.</summary>
internal static class ConfiguredAwait
{
    public const string Text = ".ConfigureAwait(false)";

    /// <summary><c>.ConfigureAwait(false)</c> where the code says it somewhere, else nothing.</summary>
    public static string In(SyntaxNode code) => code.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>().Any(Is) ? Text : "";

    public static bool Is(InvocationExpressionSyntax call) =>
        call is { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" }, ArgumentList.Arguments: { Count: 1 } given } && given[0].Expression.IsKind(SyntaxKind.FalseLiteralExpression);
}
