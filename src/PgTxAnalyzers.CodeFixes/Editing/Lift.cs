using System.Collections.Generic;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Takes groups of statements, with their comments, to a place further up.</summary>
internal static class Lift
{
    /// <summary>Null where the statements share lines with other code, or a directive stands on the way.</summary>
    /// <param name="lines">The lines of the document.</param>
    /// <param name="groups">What is taken.</param>
    /// <param name="anchor">What it comes to stand in front of.</param>
    /// <param name="rewritten">What is written there in place of the groups' own lines.</param>
    public static TextEdits? Before(SourceLines lines, IReadOnlyList<StatementGroup> groups, StatementSyntax anchor, string? rewritten = null)
    {
        var target = lines.FirstLine(anchor);
        var last = groups.Max(group => lines.LastLine(group.Last));
        if (lines.HasDirective(target, last) || !lines.OwnsItsLines(anchor, startOnly: true) || groups.Any(group => !group.Statements.All(statement => lines.OwnsItsLines(statement))))
        {
            return null;
        }

        var edits = new TextEdits();
        var moved = new StringBuilder();
        var indentation = lines.Indentation(lines.LineOf(anchor.SpanStart));
        foreach (var group in groups)
        {
            var (from, to) = (lines.FirstLine(group.First), lines.LastLine(group.Last));
            moved.Append(lines.Take(from, to, lines.Indentation(lines.LineOf(group.First.SpanStart)), indentation));
            lines.DeleteLines(edits, from, to);
        }

        edits.Insert(lines.Text.Lines[target].Start, (rewritten ?? moved.ToString()) + lines.LineEnd(target));
        return edits;
    }
}
