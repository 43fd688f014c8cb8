using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// The two places behind a commit that a call can go to, and what has to change for it: the code between may not depend on the call, what follows the
/// commit inside the <c>using</c> or <c>try</c> follows the call out, and locals that are read there are declared in front.
/// </summary>
internal sealed class AfterPlan(HeldCall call, StatementGroup group, int commitRung, int commit, CancellationToken cancellationToken)
{
    private readonly SourceLines _lines = call.Lines;

    /// <summary>Right behind the commit; behind the <c>try</c>, where its handlers would roll back what is committed.</summary>
    public TextEdits? BehindCommit()
    {
        var rung = commitRung;
        for (var i = commitRung; i < call.Path.BeginRung; i++)
        {
            if (call.Path.Rungs[i + 1].Child is TryStatementSyntax attempt && RollbackHandlers.NameTheRegion(attempt, call.Region, call.Model, cancellationToken))
            {
                rung = i + 1;
            }
        }

        return rung == commitRung ? Behind(rung, commit, owner: null) : Behind(rung, call.Path.Rungs[rung].Index, owner: null);
    }

    /// <summary>Behind the <c>using</c> that releases the connection, or ends the scope. A declaration becomes a statement for it.</summary>
    public TextEdits? BehindOwner(StatementSyntax owner)
    {
        for (var rung = call.Path.BeginRung; rung < call.Path.Rungs.Length; rung++)
        {
            var current = call.Path.Rungs[rung];
            var position = CallPath.Position(current.List, owner);
            if (owner is UsingStatementSyntax && position == current.Index)
            {
                return rung > 0 && MoveBefore.IsRegionHead(call, owner) ? Behind(rung, position, owner: null) : null;
            }

            if (owner is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } declaration && position >= 0 && position < current.Index)
            {
                var end = rung == commitRung ? commit : current.Index;
                return Behind(rung, LastUse(current.List, end), declaration);
            }
        }

        return null;
    }

    /// <summary>Behind <c>await strategy.ExecuteAsync(…);</c>: a retry then does not make the call again. Only where nothing from inside is needed for it, and every way through comes to the call.</summary>
    public TextEdits? BehindRetry(RetriedLambda function)
    {
        var rungs = call.Path.Rungs;
        if (function.Statement is not { } statement || statement is ReturnStatementSyntax { Expression: var given } && given != function.Call
            || rungs[rungs.Length - 1].List[0].Parent != function.Lambda!.Body
            || rungs.Take(rungs.Length - 1).Any(inner => !inner.CanBeLeft) || group.IsAllOfItsBlock || !function.CanLeave(group.Facts, call.Model))
        {
            return null;
        }

        var passed = rungs.SelectMany((rung, i) => rung.List.Take(i == 0 ? group.From : rung.Index));
        var crossed = rungs.SelectMany((rung, i) => rung.List.Skip(i == 0 ? group.To + 1 : rung.Index + 1)).Select(ResultOf).ToList();
        var isInside = group.Facts.Mentions.OfType<ILocalSymbol>().Any(local => !group.Facts.Declares.Contains(local) && local.DeclaringSyntaxReferences.Any(reference => statement.Span.Contains(reference.Span)));
        if (isInside || OwnHandlers.AnswerAround(statement, call) || passed.Any(before => call.Facts.Of(before).JumpsWithoutThrow) || MayNotPass(crossed)
            || _lines.HasDirective(_lines.FirstLine(group.First), _lines.LastLine(statement)) || !group.Statements.Append(statement).All(moved => _lines.OwnsItsLines(moved)))
        {
            return null;
        }

        var edits = new TextEdits();
        var (from, to) = (_lines.FirstLine(group.First), _lines.LastLine(group.Last));
        var indentation = _lines.Indentation(_lines.LineOf(statement.SpanStart));
        var lineEnd = _lines.LineEnd(_lines.LastLine(statement));
        var text = _lines.Take(from, to, _lines.Indentation(_lines.LineOf(group.First.SpanStart)), indentation);
        if (statement is ReturnStatementSyntax returned)
        {
            var result = NewNames.Free("result", call.Model, statement);
            edits.Replace(TextSpan.FromBounds(returned.SpanStart, returned.Expression!.SpanStart), $"var {result} = ");
            text += $"{indentation}return {result};{lineEnd}";
        }

        _lines.DeleteLines(edits, from, to);
        _lines.InsertBehind(edits, _lines.LastLine(statement), lineEnd + text);
        return edits;

        // What the unit gives at its end is taken before the call now.
        SyntaxNode ResultOf(StatementSyntax last) => last is ReturnStatementSyntax { Expression: { } value } && last == rungs[rungs.Length - 1].List.Last() ? value : last;
    }

    /// <param name="rung">The list that the call goes to.</param>
    /// <param name="end">The statement of the list that it goes behind.</param>
    /// <param name="owner">The declaration that becomes a <c>using</c> statement ending there.</param>
    private TextEdits? Behind(int rung, int end, LocalDeclarationStatementSyntax? owner)
    {
        // "It failed", said of what has been committed, makes somebody do it again.
        if (!OwnHandlers.CanLeave(call, rung, out var handlers, cancellationToken) || handlers is { Answer: true } || OwnHandlers.AnswerAround(call.Path.Rungs[rung].List[end], call))
        {
            return null;
        }

        var crossed = new List<StatementSyntax>();
        var following = new List<(IReadOnlyList<StatementSyntax> List, int From)>();
        for (var i = 0; i <= rung; i++)
        {
            var list = call.Path.Rungs[i].List;
            var start = i == 0 ? group.To + 1 : call.Path.Rungs[i].Index + 1;
            var stop = i == rung ? end + 1 : i < commitRung ? list.Count : FollowsFrom(list, i == commitRung ? commit + 1 : start, following.Count > 0);
            if (stop < 0)
            {
                return null;
            }

            crossed.AddRange(list.Skip(start).Take(stop - start));
            if (i != rung && stop < list.Count)
            {
                following.Add((list, stop));
            }
        }

        if (group.IsAllOfItsBlock || MayNotPass(crossed))
        {
            return null;
        }

        return Edit(rung, end, owner, following, handlers);
    }

    private bool MayNotPass(IReadOnlyCollection<SyntaxNode> crossed) =>
        AdvisoryLock.IsTakenIn(crossed) || crossed.Any(passed => group.Facts.ConflictsWith(call.Facts.Of(passed))) || new ClockPair(call.Model, cancellationToken).IsParted(group, crossed);

    /// <summary>
    /// From where on the statements behind a commit have to follow the call: from the first on that depends on it, provided that none of
    /// them uses the region. The length of the list where none has to; -1 where they cannot.
    /// </summary>
    private int FollowsFrom(IReadOnlyList<StatementSyntax> list, int start, bool must)
    {
        var first = list.Count;
        for (var index = list.Count - 1; index >= start; index--)
        {
            if (must || group.Facts.ConflictsWith(call.Facts.Of(list[index])))
            {
                first = index;
            }
        }

        return list.Skip(first).Any(statement => call.Facts.UsesRegion(statement, call.Region)) ? -1 : first;
    }

    private int LastUse(IReadOnlyList<StatementSyntax> list, int start)
    {
        var last = start;
        for (var index = start + 1; index < list.Count; index++)
        {
            if (call.Facts.UsesRegion(list[index], call.Region))
            {
                last = index;
            }
        }

        return last;
    }

    private TextEdits? Edit(int rung, int end, LocalDeclarationStatementSyntax? owner, List<(IReadOnlyList<StatementSyntax> List, int From)> following, OwnHandlers? handlers)
    {
        var list = call.Path.Rungs[rung].List;
        var anchor = list[end];
        var front = owner ?? call.Path.Rungs[rung].Child;
        var moved = group.Statements.Concat(following.SelectMany(tail => tail.List.Skip(tail.From))).ToList();
        if (_lines.HasDirective(moved.Append(front).Min(statement => _lines.FirstLine(statement)), _lines.LastLine(anchor))
            || !moved.Append(anchor).All(statement => _lines.OwnsItsLines(statement)) || !_lines.OwnsItsLines(front, startOnly: true))
        {
            return null;
        }

        var edits = new TextEdits();
        var isNested = rung > 0 || owner is not null;
        var hoisting = new Hoisting(call.Model, call.Lines, cancellationToken);
        if (isNested && !hoisting.TryHoist(edits, Hoisted(rung, end, owner, moved)))
        {
            return null;
        }

        var indentation = _lines.Indentation(_lines.LineOf(front.SpanStart));
        var lineEnd = _lines.LineEnd(_lines.LineOf(front.SpanStart));
        var depth = indentation + (handlers is null ? "" : _lines.IndentationStep(front));
        var text = "";
        foreach (var part in new[] { (group.List, From: group.From, To: group.To) }.Concat(following.Select(tail => (tail.List, tail.From, To: tail.List.Count - 1))))
        {
            var (from, to) = (_lines.FirstLine(part.List[part.From]), _lines.LastLine(part.List[part.To]));
            var old = _lines.Indentation(_lines.LineOf(part.List[part.From].SpanStart));
            text += (text.Length > 0 && _lines.IsBlank(from - 1) ? lineEnd : "") + _lines.Take(from, to, old, depth);
            _lines.DeleteLines(edits, from, to);
        }

        text = handlers?.Around(text, indentation) ?? text;
        if (hoisting.Declarations.Count > 0)
        {
            edits.Insert(_lines.Text.Lines[_lines.FirstLine(front)].Start, string.Concat(hoisting.Declarations.Select(declaration => indentation + declaration + lineEnd)));
        }

        var closing = owner is null ? "" : new UsingBlock(_lines, list, owner, end, moved).Write(edits, hoisting.DeletedLines);
        var startsWithComment = !text.TrimStart().StartsWith(group.First.GetFirstToken().Text, System.StringComparison.Ordinal);
        var (isBlock, next) = (_lines.ClosesBlock(_lines.LastLine(moved[moved.Count - 1])), _lines.LastLine(anchor) + 1);
        var distance = isBlock && next < _lines.Text.Lines.Count && !_lines.IsBlank(next) && !_lines.ClosesBlock(next) ? lineEnd : "";
        _lines.InsertBehind(edits, next - 1, closing + (isNested || startsWithComment || isBlock ? lineEnd : "") + text + distance);
        return edits;
    }

    /// <summary>The locals of what becomes, or is, a block of its own that are read behind it.</summary>
    private HashSet<ISymbol> Hoisted(int rung, int end, LocalDeclarationStatementSyntax? owner, List<StatementSyntax> moved)
    {
        var inner = new List<StatementSyntax>();
        var outside = new List<StatementSyntax>(moved);
        for (var i = 0; i < rung; i++)
        {
            inner.AddRange(call.Path.Rungs[i].List);
        }

        if (owner is not null)
        {
            var list = call.Path.Rungs[rung].List;
            var first = CallPath.Position(list, owner);
            inner.AddRange(list.Skip(first).Take(end - first + 1));
            outside.AddRange(list.Skip(end + 1));
        }

        var declared = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var way = call.Path.Rungs.Skip(1).Select(outer => outer.Child).ToList();
        foreach (var statement in inner.Where(statement => !moved.Contains(statement) && !way.Contains(statement)))
        {
            declared.UnionWith(call.Facts.Of(statement).Declares);
        }

        declared.RemoveWhere(symbol => !outside.Any(statement => call.Facts.Of(statement).Mentions.Contains(symbol)));
        return declared;
    }
}
