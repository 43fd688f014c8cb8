using System;
using System.Collections.Generic;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>Constant texts that may be SQL. All others are dropped at once: they would only tell equal paths apart.</summary>
internal static class SqlLiteral
{
    /// <summary>Stands for a part that is not constant.</summary>
    private const char Hole = '\uFFFC';

    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release", "prepare", "set", "select", "insert", "update", "delete", "merge", "with",
        "lock", "create", "alter", "drop", "truncate", "copy", "call", "do", "values", "table", "refresh", "reindex", "vacuum", "analyze", "cluster", "grant",
        "revoke", "comment", "show", "explain", "declare", "fetch", "move", "close", "listen", "unlisten", "notify", "discard", "reset", "deallocate", "execute", "load",
    };

    public static Value Of(string text)
    {
        var start = 0;
        while (start < text.Length && (char.IsWhiteSpace(text[start]) || text[start] is ';' or '('))
        {
            start++;
        }

        if (start < text.Length - 1 && (text[start] == '-' && text[start + 1] == '-' || text[start] == '/' && text[start + 1] == '*'))
        {
            return new Value.Text(text);
        }

        var end = start;
        while (end < text.Length && char.IsLetter(text[end]))
        {
            end++;
        }

        return end > start && Words.Contains(text.Substring(start, end - start)) ? new Value.Text(text) : Value.Nothing;
    }

    public static Value Of(IInterpolatedStringOperation operation) => Of(Content(operation));

    /// <summary>A text that is put together with <c>+</c>: constant parts are kept, all others are holes.</summary>
    public static Value Of(IBinaryOperation operation, Value left)
    {
        var first = operation.LeftOperand;
        while (first is IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, ConstantValue.HasValue: false } sum)
        {
            first = sum.LeftOperand;
        }

        // Only what is written out here grows by its words: `sql = sql + more` in a loop must come to an end.
        var isWritten = first is IInterpolatedStringOperation || first.ConstantValue.HasValue;
        return isWritten && left is Value.Text text ? new Value.Text(text.Content + Content(operation.RightOperand)) : Appended(left);
    }

    /// <summary>A variable's text with something behind it: one hole, whatever it is.</summary>
    public static Value Appended(Value text) =>
        text is Value.Text { Content: var content } && content[content.Length - 1] != Hole ? new Value.Text(content + Hole) : text is Value.Text ? text : Value.Nothing;

    private static string Content(IOperation part) => part switch
    {
        { ConstantValue: { HasValue: true, Value: { } constant } } => constant.ToString() ?? "",
        IInterpolatedStringOperation interpolated => Content(interpolated),
        _ => Hole.ToString(),
    };

    private static string Content(IInterpolatedStringOperation operation)
    {
        var text = new StringBuilder();
        foreach (var part in operation.Parts)
        {
            if (part is IInterpolatedStringTextOperation { Text.ConstantValue: { HasValue: true, Value: string s } })
            {
                text.Append(s);
            }
            else if (part is IInterpolationOperation { Expression.ConstantValue: { HasValue: true, Value: string c } })
            {
                text.Append(c);
            }
            else
            {
                text.Append(Hole);
            }
        }

        return text.ToString();
    }
}
