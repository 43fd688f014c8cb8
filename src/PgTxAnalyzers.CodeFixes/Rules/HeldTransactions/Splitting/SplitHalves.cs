using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions.Splitting;

/// <summary>The unit's statements by their side of the call: what stays in the first half, what goes out with the call, what follows in the second half.</summary>
internal sealed class SplitHalves
{
    private SplitHalves(SplitUnit unit, SplitHeads heads, StatementGroup group)
    {
        Unit = unit;
        Heads = heads;
        Group = group;
    }

    public SplitUnit Unit { get; }

    public SplitHeads Heads { get; }

    /// <summary>The call, with what stands around it in the same list, does not use the region and belongs between the halves.</summary>
    public StatementGroup Group { get; }

    /// <summary>The first half, without the heads.</summary>
    public IReadOnlyList<StatementSyntax> First { get; private set; } = [];

    /// <summary>From the call to the commit.</summary>
    public IReadOnlyList<StatementSyntax> Second { get; private set; } = [];

    /// <summary>Behind the commit, to the end of the unit's list.</summary>
    public IReadOnlyList<StatementSyntax> Tail { get; private set; } = [];

    /// <summary>The last statement of the unit in its own list.</summary>
    public int End { get; private set; }

    public static SplitHalves? Of(SplitUnit unit, CancellationToken cancellationToken)
    {
        var group = Grown(unit);
        var later = Later(unit, group, afterCommit: false).Concat(Later(unit, group, afterCommit: true)).ToList();
        if (group is null || SplitHeads.Of(unit, later, cancellationToken) is not { } heads)
        {
            return null;
        }

        var halves = new SplitHalves(unit, heads, group);
        halves.Fill();
        return halves;
    }

    /// <summary>The locals of the first half that are read behind it. Those that a head declares are declared again.</summary>
    public IEnumerable<ISymbol> Crossing()
    {
        var behind = Group.Statements.Concat(Second).Concat(Tail).ToList();
        var facts = Unit.Call.Facts;
        return First.SelectMany(statement => facts.Of(statement).Declares)
            .Where(local => behind.Any(statement => facts.Of(statement).Mentions.Contains(local)));
    }

    /// <summary>Those of <see cref="Crossing"/> that the end of the first half would hide.</summary>
    public IEnumerable<ISymbol> Hidden()
    {
        var visible = Unit.Owner is null ? OwnList().ToList() : [];
        return Crossing().Where(local => !visible.Any(statement => Unit.Call.Facts.Of(statement).Declares.Contains(local)));
    }

    private IEnumerable<StatementSyntax> OwnList()
    {
        var rung = Unit.Rungs[Unit.Rung];
        return rung.List.Take(Unit.Rung == 0 ? Group.From : rung.Index);
    }

    private static StatementGroup? Grown(SplitUnit unit)
    {
        var rung = unit.Rungs[0];
        var call = unit.Call;
        var begin = call.Path.BeginRung == 0 ? CallPath.Position(rung.List, call.Region.BeginStatement) + 1 : 0;
        var last = unit.CommitRung == 0 ? unit.Commit - 1 : rung.List.Count - 1;
        var group = new StatementGroup(rung.List, rung.Index, call.Facts, call.Region);
        group.TakeEffects(begin, last);
        group.TakePreparations(begin);
        return group.UsesRegion ? null : group;
    }

    private static IEnumerable<StatementSyntax> Later(SplitUnit unit, StatementGroup? group, bool afterCommit)
    {
        for (var i = 0; group is not null && i <= unit.Rung; i++)
        {
            var list = unit.Rungs[i].List;
            var from = i == 0 ? group.To + 1 : unit.Rungs[i].Index + 1;
            for (var index = from; index < list.Count; index++)
            {
                var isBehind = i > unit.CommitRung || (i == unit.CommitRung && index > unit.Commit);
                if (isBehind == afterCommit && list[index] != unit.CommitStatement)
                {
                    yield return list[index];
                }
            }
        }
    }

    private void Fill()
    {
        var first = new List<StatementSyntax>();
        for (var i = Unit.Rung; i >= 0; i--)
        {
            var rung = Unit.Rungs[i];
            var from = i < Unit.Rung ? 0 : CallPath.Position(rung.List, Heads.Front);
            var to = i == 0 ? Group.From : rung.Index;
            first.AddRange(rung.List.Take(to).Skip(from).Where(statement => !Heads.Contains(statement)));
        }

        First = first;
        Second = Later(Unit, Group, afterCommit: false).ToList();
        Tail = Later(Unit, Group, afterCommit: true).ToList();
        End = FindEnd();
    }

    /// <summary>Where the block of a declaration ends that becomes a statement: behind the last use of the region, and of what is declared in the block.</summary>
    private int FindEnd()
    {
        var rung = Unit.Rungs[Unit.Rung];
        var end = Unit.CommitRung == Unit.Rung ? Unit.Commit : rung.Index;
        if (Unit.Owner is null)
        {
            return end;
        }

        var facts = Unit.Call.Facts;
        for (var index = end + 1; index < rung.List.Count; index++)
        {
            if (facts.UsesRegion(rung.List[index], Unit.Call.Region))
            {
                end = index;
            }
        }

        var start = Unit.Rung == 0 ? Group.To + 1 : rung.Index + 1;
        var declared = rung.List.Skip(start).Take(end - start + 1).SelectMany(statement => facts.Of(statement).Declares).ToList();
        return rung.List.Skip(end + 1).Any(statement => declared.Any(facts.Of(statement).Mentions.Contains)) ? rung.List.Count - 1 : end;
    }
}
