using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Takes the head and the braces of a block away; what is in it stands one step further out, line by line, so that other edits in it keep their places.</summary>
internal static class BlockLines
{
    /// <summary>True where the head, the braces and what is between them have lines of their own.</summary>
    public static bool CanUnwrap(this SourceLines lines, StatementSyntax whole, BlockSyntax body) =>
        body.Statements.Count > 0 && lines.OwnsItsLines(whole) && lines.OwnsItsLines(body.Statements[0]) && lines.StartsLine(body.CloseBraceToken)
        && lines.LineOf(body.OpenBraceToken.SpanStart) < FirstLineInside(lines, body) && !lines.HasDirective(lines.LineOf(whole.SpanStart), FirstLineInside(lines, body) - 1);

    /// <param name="lines">The lines of the document.</param>
    /// <param name="edits">Where it is written down.</param>
    /// <param name="whole">The statement whose body the block is.</param>
    /// <param name="body">The block.</param>
    /// <param name="instead">Takes the place of the head, without a line break; null for nothing.</param>
    public static void Unwrap(this SourceLines lines, TextEdits edits, StatementSyntax whole, BlockSyntax body, string? instead)
    {
        var first = FirstLineInside(lines, body);
        var last = lines.LineOf(body.CloseBraceToken.SpanStart);
        var end = instead is null ? lines.Text.Lines[first].Start : lines.Text.Lines[first - 1].End;
        edits.Replace(TextSpan.FromBounds(instead is null ? lines.Text.Lines[lines.LineOf(whole.SpanStart)].Start : whole.SpanStart, end), instead ?? "");

        var (outer, inner) = (lines.Indentation(lines.LineOf(whole.SpanStart)), lines.Indentation(lines.LineOf(body.Statements[0].SpanStart)));
        for (var line = first; line < last; line++)
        {
            if (inner.Length > outer.Length && !lines.IsBlank(line) && !lines.StartsInsideToken(line) && lines.Indentation(line).Length >= inner.Length)
            {
                edits.Delete(new TextSpan(lines.Text.Lines[line].Start + outer.Length, inner.Length - outer.Length));
            }
        }

        edits.Delete(lines.Text.Lines[last].SpanIncludingLineBreak);
    }

    /// <summary>The line behind the opening brace.</summary>
    private static int FirstLineInside(SourceLines lines, BlockSyntax body) => lines.LineOf(body.OpenBraceToken.Span.End) + 1;
}
