using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Makes a <c>using</c> declaration a <c>using</c> statement, so that what it holds is given back before the end of the method.</summary>
internal sealed class UsingBlock(SourceLines lines, IReadOnlyList<StatementSyntax> list)
{
    /// <summary>Writes the heads, the opening brace and the indentation. What is left for behind the statement <paramref name="end"/> comes back: the closing brace.</summary>
    public string Write(TextEdits edits, LocalDeclarationStatementSyntax owner, int end, LocalDeclarationStatementSyntax? stacked, IReadOnlyCollection<StatementSyntax> moved)
    {
        var last = stacked ?? owner;
        var first = CallPath.Position(list, last) + 1;
        var body = list.Skip(first).Take(end - first + 1).Where(statement => !moved.Contains(statement)).ToList();
        var headLine = lines.LastLine(last);
        var endLine = lines.LastLine(list[end]);
        var indentation = lines.Indentation(lines.LineOf(owner.SpanStart));
        var lineEnd = lines.LineEnd(headLine);
        DropBlankLines(edits, headLine + 1, endLine);
        if (body.Count == 1 && body[0] is UsingStatementSyntax && HasNoComment(body[0]))
        {
            Head(edits, owner, "");
            Head(edits, stacked, "");
            return "";
        }

        var opensOnItsLine = OpensOnItsLine(owner);
        Head(edits, owner, stacked is null && opensOnItsLine ? " {" : "");
        Head(edits, stacked, opensOnItsLine ? " {" : "");
        if (!opensOnItsLine)
        {
            lines.InsertBehind(edits, headLine, indentation + "{" + lineEnd);
        }

        var step = lines.IndentationStep(owner);
        var gone = moved.Select(statement => (From: lines.FirstLine(statement), To: lines.LastLine(statement))).ToList();
        for (var line = headLine + 1; line <= endLine; line++)
        {
            if (!gone.Any(range => range.From <= line && line <= range.To))
            {
                lines.Indent(edits, line, line, step);
            }
        }

        return indentation + "}" + lineEnd;
    }

    private static void Head(TextEdits edits, LocalDeclarationStatementSyntax? declaration, string behind)
    {
        if (declaration is not null)
        {
            edits.Replace(TextSpan.FromBounds(declaration.UsingKeyword.Span.End, declaration.Declaration.SpanStart), " (");
            edits.Replace(declaration.SemicolonToken.Span, ")" + behind);
        }
    }

    private void DropBlankLines(TextEdits edits, int from, int to)
    {
        for (var line = from; line <= to && lines.IsBlank(line); line++)
        {
            edits.Delete(TextSpan.FromBounds(lines.Text.Lines[line].Start, lines.Text.Lines[line].EndIncludingLineBreak));
        }
    }

    private bool HasNoComment(StatementSyntax statement) => lines.FirstLine(statement) == lines.LineOf(statement.SpanStart);

    /// <summary>The style of the block around: its brace ends the line that it belongs to.</summary>
    private bool OpensOnItsLine(StatementSyntax statement) =>
        statement.Parent is BlockSyntax { Parent: not null } block
        && lines.LineOf(block.OpenBraceToken.SpanStart) == lines.LineOf(block.OpenBraceToken.GetPreviousToken().Span.End);
}
