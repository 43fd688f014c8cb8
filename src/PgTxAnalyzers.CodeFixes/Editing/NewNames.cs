using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Names that a fix brings along.</summary>
internal static class NewNames
{
    /// <summary>The name, or the name with a number, under which nothing is known at the place and nothing is declared around it.</summary>
    public static string Free(string wanted, SemanticModel model, SyntaxNode around)
    {
        for (var number = 1; ; number++)
        {
            var name = number == 1 ? wanted : wanted + number;
            var taken = model.LookupSymbols(around.SpanStart, name: name).Any()
                || around.DescendantTokens().Any(token => token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText == name);
            if (!taken)
            {
                return name;
            }
        }
    }
}
