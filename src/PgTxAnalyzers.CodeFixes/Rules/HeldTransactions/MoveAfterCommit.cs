using System.Collections.Generic;
using System.Threading;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// Moves a call behind the commit of its region. Possible when nothing between looks at its result. Where this method opened the connection,
/// the call goes behind its release as well; a <c>TransactionScope</c> commits only when it is disposed, so there it has to.
/// </summary>
internal static class MoveAfterCommit
{
    public static IEnumerable<TextEdits> Plans(HeldCall call, CancellationToken cancellationToken)
    {
        var (rung, commit) = FindCommit(call, cancellationToken);
        if (rung < 0 || Group(call, rung, commit, cancellationToken) is not { } group)
        {
            yield break;
        }

        var plan = new AfterPlan(call, group, rung, commit, cancellationToken);
        if (plan.BehindRetry(RetriedLambda.Around(call.Region.Begin, call.Model, cancellationToken)) is { } once)
        {
            yield return once;
        }

        var owner = call.Region.IsScope ? call.Region.BeginStatement : call.Region.ConnectionStatement;
        if (owner is not null && plan.BehindOwner(owner) is { } released)
        {
            yield return released;
        }

        if (!call.Region.IsScope && plan.BehindCommit() is { } committed)
        {
            yield return committed;
        }
    }

    /// <summary>The commit that every path from the call comes to, if it gets that far.</summary>
    internal static (int Rung, int Index) FindCommit(HeldCall call, CancellationToken cancellationToken)
    {
        for (var rung = 0; rung <= call.Path.BeginRung; rung++)
        {
            var current = call.Path.Rungs[rung];
            for (var index = current.Index + 1; index < current.List.Count; index++)
            {
                if (CommitStatement.Is(current.List[index], call.Region, call.Model, cancellationToken))
                {
                    return (rung, index);
                }
            }
        }

        return (-1, -1);
    }

    private static StatementGroup? Group(HeldCall call, int rung, int commit, CancellationToken cancellationToken)
    {
        var innermost = call.Path.Rungs[0];
        var begin = call.Path.BeginRung == 0 ? CallPath.Position(innermost.List, call.Region.BeginStatement) + 1 : 0;
        var group = new StatementGroup(innermost.List, innermost.Index, call.Facts, call.Region);
        group.GrowDown(rung == 0 ? commit - 1 : innermost.List.Count - 1);
        group.TakePreparations(begin);

        // A throw after a look at the response is a decision to roll back: it is the result that is used.
        var before = MoveBefore.Crossed(call, call.Path.BeginRung, CallPath.Position(call.Path.Rungs[call.Path.BeginRung].List, call.Region.BeginStatement), group.From);
        return group.UsesRegion || group.Facts.Jumps || ExplicitLock.IsTakenIn(before, call.Model, cancellationToken) ? null : group;
    }
}
