using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// Moves a call in front of its region: before the opening of the connection where this method opens it, else before the begin.
/// Possible when nothing that the call reads is produced on the way, and it does nothing that the statements on the way look at.
/// </summary>
internal static class MoveBefore
{
    public static IEnumerable<TextEdits> Plans(HeldCall call, CancellationToken cancellationToken)
    {
        if (BeforeRetry(call, RetriedLambda.Around(call.Region.Begin, call.Model, cancellationToken), cancellationToken) is { } once)
        {
            yield return once;
        }

        foreach (var (rung, anchor) in Anchors(call))
        {
            if (To(call, rung, anchor, cancellationToken) is { } edits)
            {
                yield return edits;
            }
        }
    }

    /// <summary>Where the call may go, best first.</summary>
    internal static IEnumerable<(int Rung, int Index)> Anchors(HeldCall call)
    {
        var (path, region) = (call.Path, call.Region);
        var begin = CallPath.Position(path.Rungs[path.BeginRung].List, region.BeginStatement);
        var opening = region.ConnectionStatement ?? region.Opening.FirstOrDefault();
        for (var rung = path.BeginRung; opening is not null && rung < path.Rungs.Length; rung++)
        {
            var index = CallPath.Position(path.Rungs[rung].List, opening);
            if (index >= 0 && (rung > path.BeginRung || index < begin))
            {
                yield return (rung, index);
            }
        }

        yield return (path.BeginRung, begin);
    }

    private static TextEdits? To(HeldCall call, int rung, int anchor, CancellationToken cancellationToken)
    {
        var place = call.Path.Rungs[rung].List[anchor];
        if (!OwnHandlers.CanLeave(call, rung, out var handlers, cancellationToken) || !IsRegionHead(call, place) || GroupFor(call, rung, anchor, rung == 0 ? anchor + 1 : 0, cancellationToken) is not { } group)
        {
            return null;
        }

        if (handlers is null)
        {
            return Lift.Before(call.Lines, [group], place);
        }

        if (handlers.AnswerBy(Crossed(call, rung, anchor, group.From), call.Facts))
        {
            return null;
        }

        var indentation = call.Lines.Indentation(call.Lines.LineOf(place.SpanStart));
        return handlers.Around(call, group, group.List.Skip(group.To + 1), indentation, call.Lines.IndentationStep(place), cancellationToken) is { } text
            ? Lift.Before(call.Lines, [group], place, text)
            : null;
    }

    /// <summary>In front of <c>await strategy.ExecuteAsync(…)</c>: a retry then does not make the call again.</summary>
    private static TextEdits? BeforeRetry(HeldCall call, RetriedLambda function, CancellationToken cancellationToken)
    {
        var last = call.Path.Rungs.Length - 1;
        return function.Statement is not null && call.Path.Rungs.Take(last).All(inner => inner.CanBeLeft) && call.Path.Rungs[last].List[0].Parent == function.Lambda!.Body
            && GroupFor(call, last, anchor: 0, first: 0, cancellationToken) is { } group && function.CanLeave(group.Facts, call.Model)
                ? Lift.Before(call.Lines, [group], function.Statement)
                : null;
    }

    /// <summary>What has to move together when the call comes to stand before a statement of an outer list; null where it depends on what it would pass.</summary>
    private static StatementGroup? GroupFor(HeldCall call, int rung, int anchor, int first, CancellationToken cancellationToken)
    {
        var path = call.Path;
        var group = new StatementGroup(path.Rungs[0].List, path.Rungs[0].Index, call.Facts, call.Region);
        group.GrowUp(first);
        var crossed = Crossed(call, rung, anchor, group.From).ToList();
        if (group.UsesRegion || ExplicitLock.IsTakenIn(crossed, call.Model, cancellationToken) || ExplicitLock.IsTakenFor(group.Facts, crossed, call.Facts, call.Region, cancellationToken))
        {
            return null;
        }

        var facts = crossed.Select(call.Facts.Of).ToList();
        if (facts.Any(passed => passed.Checks || group.Facts.ConflictsWith(passed)) || new ClockPair(call.Model, cancellationToken).IsParted(group, crossed))
        {
            return null;
        }

        group.TakeFollowers(facts);
        return group.IsAllOfItsBlock ? null : group;
    }

    /// <summary>The code between the new place of the group and its old one, innermost list first.</summary>
    internal static IEnumerable<SyntaxNode> Crossed(HeldCall call, int rung, int anchor, int groupStart)
    {
        for (var i = 0; i <= rung; i++)
        {
            var current = call.Path.Rungs[i];
            var from = i == rung ? anchor : 0;
            var to = i == 0 ? groupStart : current.Index;
            for (var index = from; index < to; index++)
            {
                yield return current.List[index];
            }

            if (i > 0 && current.Child is UsingStatementSyntax held)
            {
                foreach (var head in FactSource.Heads(held))
                {
                    yield return head;
                }
            }
        }
    }

    /// <summary>A stacked <c>using</c> can only be passed as a whole: all that it opens has to belong to the region.</summary>
    internal static bool IsRegionHead(HeldCall call, StatementSyntax anchor) => anchor is not UsingStatementSyntax held || call.Facts.CanLeave(held, call.Region);
}
