using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>One list of statements on the way from a call to the beginning of its region, and the statement of the list that the call is in.</summary>
/// <param name="List">The statements.</param>
/// <param name="Index">The one on the way. In the innermost list it is what a fix moves.</param>
/// <param name="CanBeLeft">Code may be taken out of this list to the next one: what is around it only opens and ends the region.</param>
internal sealed record Rung(IReadOnlyList<StatementSyntax> List, int Index, bool CanBeLeft)
{
    public StatementSyntax Child => List[Index];
}

/// <summary>
/// The lists of statements between a call and the beginning of its region, innermost first. Statements around the call that have nothing to do with the region
/// (an <c>if</c>, a loop, a <c>try</c> of the call's own) are not on the way: they move with the call, as a whole.
/// </summary>
internal sealed class CallPath
{
    private CallPath(ImmutableArray<Rung> rungs, int beginRung)
    {
        Rungs = rungs;
        BeginRung = beginRung;
    }

    public ImmutableArray<Rung> Rungs { get; }

    /// <summary>The index of the rung whose list has the statement that begins the region.</summary>
    public int BeginRung { get; }

    public static CallPath? Find(SyntaxNode call, Region region, FactSource source, CancellationToken cancellationToken)
    {
        if (call.EnclosingFunction() != region.Begin.EnclosingFunction() || call.ListStatement() is not { } statement || statement.Contains(region.Begin) && statement is not UsingStatementSyntax)
        {
            return null;
        }

        var rungs = new List<Rung>();
        for (StatementSyntax? next = statement; next is not null;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var list = next.Siblings();
            var around = Around(next);
            rungs.Add(new Rung(list, Position(list, next), around is not null && source.CanLeave(around, region)));
            if (rungs.Any(rung => BeginsIn(rung, region)))
            {
                next = around;
            }
            else
            {
                // Neither a try nor a using of the region: the whole statement is what would have to move.
                if (around is null || !source.UsesRegion(around, region))
                {
                    rungs.Clear();
                }

                next = around ?? Outside(next);
            }
        }

        var begin = rungs.FindIndex(rung => BeginsIn(rung, region));
        return begin < 0 || (begin == 0 && rungs[0].Child == region.BeginStatement) ? null : new CallPath(rungs.ToImmutableArray(), begin);
    }

    private static bool BeginsIn(Rung rung, Region region) =>
        Position(rung.List, region.BeginStatement) is var position and >= 0 && (position < rung.Index || (position == rung.Index && region.BeginsInUsingHead));

    public static int Position(IReadOnlyList<StatementSyntax> list, StatementSyntax statement)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] == statement)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The <c>using</c>, <c>try</c> or plain block around a list that stands in a list itself.</summary>
    private static StatementSyntax? Around(StatementSyntax statement)
    {
        if (statement.Parent is not BlockSyntax block)
        {
            return null;
        }

        StatementSyntax? around = block.Parent switch
        {
            TryStatementSyntax attempt when attempt.Block == block => attempt,
            UsingStatementSyntax held => Outermost(held),
            BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax => block,
            _ => null,
        };
        return around is not null && around.IsInList() ? around : null;
    }

    private static UsingStatementSyntax Outermost(UsingStatementSyntax statement) =>
        statement.Parent is UsingStatementSyntax outer ? Outermost(outer) : statement;

    /// <summary>The next statement of a list outside of the one that a statement is in, within the function.</summary>
    private static StatementSyntax? Outside(StatementSyntax statement) =>
        statement.Parent is { Parent: { } above } && !SyntaxSearch.IsFunction(above) ? above.ListStatement() : null;
}
