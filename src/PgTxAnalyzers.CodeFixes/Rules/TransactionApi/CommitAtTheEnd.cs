using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.TransactionApi;

/// <summary>
/// A commit where control runs off the end without one. Only where it is certain which paths get there: those that have committed have left before, or all come through one
/// branch whose last statement is the commit. A condition that decides about nothing but the commit is meant.
/// </summary>
internal sealed class CommitAtTheEnd(Region region, IReadOnlyList<StatementSyntax> commits, FailurePath failure, FactSource facts, SourceLines lines)
{
    public IEnumerable<TextEdits> Plans()
    {
        // What is in a handler or a loop may run with a transaction that is broken, or several times.
        if (Scope() is not { Count: > 0 } scope || commits.Any(commit => !IsInBranches(commit, scope))

            // `if (result.IsSuccess) { …; commit; return; }`: what runs off the end has failed, and its rollback may be meant.
            || commits.Any(failure.IsBeside)
            || scope.Any(statement => RegionEnds.GoOn(statement, int.MaxValue, region, facts.Model))
            || OpenReaders.At(scope[scope.Count - 1].Span.End, behind: 0, region.Begin.EnclosingFunction()!, facts.Model))
        {
            yield break;
        }

        if (BehindTheBranch(scope) is { } moved)
        {
            yield return moved;
        }

        if (commits.All(RegionEnds.Leaves) && lines.OwnsItsLines(scope[scope.Count - 1]))
        {
            yield return Behind(scope[scope.Count - 1], new TextEdits(), Lines(commits[0], commits[0]));
        }
    }

    /// <summary>The statements behind the begin, as far as the transaction lives.</summary>
    private IReadOnlyList<StatementSyntax> Scope() => region.BeginStatement is UsingStatementSyntax held
        ? held.Statement is BlockSyntax body ? body.Statements.ToList() : []
        : region.BeginStatement.Siblings().SkipWhile(statement => statement != region.BeginStatement).Skip(1).ToList();

    /// <summary>The commit of the only branch that has one becomes everybody's.</summary>
    private TextEdits? BehindTheBranch(IReadOnlyList<StatementSyntax> scope)
    {
        if (commits.Count != 1 || commits[0] is not { Parent: BlockSyntax { Statements: { Count: > 1 } branch } block } commit || branch.Last() != commit || !lines.OwnsItsLines(commit)
            || block.Parent is not (IfStatementSyntax or ElseClauseSyntax) || scope.FirstOrDefault(statement => statement.Span.Contains(commit.Span)) is not IfStatementSyntax whole
            || !lines.OwnsItsLines(whole)

            // What else the branch does is no work of the transaction (a line of the log): its condition decides about the commit, and giving up the rows is meant.
            || !branch.Any(statement => statement != commit && facts.UsesRegion(statement, region))

            // Behind the commit the path that has made it runs without the transaction, and so it should.
            || scope.SkipWhile(statement => statement != whole).Skip(1).Any(statement => facts.UsesRegion(statement, region)))
        {
            return null;
        }

        var edits = new TextEdits();
        lines.DeleteLines(edits, lines.FirstLine(commit), lines.LastLine(commit));
        return Behind(whole, edits, Lines(commit, whole));
    }

    private TextEdits Behind(StatementSyntax statement, TextEdits edits, string inserted)
    {
        var line = lines.LastLine(statement);

        // A block keeps its distance to what follows.
        lines.InsertBehind(edits, line, lines.ClosesBlock(line) ? lines.LineEnd(line) + inserted : inserted);
        return edits;
    }

    /// <summary>The lines of the commit, with the comments above it where it is moved, at the depth of a statement.</summary>
    private string Lines(StatementSyntax commit, StatementSyntax at) => lines.Take(
        commit == at ? lines.LineOf(commit.SpanStart) : lines.FirstLine(commit), lines.LastLine(commit), lines.Indentation(lines.LineOf(commit.SpanStart)),
        lines.Indentation(lines.LineOf(region.BeginStatement is UsingStatementSyntax { Statement: BlockSyntax body } ? body.Statements[0].SpanStart : region.BeginStatement.SpanStart)));

    private static bool IsInBranches(StatementSyntax commit, IReadOnlyList<StatementSyntax> scope)
    {
        for (SyntaxNode? node = commit; node is not null; node = node.Parent)
        {
            if (node is StatementSyntax statement && scope.Contains(statement))
            {
                return true;
            }

            if (node != commit && node is not (BlockSyntax or IfStatementSyntax or ElseClauseSyntax or SwitchStatementSyntax or SwitchSectionSyntax))
            {
                return false;
            }
        }

        return false;
    }
}
