using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Neighbouring statements of one list that move together. It grows by neighbours that cannot stay behind: what prepares the arguments
/// of a call, what looks at its response, another call that has to keep its place in the order.
/// </summary>
internal sealed class StatementGroup(IReadOnlyList<StatementSyntax> list, int index, FactSource source, Region region)
{
    private CodeFacts? _facts;

    public int From { get; private set; } = index;

    public int To { get; private set; } = index;

    public IReadOnlyList<StatementSyntax> List { get; } = list;

    public StatementSyntax First => List[From];

    public StatementSyntax Last => List[To];

    public IEnumerable<StatementSyntax> Statements => List.Skip(From).Take(To - From + 1);

    /// <summary>Without it, the block that it is in would be empty.</summary>
    public bool IsAllOfItsBlock => From == 0 && To == List.Count - 1;

    public CodeFacts Facts => _facts ??= source.OfAll(Statements);

    /// <summary>The group uses the region itself, or may: then no part of it can leave.</summary>
    public bool UsesRegion => Facts.UsesDatabase || region.IsNamedIn(Facts) || FactSource.MayShare(Facts, region);

    /// <summary>Takes in the statements right before it that it depends on, down to <paramref name="first"/>.</summary>
    public void GrowUp(int first)
    {
        while (From > first && CanJoin(List[From - 1]) && (source.Of(List[From - 1]).Checks || Facts.ConflictsWith(source.Of(List[From - 1]))))
        {
            Extend(From - 1, To);
        }
    }

    /// <summary>Takes in the statements right behind it that cannot come before it, up to <paramref name="last"/>.</summary>
    public void GrowDown(int last)
    {
        while (To < last && CanJoin(List[To + 1]) && Facts.ConflictsWith(source.Of(List[To + 1])))
        {
            Extend(From, To + 1);
        }
    }

    /// <summary>Takes in <c>response.EnsureSuccessStatusCode();</c> and the like: calls on what the group declares.</summary>
    public void TakeFollowers(IReadOnlyList<CodeFacts> crossed)
    {
        while (To + 1 < List.Count && IsFollower(List[To + 1]))
        {
            var longer = source.OfAll(List.Skip(From).Take(To - From + 2));
            if (crossed.Any(longer.ConflictsWith))
            {
                return;
            }

            Extend(From, To + 1);
        }
    }

    /// <summary>Takes in declarations right before it that only it uses: <c>var request = new …;</c>, <c>var token = await …;</c>.</summary>
    public void TakePreparations(int first)
    {
        while (From > first && List[From - 1] is LocalDeclarationStatementSyntax declaration && CanJoin(declaration) && IsUsedOnlyHere(declaration))
        {
            Extend(From - 1, To);
        }
    }

    /// <summary>
    /// Takes in the other calls in its neighbourhood, with what looks at their results: only statements that do not use the region stand between. What comes after
    /// a call and cannot be kept behind is a check of its answer, or reads it.
    /// </summary>
    public void TakeEffects(int first, int last)
    {
        var to = To;
        for (var next = To + 1; next <= last && IsFree(List[next]); next++)
        {
            var facts = source.Of(List[next]);
            to = facts.HasEffect || facts.Jumps || facts.Checks ? next : to;
        }

        var from = From;
        for (var next = From - 1; next >= first && IsFree(List[next]); next--)
        {
            from = source.Of(List[next]).HasEffect ? next : from;
        }

        Extend(from, to);
    }

    /// <summary>Joins a group that begins right behind this one.</summary>
    public bool TryAppend(StatementGroup other)
    {
        if (other.From != To + 1)
        {
            return false;
        }

        Extend(From, other.To);
        return true;
    }

    private bool IsFree(StatementSyntax statement) => CanJoin(statement) && !source.Of(statement).JumpsWithoutThrow;

    private bool CanJoin(StatementSyntax statement) => statement is not LocalFunctionStatementSyntax and not LabeledStatementSyntax && !source.UsesRegion(statement, region);

    private bool IsFollower(StatementSyntax statement)
    {
        if (statement is not (ExpressionStatementSyntax or LocalDeclarationStatementSyntax) || !CanJoin(statement))
        {
            return false;
        }

        var facts = source.Of(statement);
        return !facts.JumpsWithoutThrow && facts.Objects.Any(pair => Facts.Declares.Contains(pair.Key) && (pair.Value & ~ObjectUse.Looks) != 0);
    }

    private bool IsUsedOnlyHere(LocalDeclarationStatementSyntax declaration)
    {
        var declared = source.Of(declaration).Declares;
        return Facts.Mentions.Overlaps(declared)
            && !List.Skip(To + 1).Any(later => source.Of(later).Mentions.Overlaps(declared));
    }

    private void Extend(int from, int to)
    {
        From = from;
        To = to;
        _facts = null;
    }
}
