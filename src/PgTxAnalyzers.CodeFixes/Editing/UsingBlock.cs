using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Makes a <c>using</c> declaration a <c>using</c> statement, so that what it holds is given back before the end of the method. The declaration of the
/// transaction right behind the one of the connection is stacked on it.
/// </summary>
internal sealed class UsingBlock
{
    private readonly SourceLines _lines;
    private readonly LocalDeclarationStatementSyntax _owner;
    private readonly LocalDeclarationStatementSyntax? _stacked;
    private readonly IReadOnlyCollection<StatementSyntax> _moved;
    private readonly int _headLine;
    private readonly int _endLine;
    private readonly string _indentation;
    private readonly string _lineEnd;
    private readonly bool _opensOnItsLine;

    /// <param name="lines">The document.</param>
    /// <param name="list">The statements among which the declaration stands.</param>
    /// <param name="owner">The declaration.</param>
    /// <param name="end">The last statement of the block.</param>
    /// <param name="moved">Statements up to there that leave the block.</param>
    public UsingBlock(SourceLines lines, IReadOnlyList<StatementSyntax> list, LocalDeclarationStatementSyntax owner, int end, IReadOnlyCollection<StatementSyntax> moved)
    {
        _lines = lines;
        _owner = owner;
        _moved = moved;
        var next = list[CallPath.Position(list, owner) + 1];
        _stacked = next is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } declaration && IsBegunOn(declaration, owner) ? declaration : null;
        var first = CallPath.Position(list, _stacked ?? owner) + 1;
        var body = list.Skip(first).Take(end - first + 1).Where(statement => !moved.Contains(statement)).ToList();
        HasBraces = !(body.Count == 1 && body[0] is UsingStatementSyntax && lines.FirstLine(body[0]) == lines.LineOf(body[0].SpanStart));
        _headLine = lines.LastLine(_stacked ?? owner);
        _endLine = lines.LastLine(list[end]);
        _indentation = lines.Indentation(lines.LineOf(owner.SpanStart));
        _lineEnd = lines.LineEnd(_headLine);
        _opensOnItsLine = OpensOnItsLine(owner);
        Step = lines.IndentationStep(owner);
    }

    /// <summary>False where the block would hold nothing but another <c>using</c> statement: the two are stacked.</summary>
    public bool HasBraces { get; }

    /// <summary>What the lines of the block are indented by.</summary>
    public string Step { get; }

    /// <summary>The heads once more, for a second block of the same kind.</summary>
    public string Opening => Copy(_owner) + (_stacked is null ? "" : Copy(_stacked)) + Brace("{", ownLine: true);

    public string Closing => HasBraces ? _indentation + "}" + _lineEnd : "";

    public bool IsHead(StatementSyntax statement) => statement == _owner || statement == _stacked;

    /// <summary>Writes the heads, the opening brace and the indentation. What is left for behind the block comes back: the closing brace.</summary>
    /// <param name="edits">Where it is written to.</param>
    /// <param name="deletedLines">Lines of the block that go elsewhere.</param>
    public string Write(TextEdits edits, IReadOnlyCollection<int> deletedLines)
    {
        DropBlankLines(edits);
        Head(edits, _owner, _stacked is null);
        Head(edits, _stacked, isLast: true);
        if (!HasBraces)
        {
            return "";
        }

        if (!_opensOnItsLine)
        {
            _lines.InsertBehind(edits, _headLine, _indentation + "{" + _lineEnd);
        }

        var gone = _moved.Select(statement => (From: _lines.FirstLine(statement), To: _lines.LastLine(statement))).ToList();
        for (var line = _headLine + 1; line <= _endLine; line++)
        {
            if (!gone.Any(range => range.From <= line && line <= range.To) && !deletedLines.Contains(line))
            {
                _lines.Indent(edits, line, line, Step);
            }
        }

        return Closing;
    }

    private void Head(TextEdits edits, LocalDeclarationStatementSyntax? declaration, bool isLast)
    {
        if (declaration is not null)
        {
            edits.Replace(TextSpan.FromBounds(declaration.UsingKeyword.Span.End, declaration.Declaration.SpanStart), " (");
            edits.Replace(declaration.SemicolonToken.Span, ")" + (isLast && HasBraces && _opensOnItsLine ? " {" : ""));
        }
    }

    private string Copy(LocalDeclarationStatementSyntax declaration)
    {
        var text = _lines.Text;
        var isLast = declaration == (_stacked ?? _owner);
        return _indentation
            + text.ToString(TextSpan.FromBounds(declaration.SpanStart, declaration.UsingKeyword.Span.End)) + " ("
            + text.ToString(TextSpan.FromBounds(declaration.Declaration.SpanStart, declaration.SemicolonToken.SpanStart)) + ")"
            + (isLast ? Brace(" {", ownLine: false) : "") + _lineEnd;
    }

    private string Brace(string brace, bool ownLine) =>
        !HasBraces || ownLine == _opensOnItsLine ? "" : ownLine ? _indentation + brace + _lineEnd : brace;

    private void DropBlankLines(TextEdits edits)
    {
        for (var line = _headLine + 1; line <= _endLine && _lines.IsBlank(line); line++)
        {
            edits.Delete(TextSpan.FromBounds(_lines.Text.Lines[line].Start, _lines.Text.Lines[line].EndIncludingLineBreak));
        }
    }

    /// <summary>The second declaration speaks of the first: the begin on its connection.</summary>
    private static bool IsBegunOn(LocalDeclarationStatementSyntax declaration, LocalDeclarationStatementSyntax owner) =>
        owner.Declaration.Variables is { Count: 1 } variables
        && declaration.Declaration.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(call => call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name, Expression: IdentifierNameSyntax connection }
            && name.StartsWith("BeginTransaction", System.StringComparison.Ordinal) && connection.Identifier.ValueText == variables[0].Identifier.ValueText);

    /// <summary>The style of the block around: its brace ends the line that it belongs to.</summary>
    private bool OpensOnItsLine(StatementSyntax statement) =>
        statement.Parent is BlockSyntax { Parent: not null } block
        && _lines.LineOf(block.OpenBraceToken.SpanStart) == _lines.LineOf(block.OpenBraceToken.GetPreviousToken().Span.End);
}
