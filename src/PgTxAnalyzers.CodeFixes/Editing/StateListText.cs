using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Lists of SQLSTATEs as source.</summary>
internal static class StateListText
{
    /// <summary><c>["25P03"]</c>, or an array where the language has no collection expressions yet.</summary>
    public static string Of(IEnumerable<string> states, SyntaxTree tree)
    {
        var elements = string.Join(", ", states.Select(state => $"\"{state}\""));
        return ((CSharpParseOptions)tree.Options).LanguageVersion >= LanguageVersion.CSharp12 ? $"[{elements}]" : $"new[] {{ {elements} }}";
    }

    /// <summary>Adds to a list that is written out; false where it is not.</summary>
    public static bool Append(TextEdits edits, ExpressionSyntax list, IEnumerable<string> states)
    {
        var text = string.Join(", ", states.Select(state => $"\"{state}\""));
        var (count, end) = list switch
        {
            CollectionExpressionSyntax collection => (collection.Elements.Count, collection.Elements.Count == 0 ? collection.OpenBracketToken.Span.End : collection.Elements.Last().Span.End),
            ImplicitArrayCreationExpressionSyntax array => Of(array.Initializer),
            ArrayCreationExpressionSyntax { Initializer: { } initialiser } => Of(initialiser),
            ObjectCreationExpressionSyntax { Initializer: { } initialiser } => Of(initialiser),
            _ => (0, -1),
        };
        if (end < 0)
        {
            return false;
        }

        edits.Insert(end, count == 0 ? text : ", " + text);
        return true;
    }

    private static (int Count, int End) Of(InitializerExpressionSyntax initialiser) =>
        (initialiser.Expressions.Count, initialiser.Expressions.Count == 0 ? -1 : initialiser.Expressions.Last().Span.End);
}
