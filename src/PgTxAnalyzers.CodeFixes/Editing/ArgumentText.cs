using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Adds one argument behind the others, in the layout that they have.</summary>
internal static class ArgumentText
{
    public static void Append(TextEdits edits, BaseObjectCreationExpressionSyntax creation, string parameter, string value)
    {
        if (creation.ArgumentList is not { } list)
        {
            var end = creation is ObjectCreationExpressionSyntax { Type: var type } ? type.Span.End : creation.NewKeyword.Span.End;
            edits.Insert(end, $"({value})");
            return;
        }

        Append(edits, list, parameter, value);
    }

    private static void Append(TextEdits edits, ArgumentListSyntax list, string parameter, string value)
    {
        if (list.Arguments.Count == 0)
        {
            edits.Insert(list.OpenParenToken.Span.End, value);
            return;
        }

        var last = list.Arguments[list.Arguments.Count - 1];

        // Behind an argument with a name only an argument with a name may follow, unless that stands at its own place.
        var text = last.NameColon is null ? value : $"{parameter}: {value}";
        if (OwnLineIndentation(last) is not { } indentation)
        {
            edits.Insert(last.Span.End, $", {text}");
            return;
        }

        // One argument a line: the comma goes behind the argument, the new line behind its comment.
        edits.Insert(last.Span.End, ",");
        edits.Insert(last.FullSpan.End - EndOfLineLength(last), $"{LineEnd(last)}{indentation}{text}");
    }

    /// <summary>The same for a call.</summary>
    public static void Append(TextEdits edits, InvocationExpressionSyntax call, string parameter, string value) => Append(edits, call.ArgumentList, parameter, value);

    /// <summary>The white space before an argument that stands first on its line; null where it shares the line.</summary>
    private static string? OwnLineIndentation(ArgumentSyntax argument)
    {
        var previous = argument.GetFirstToken().GetPreviousToken();
        if (!EndsLine(previous.TrailingTrivia))
        {
            return null;
        }

        var indentation = "";
        foreach (var trivia in argument.GetLeadingTrivia())
        {
            indentation = trivia.IsKind(SyntaxKind.WhitespaceTrivia) ? trivia.ToString() : "";
        }

        return indentation;
    }

    private static bool EndsLine(SyntaxTriviaList trivia) => trivia.Count > 0 && trivia[trivia.Count - 1].IsKind(SyntaxKind.EndOfLineTrivia);

    private static int EndOfLineLength(ArgumentSyntax argument)
    {
        var trailing = argument.GetTrailingTrivia();
        return EndsLine(trailing) ? trailing[trailing.Count - 1].Span.Length : 0;
    }

    private static string LineEnd(ArgumentSyntax argument) => argument.GetFirstToken().GetPreviousToken().TrailingTrivia.Last().ToString();
}
