using System;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>The lines of a document as a fix sees them: which belong to a statement, which are blank, how they are indented.</summary>
/// <param name="root">The tree of the document.</param>
/// <param name="text">Its text.</param>
/// <param name="options">Its <c>.editorconfig</c>, which says how far a block is indented where the code around does not show it.</param>
internal sealed class SourceLines(SyntaxNode root, SourceText text, AnalyzerConfigOptions? options = null)
{
    public SyntaxNode Root { get; } = root;

    public SourceText Text { get; } = text;

    /// <summary>The line break that the document uses around a line.</summary>
    public string LineEnd(int line)
    {
        foreach (var candidate in new[] { line, line - 1, 0 })
        {
            if (candidate >= 0 && candidate < Text.Lines.Count)
            {
                var textLine = Text.Lines[candidate];
                if (textLine.EndIncludingLineBreak > textLine.End)
                {
                    return Text.ToString(TextSpan.FromBounds(textLine.End, textLine.EndIncludingLineBreak));
                }
            }
        }

        return "\n";
    }

    public int LineOf(int position) => Text.Lines.GetLineFromPosition(position).LineNumber;

    public string LineText(int line) => Text.ToString(Text.Lines[line].Span);

    public bool IsBlank(int line) => line >= 0 && line < Text.Lines.Count && string.IsNullOrWhiteSpace(LineText(line));

    public string Indentation(int line)
    {
        var content = LineText(line);
        return content.Substring(0, content.Length - content.TrimStart().Length);
    }

    /// <summary>The first line of a statement with the comment lines right above it. A blank line cuts a comment off: it speaks of more than the statement.</summary>
    public int FirstLine(SyntaxNode statement)
    {
        var line = LineOf(statement.SpanStart);
        while (line > 0 && !IsBlank(line - 1) && Text.Lines[line - 1].Start >= statement.FullSpan.Start)
        {
            line--;
        }

        return line;
    }

    /// <summary>The last line of a statement. A comment behind it on that line is its own.</summary>
    public int LastLine(SyntaxNode statement) => LineOf(statement.Span.End);

    /// <summary>True where nothing else stands on the lines of a statement, so that they can be taken away as lines.</summary>
    public bool OwnsItsLines(StatementSyntax statement, bool startOnly = false)
    {
        var first = Text.Lines[LineOf(statement.SpanStart)];
        var last = Text.Lines[LastLine(statement)];
        var next = statement.GetLastToken().GetNextToken();
        return string.IsNullOrWhiteSpace(Text.ToString(TextSpan.FromBounds(first.Start, statement.SpanStart)))
            && (startOnly || ((next.IsKind(SyntaxKind.None) || next.IsKind(SyntaxKind.EndOfFileToken) || next.SpanStart > last.End)
                && !SpansLines(statement.GetTrailingTrivia(), last)));
    }

    /// <summary>The text of whole lines, with their line breaks, at another depth.</summary>
    public string Take(int from, int to, string oldIndentation, string newIndentation)
    {
        var builder = new StringBuilder();
        for (var line = from; line <= to; line++)
        {
            var textLine = Text.Lines[line];
            var content = Text.ToString(textLine.Span);
            builder.Append(StartsInsideToken(line) ? content : Reindent(content, oldIndentation, newIndentation));
            builder.Append(textLine.EndIncludingLineBreak > textLine.End ? Text.ToString(TextSpan.FromBounds(textLine.End, textLine.EndIncludingLineBreak)) : LineEnd(line));
        }

        return builder.ToString();
    }

    /// <summary>Deletes whole lines, with the blank lines around them that only they were separated by.</summary>
    public void DeleteLines(TextEdits edits, int from, int to)
    {
        // The blank lines above go along. Where the lines were the first of a block, those below go as well: a block does not begin with one.
        var (start, end) = (from, to);
        while (IsBlank(start - 1))
        {
            start--;
        }

        // What follows a closing brace keeps its distance to it.
        if (start < from && ClosesBlock(start - 1) && !IsBlank(end + 1) && !ClosesBlock(end + 1))
        {
            start++;
        }

        while (OpensBlock(start - 1) && IsBlank(end + 1))
        {
            end++;
        }

        edits.Delete(TextSpan.FromBounds(Text.Lines[start].Start, Text.Lines[end].EndIncludingLineBreak));
    }

    /// <summary>Deletes whole lines of which nothing comes back elsewhere: the blank lines above stay, where the code behind them goes on right below.</summary>
    public void DeleteInPlace(TextEdits edits, int from, int to)
    {
        if (IsBlank(to + 1) || ClosesBlock(to + 1))
        {
            DeleteLines(edits, from, to);
        }
        else
        {
            edits.Delete(TextSpan.FromBounds(Text.Lines[from].Start, Text.Lines[to].EndIncludingLineBreak));
        }
    }

    /// <summary>Inserts whole lines behind a line, also behind the last one of the file.</summary>
    public void InsertBehind(TextEdits edits, int line, string text)
    {
        var textLine = Text.Lines[line];
        var isLast = textLine.EndIncludingLineBreak == textLine.End;
        edits.Insert(textLine.EndIncludingLineBreak, isLast ? LineEnd(line) + text : text);
    }

    /// <summary>Adds one step of indentation to lines that stay where they are.</summary>
    public void Indent(TextEdits edits, int from, int to, string step)
    {
        for (var line = from; line <= to; line++)
        {
            if (!IsBlank(line) && !StartsInsideToken(line))
            {
                edits.Insert(Text.Lines[line].Start, step);
            }
        }
    }

    /// <summary>The lines between two positions hold a directive: moving code across it would change what it applies to.</summary>
    public bool HasDirective(int fromLine, int toLine)
    {
        for (var line = Math.Max(0, fromLine); line <= toLine && line < Text.Lines.Count; line++)
        {
            if (LineText(line).TrimStart().StartsWith("#", StringComparison.Ordinal) && !StartsInsideToken(line))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Every <c>#if</c>, <c>#pragma … disable</c> and <c>#nullable</c> of the lines ends within them. A <c>#region</c> may begin and end anywhere.</summary>
    public bool DirectivesAreClosed(int fromLine, int toLine)
    {
        var open = 0;
        for (var line = Math.Max(0, fromLine); line <= toLine && line < Text.Lines.Count; line++)
        {
            var content = LineText(line).TrimStart();
            if (!content.StartsWith("#", StringComparison.Ordinal) || StartsInsideToken(line))
            {
                continue;
            }

            var words = content.Substring(1).Split(new[] { ' ', '\t' }, StringSplitOptions.RemoveEmptyEntries);
            var first = words.FirstOrDefault() ?? "";
            open += first switch
            {
                "if" => 1,
                "endif" => -1,
                "pragma" or "nullable" => words.Contains("disable") || words.Contains("enable") ? 1 : words.Contains("restore") ? -1 : 0,
                _ => 0,
            };
            if (open < 0 || (open == 0 && first is "else" or "elif"))
            {
                return false;
            }
        }

        return open == 0;
    }

    /// <summary>Nothing but white space stands before the token on its line.</summary>
    public bool StartsLine(SyntaxToken token) =>
        string.IsNullOrWhiteSpace(Text.ToString(TextSpan.FromBounds(Text.Lines[LineOf(token.SpanStart)].Start, token.SpanStart)));

    /// <summary>One step of indentation, as the code around shows it.</summary>
    public string IndentationStep(StatementSyntax statement)
    {
        var inner = Indentation(LineOf(statement.SpanStart));
        if (statement.Parent is BlockSyntax block)
        {
            var outer = Indentation(LineOf(block.CloseBraceToken.SpanStart));
            if (inner.Length > outer.Length && inner.StartsWith(outer, StringComparison.Ordinal))
            {
                return inner.Substring(outer.Length);
            }
        }

        return inner.StartsWith("\t", StringComparison.Ordinal) ? "\t" : StatedStep() ?? "    ";
    }

    private string? StatedStep()
    {
        if (options is null)
        {
            return null;
        }

        if (options.TryGetValue("indent_style", out var style) && style.Trim() == "tab")
        {
            return "\t";
        }

        return options.TryGetValue("indent_size", out var size) && int.TryParse(size, out var spaces) && spaces is > 0 and <= 16 ? new string(' ', spaces) : null;
    }

    public bool ClosesBlock(int line) => line >= 0 && line < Text.Lines.Count && LineText(line).TrimStart().StartsWith("}", StringComparison.Ordinal);

    public bool OpensBlock(int line)
    {
        if (line < 0)
        {
            return false;
        }

        var content = LineText(line).TrimEnd();
        return content.EndsWith("{", StringComparison.Ordinal) || content.EndsWith(":", StringComparison.Ordinal) && content.TrimStart().StartsWith("case ", StringComparison.Ordinal);
    }

    /// <summary>The line begins inside a string literal: its white space is part of a value.</summary>
    public bool StartsInsideToken(int line)
    {
        var start = Text.Lines[line].Start;
        var token = Root.FindToken(start);
        if (token.SpanStart < start && start < token.Span.End)
        {
            return true;
        }

        // Inside the text of an interpolated string a line begins between two tokens of it.
        return token.Parent?.AncestorsAndSelf().OfType<InterpolatedStringExpressionSyntax>().Any(text => text.SpanStart < start && start < text.Span.End) == true;
    }

    private static string Reindent(string content, string oldIndentation, string newIndentation)
    {
        if (string.IsNullOrWhiteSpace(content))
        {
            return "";
        }

        return content.StartsWith(oldIndentation, StringComparison.Ordinal)
            ? newIndentation + content.Substring(oldIndentation.Length)
            : newIndentation + content.TrimStart();
    }

    private static bool SpansLines(SyntaxTriviaList trivia, TextLine line) => trivia.Any(item => !item.IsKind(SyntaxKind.EndOfLineTrivia) && item.Span.End > line.End);
}
