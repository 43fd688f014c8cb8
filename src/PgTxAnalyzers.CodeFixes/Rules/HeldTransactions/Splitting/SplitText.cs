using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions.Splitting;

/// <summary>
/// Writes the two halves. All statements stay on their lines; in the place of the call come a commit, what closes the first half, the call
/// itself, and what opens the second half. So comments, line ends and layout of everything else are untouched.
/// </summary>
internal sealed class SplitText(SplitHalves halves, CancellationToken cancellationToken)
{
    private readonly SplitUnit _unit = halves.Unit;
    private readonly HeldCall _call = halves.Unit.Call;
    private readonly SourceLines _lines = halves.Unit.Call.Lines;
    private readonly TextEdits _edits = new();
    private readonly StringBuilder _text = new();
    private string _lineEnd = "\n";
    private string _step = "";
    private string? _newName;

    /// <summary>Null where lines are shared, or a directive would come to stand in one half only.</summary>
    public TextEdits? Write()
    {
        var front = halves.Heads.Front;
        var group = halves.Group;
        _lineEnd = _lines.LineEnd(_lines.LineOf(front.SpanStart));
        if (!OwnsLines(front) || !DirectivesStay(front) || !TryRename() || !IsOpenedOnItsOwnLines())
        {
            return null;
        }

        var block = _unit.Owner is { } owner ? new UsingBlock(_lines, _unit.List, owner, halves.End, group.Statements.ToList()) : null;
        var returned = Returned();
        var hoisting = new Hoisting(_call.Model, _lines, cancellationToken);
        if (returned is null && !hoisting.TryHoist(_edits, halves.Hidden().ToList()))
        {
            return null;
        }

        var indentation = _lines.Indentation(_lines.LineOf(front.SpanStart));
        if (hoisting.Declarations.Count > 0)
        {
            _edits.Insert(_lines.Text.Lines[_lines.FirstLine(front)].Start, string.Concat(hoisting.Declarations.Select(declaration => indentation + declaration + _lineEnd)));
        }

        _step = block is { HasBraces: true } ? block.Step : "";
        CloseFirst(returned ?? []);
        if (block is not null)
        {
            var last = _lines.LastLine(_unit.List[halves.End]);
            var distance = halves.End + 1 < _unit.List.Count && !_lines.IsBlank(last + 1) && block.HasBraces ? _lineEnd : "";
            _lines.InsertBehind(_edits, last, block.Write(_edits, hoisting.DeletedLines) + distance);
            _text.Append(block.Closing);
        }

        var (from, to) = (_lines.FirstLine(group.First), _lines.LastLine(group.Last));
        var left = _unit.Handlers is { } handlers
            ? handlers.Around(_call, group, halves.Second.Concat(halves.Tail), indentation, _lines.IndentationStep(front), cancellationToken)
            : _lines.Take(from, to, _lines.Indentation(_lines.LineOf(group.First.SpanStart)), indentation);
        if (left is null)
        {
            return null;
        }

        _text.Append(_lineEnd).Append(left).Append(_lineEnd);
        var warning = _text.Length;
        if (!OpenSecond(block, indentation))
        {
            return null;
        }

        ReplaceLines(from, to, warning);
        return _edits;
    }

    private bool OwnsLines(StatementSyntax front) =>
        halves.Group.Statements.All(statement => _lines.OwnsItsLines(statement)) && _lines.OwnsItsLines(front, startOnly: true) && _lines.OwnsItsLines(_unit.CommitStatement, startOnly: true)
        && _unit.Layers.All(layer => _lines.OwnsItsLines(layer.Around, startOnly: true) && _lines.StartsLine(layer.Close))
        && (_unit.Owner is null || _lines.OwnsItsLines(_unit.List[halves.End]));

    /// <summary>
    /// A condition or a pragma that begins in one half and ends in the other would cut a block in two. The lines that are written down twice must have none
    /// at all, and stand under none. A <c>#region</c> may span both.
    /// </summary>
    private bool DirectivesStay(StatementSyntax front)
    {
        var (from, to) = (_lines.FirstLine(halves.Group.First), _lines.LastLine(halves.Group.Last));
        var end = _unit.Layers.LastOrDefault()?.Around ?? _unit.List[halves.End];
        var isCopied = _unit.Layers.Any(layer =>
            _lines.HasDirective(_lines.LineOf(layer.Around.SpanStart), _lines.LineOf(layer.Open.SpanStart)) || _lines.HasDirective(_lines.LineOf(layer.Close.SpanStart), _lines.LastLine(layer.Around)));
        return !isCopied
            && !_lines.HasDirective(from, to)
            && _lines.DirectivesAreClosed(_lines.FirstLine(front), _lines.LastLine(_call.Region.BeginStatement))
            && _lines.DirectivesAreClosed(_lines.FirstLine(front), from - 1)
            && _lines.DirectivesAreClosed(to + 1, _lines.LastLine(end));
    }

    /// <summary>A transaction in a <c>using</c> declaration cannot be assigned again: the second one gets a name of its own, and all that follows speaks of it.</summary>
    private bool TryRename()
    {
        if (_unit.Owner is not null || _unit.IsRetried || _call.Region.Transaction is not { } transaction
            || !halves.Heads.In(_unit.Rung).Any(head => head == _call.Region.BeginStatement && head is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 }))
        {
            return true;
        }

        var function = _call.Region.Begin.EnclosingFunction()!;
        var taken = new HashSet<string>(function.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText));
        _newName = Enumerable.Range(2, int.MaxValue - 2).Select(number => transaction.Name + number).First(name => !taken.Contains(name));
        foreach (var name in function.DescendantNodes().OfType<IdentifierNameSyntax>())
        {
            if (!SymbolEqualityComparer.Default.Equals(_call.Model.GetSymbolInfo(name, cancellationToken).Symbol, transaction))
            {
                continue;
            }

            // A local function may run in either half, and an inferred name would become another one.
            if (name.EnclosingFunction() is LocalFunctionStatementSyntax local && local != function || name.Parent is AnonymousObjectMemberDeclaratorSyntax { NameEquals: null })
            {
                return false;
            }

            if (name.SpanStart > halves.Group.Last.Span.End)
            {
                _edits.Replace(name.Span, _newName);
            }
        }

        return true;
    }

    private bool IsOpenedOnItsOwnLines() =>
        Enumerable.Range(0, _unit.Rung + 1).SelectMany(rung => halves.Heads.In(rung)).All(head => _lines.OwnsItsLines(head, startOnly: true));

    /// <summary>The locals that a retried first half hands out; null where nothing is retried. Its call then gives their values.</summary>
    private List<ILocalSymbol>? Returned()
    {
        if (!_unit.IsRetried)
        {
            return null;
        }

        var statement = _unit.Function.Statement!;
        var crossing = halves.Crossing().OfType<ILocalSymbol>().OrderBy(local => local.Locations[0].SourceSpan.Start).ToList();
        var names = string.Join(", ", crossing.Select(local => local.Name));
        var prefix = crossing.Count == 0 ? "" : crossing.Count == 1 ? $"var {names} = " : $"var ({names}) = ";
        _edits.Replace(TextSpan.FromBounds(statement.SpanStart, _unit.Function.Call!.SpanStart), prefix);
        return crossing;
    }

    private void CloseFirst(List<ILocalSymbol> returned)
    {
        // What follows a closing brace keeps its distance to it.
        var above = _lines.FirstLine(halves.Group.First) - 1;
        while (_lines.IsBlank(above))
        {
            above--;
        }

        _text.Append(_unit.CommitRung == 0 && _lines.ClosesBlock(above) ? _lineEnd : "");
        for (var i = 0; i <= _unit.Rung; i++)
        {
            if (i == _unit.CommitRung)
            {
                _text.Append(i > 0 ? _lineEnd : "");
                var commit = _unit.CommitStatement;
                Copy(commit.SpanStart, commit.Span.End);
            }

            if (i < _unit.Rung)
            {
                if (i == _unit.Rung - 1 && returned.Count > 0)
                {
                    var names = string.Join(", ", returned.Select(local => local.Name));
                    _text.Append(_lines.Indentation(_lines.LineOf(_unit.Rungs[i].Child.SpanStart))).Append(returned.Count == 1 ? $"return {names};" : $"return ({names});").Append(_lineEnd);
                }

                CopyClosing(_unit.Layers[i]);
            }
        }
    }

    /// <summary>What closes a block. A handler that ran off its end, behind which was nothing left to do, has the call behind it now: it leaves.</summary>
    private void CopyClosing(Layer layer)
    {
        var start = layer.Close.SpanStart;
        foreach (var (brace, exit) in _unit.Handlers?.Exits.Where(exit => layer.Around.Span.Contains(exit.Brace.Span) && exit.Brace.SpanStart > start) ?? [])
        {
            Copy(start, _lines.Text.Lines[_lines.LineOf(brace.SpanStart) - 1].End);
            _text.Append(_lines.Indentation(_lines.LineOf(brace.SpanStart))).Append(_step).Append(exit).Append(_lineEnd);
            start = brace.SpanStart;
        }

        Copy(start, layer.Around.Span.End);
    }

    private bool OpenSecond(UsingBlock? block, string indentation)
    {
        var heads = halves.Heads.In(_unit.Rung);
        if (block is not null)
        {
            _text.Append(block.Opening);
            foreach (var head in heads.Where(head => !block.IsHead(head)))
            {
                Copy(head.SpanStart, head.Span.End);
            }
        }
        else if (!heads.All(head => OpenAgain(head, indentation)))
        {
            return false;
        }

        for (var i = _unit.Rung - 1; i >= 0; i--)
        {
            var layer = _unit.Layers[i];
            if (IsTestedForNull(layer, i))
            {
                _text.Append(_lines.Indentation(_lines.LineOf(layer.Around.SpanStart))).Append(_step).Append($"{_call.Region.Transaction!.Name} = null;").Append(_lineEnd);
            }

            Copy(layer.Around.SpanStart, layer.Open.Span.End);
            foreach (var head in halves.Heads.In(i))
            {
                Copy(head.SpanStart, head.Span.End);
            }
        }

        return true;
    }

    /// <summary>The begin as the second one in the same list: a declaration becomes an assignment, or declares the new name.</summary>
    private bool OpenAgain(StatementSyntax head, string indentation)
    {
        switch (head)
        {
            case LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } declaration:
                if (head != _call.Region.BeginStatement || _newName is null)
                {
                    return false;
                }

                var name = declaration.Declaration.Variables[0].Identifier;
                _text.Append(indentation);
                Copy(head.SpanStart, name.SpanStart, inLine: true);
                _text.Append(_newName);
                Copy(name.Span.End, head.Span.End, continued: true);
                return true;
            case LocalDeclarationStatementSyntax { Declaration.Variables: { Count: 1 } variables, Modifiers.Count: 0 }:
                _text.Append(indentation);
                Copy(variables[0].Identifier.SpanStart, head.Span.End, continued: true);
                return true;
            case ExpressionStatementSyntax:
                Copy(head.SpanStart, head.Span.End);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The handlers ask whether there is a transaction: before the second begin there is none again.</summary>
    private bool IsTestedForNull(Layer layer, int rung) =>
        layer.Around is TryStatementSyntax
        && _call.Region.Transaction is ILocalSymbol { Type: { IsReferenceType: true, NullableAnnotation: not NullableAnnotation.NotAnnotated } } transaction
        && _call.Region.BeginStatement is ExpressionStatementSyntax && halves.Heads.In(rung).Contains(_call.Region.BeginStatement)
        && transaction.DeclaringSyntaxReferences.All(reference => !layer.Around.Span.Contains(reference.Span));

    /// <summary>Copies a stretch of the source with its line breaks, as deep as it stands, and deeper where it comes into a new block.</summary>
    private void Copy(int start, int end, bool continued = false, bool inLine = false)
    {
        var (first, last) = (_lines.LineOf(start), _lines.LineOf(end));
        if (!continued && !inLine)
        {
            _text.Append(_lines.Indentation(first)).Append(_step);
        }

        for (var line = first; line <= last; line++)
        {
            var textLine = _lines.Text.Lines[line];
            var span = TextSpan.FromBounds(System.Math.Max(start, textLine.Start), System.Math.Min(end, textLine.End));
            if (line > first && !_lines.IsBlank(line) && !_lines.StartsInsideToken(line))
            {
                _text.Append(_step);
            }

            _text.Append(_lines.Text.ToString(span));
            if (line < last || !inLine)
            {
                _text.Append(_lineEnd);
            }
        }
    }

    /// <summary>The lines of the call, with the blank lines around them, give way to what has been written.</summary>
    private void ReplaceLines(int from, int to, int warning)
    {
        var (start, end) = (from, to);
        while (_lines.IsBlank(start - 1))
        {
            start--;
        }

        while (_lines.IsBlank(end + 1))
        {
            end++;
        }

        var place = _lines.Text.Lines[start].Start;
        _edits.Replace(TextSpan.FromBounds(place, _lines.Text.Lines[end].EndIncludingLineBreak), _text.ToString());
        _edits.Mark(place, warning);
    }
}
