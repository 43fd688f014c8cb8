using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// Lets a region begin right before the first statement that uses it; what opens the connection goes with it. In one list of statements the begin moves down. A begin
/// in the head of a <c>using</c>, or in front of a <c>try</c>, stays, and the statements before the first use move out, which is the same order.
/// </summary>
internal static class MoveBeginDown
{
    public static IEnumerable<TextEdits> Plans(HeldCall call, CancellationToken cancellationToken)
    {
        if (IsRolledBackOutside(call, cancellationToken))
        {
            yield break;
        }

        var beginning = Beginning.Of(call, cancellationToken);
        var isOpenedElsewhere = call.Region.ConnectionStatement is { } opened && !opened.Siblings().Contains(call.Region.BeginStatement);
        if (!isOpenedElsewhere && Down(call, beginning) is { } all)
        {
            yield return all;
        }

        // The connection first, then at least the transaction.
        foreach (var (rung, anchor) in MoveBefore.Anchors(call))
        {
            if (Out(call, rung, anchor, cancellationToken) is { } edits)
            {
                yield return edits;
            }
        }

        if (Down(call, beginning.WithoutOpening(call)) is { } beginOnly)
        {
            yield return beginOnly;
        }
    }

    private static TextEdits? Down(HeldCall call, Beginning beginning)
    {
        if (beginning.Statements.IsEmpty || beginning.Statements.Any(statement => statement is UsingStatementSyntax))
        {
            return null;
        }

        var list = beginning.Statements[0].Siblings();
        var first = CallPath.Position(list, beginning.Statements[0]);
        var rung = call.Path.Rungs.FirstOrDefault(rung => rung.List.Contains(beginning.Statements[0]));
        if (rung is null)
        {
            return null;
        }

        var passed = new List<StatementSyntax>();
        var use = first;
        for (; use < list.Count; use++)
        {
            if (!beginning.Statements.Contains(list[use]))
            {
                if (!IsPassed(call, list[use]))
                {
                    break;
                }

                passed.Add(list[use]);
            }
        }

        var begin = CallPath.Position(list, beginning.Statements.Last());
        if (use == list.Count || rung.Index >= use || rung.Index < begin || !CanPass(call, beginning, passed))
        {
            return null;
        }

        return Lines(call.Lines, beginning, list[use], passed);
    }

    private static TextEdits? Lines(SourceLines lines, Beginning beginning, StatementSyntax use, List<StatementSyntax> passed)
    {
        var target = lines.FirstLine(use);
        if (lines.HasDirective(lines.FirstLine(beginning.Statements[0]), target)
            || !lines.OwnsItsLines(use, startOnly: true)
            || !beginning.Statements.All(statement => lines.OwnsItsLines(statement))
            || passed.Count == 0)
        {
            return null;
        }

        var edits = new TextEdits();
        var moved = "";
        foreach (var run in Runs(beginning.Statements))
        {
            var (from, to) = (lines.FirstLine(run[0]), lines.LastLine(run.Last()));
            var indentation = lines.Indentation(lines.LineOf(run[0].SpanStart));
            moved += lines.Take(from, to, indentation, indentation);
            lines.DeleteLines(edits, from, to);
        }

        edits.Insert(lines.Text.Lines[target].Start, moved);
        return edits;
    }

    /// <summary>Neighbours are taken together, with the blank lines between them.</summary>
    private static IEnumerable<List<StatementSyntax>> Runs(ImmutableArray<StatementSyntax> statements)
    {
        var list = statements[0].Siblings();
        var run = new List<StatementSyntax>();
        foreach (var statement in statements)
        {
            if (run.Count > 0 && CallPath.Position(list, statement) != CallPath.Position(list, run.Last()) + 1)
            {
                yield return run;
                run = [];
            }

            run.Add(statement);
        }

        yield return run;
    }

    private static TextEdits? Out(HeldCall call, int rung, int anchor, CancellationToken cancellationToken)
    {
        var path = call.Path;
        if (path.Rungs.Take(rung).Any(inner => !inner.CanBeLeft) || !MoveBefore.IsRegionHead(call, path.Rungs[rung].List[anchor]) || call.Region.IsScope)
        {
            return null;
        }

        var groups = new List<StatementGroup>();
        var crossed = new List<SyntaxNode>();
        for (var i = rung; i >= 0; i--)
        {
            var current = path.Rungs[i];
            var from = i == rung ? anchor : 0;
            var to = i == 0 ? FirstUse(call, current) : current.Index;
            for (var index = from; index < to; index++)
            {
                var statement = current.List[index];
                if (IsBeginning(call, statement, cancellationToken))
                {
                    crossed.Add(statement);
                }
                else if (IsPassed(call, statement))
                {
                    groups.Add(new StatementGroup(current.List, index, call.Facts, call.Region));
                }
                else
                {
                    return null;
                }
            }

            if (i > 0 && current.Child is UsingStatementSyntax held)
            {
                crossed.AddRange(FactSource.Heads(held));
            }
        }

        var use = FirstUse(call, path.Rungs[0]);
        var isFirst = path.Rungs[0].Index < use && use < path.Rungs[0].List.Count;
        var facts = crossed.Select(call.Facts.Of).ToList();
        return isFirst && groups.Count > 0 && !groups.Any(group => group.First is LocalFunctionStatementSyntax || IsLabel(group.First) || facts.Any(passed => Depends(group.Facts, passed)))
            ? Lift.Before(call.Lines, Joined(groups), path.Rungs[rung].List[anchor])
            : null;
    }

    private static bool IsBeginning(HeldCall call, StatementSyntax statement, CancellationToken cancellationToken) =>
        statement == call.Region.BeginStatement || statement == call.Region.ConnectionStatement || call.Region.Opening.Contains(statement)
        || call.Region.IsUsingOf(statement, call.Model, cancellationToken);

    private static List<StatementGroup> Joined(List<StatementGroup> groups)
    {
        var joined = new List<StatementGroup>();
        foreach (var group in groups)
        {
            if (joined.LastOrDefault() is not { } last || last.List != group.List || !last.TryAppend(group))
            {
                joined.Add(group);
            }
        }

        return joined;
    }

    private static int FirstUse(HeldCall call, Rung rung)
    {
        var index = rung.Index;
        while (index < rung.List.Count && IsPassed(call, rung.List[index]))
        {
            index++;
        }

        return index;
    }

    /// <summary>A statement that does not use the region. EF Core only notes what is added, and sends nothing.</summary>
    private static bool IsPassed(HeldCall call, StatementSyntax statement) =>
        !call.Facts.UsesRegion(statement, call.Region) || TrackingCall.Is(statement, call.Model);

    private static bool CanPass(HeldCall call, Beginning beginning, List<StatementSyntax> passed)
    {
        var begin = call.Facts.OfAll(beginning.Statements);
        return !passed.Any(statement => IsLabel(statement) || Depends(call.Facts.Of(statement), begin));
    }

    /// <summary>To open and to begin only takes a connection from the pool: what counts is whether one side needs what the other makes.</summary>
    private static bool Depends(CodeFacts passed, CodeFacts begin) =>
        passed.IsUnclear || begin.IsUnclear
        || passed.Writes.Overlaps(begin.Reads) || passed.Mentions.Overlaps(begin.Declares) || passed.Reads.Overlaps(begin.Writes) || passed.MemberWrites.Overlaps(begin.MemberReads);

    private static bool IsLabel(StatementSyntax statement) =>
        statement.DescendantNodesAndSelf().Any(node => node is LabeledStatementSyntax || node.IsKind(SyntaxKind.GotoStatement));

    /// <summary>
    /// Where the transaction is only assigned, a handler may take for granted that it was begun: with the begin further down it would
    /// fail on null, and hide the failure of the call.
    /// </summary>
    private static bool IsRolledBackOutside(HeldCall call, CancellationToken cancellationToken)
    {
        if (call.Region.BeginStatement is not ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax })
        {
            return false;
        }

        return call.Region.BeginStatement.Ancestors().TakeWhile(node => !SyntaxSearch.IsFunction(node)).OfType<TryStatementSyntax>()
            .SelectMany(attempt => attempt.Catches.Select(handler => (SyntaxNode)handler).Concat(attempt.Finally is null ? [] : [attempt.Finally]))
            .SelectMany(handler => handler.DescendantNodes()).OfType<IdentifierNameSyntax>()
            .Any(name => SymbolEqualityComparer.Default.Equals(call.Model.GetSymbolInfo(name, cancellationToken).Symbol, call.Region.Transaction)
                && name.Parent is not ConditionalAccessExpressionSyntax
                && !name.Ancestors().OfType<IfStatementSyntax>().Any(condition => condition.Condition.ToString().Contains(name.Identifier.ValueText)));
    }
}
