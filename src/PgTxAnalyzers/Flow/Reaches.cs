using System.Collections.Immutable;
using System.Linq;

namespace PgTxAnalyzers.Flow;

/// <summary>Sets of reaches on their way with a value.</summary>
internal static class Reaches
{
    /// <summary>Reaches that one task can carry: one is enough for a finding, a few for the best witness.</summary>
    private const int MaxPerValue = 6;

    public static Value Merge(Value a, Value b)
    {
        if (b is not Value.Pending second)
        {
            return a is Value.Pending ? a : b is Value.Transaction or Value.Connection ? b : a;
        }

        return a is Value.Pending first ? Pending(first.Reaches.AddRange(second.Reaches), first.Result) : b;
    }

    /// <summary>The value but for the tasks of the database in it: nobody asks where those are awaited.</summary>
    public static Value WithoutTasks(Value value) => value is Value.Pending p ? Pending(p.Reaches.RemoveAll(r => r.Task is not null), p.Result) : value;

    /// <summary>The value as a lambda hands it out, or as the delegate made at <paramref name="origin"/> does.</summary>
    public static Value HandedOut(Value value, Microsoft.CodeAnalysis.SyntaxNode? origin, int reportsFrom) => value is Value.Pending p
        ? p with { Reaches = p.Reaches.Select(r => r.Origin is not null ? r : r with { Origin = origin ?? r.Chain[0].At, OriginReportsFrom = reportsFrom }).ToImmutableArray() }
        : value;

    /// <summary>A value that holds up whoever awaits it.</summary>
    public static Value Pending(ImmutableArray<Reach> reaches, Value result)
    {
        if (result is Value.Pending inner)
        {
            (reaches, result) = (reaches.AddRange(inner.Reaches), inner.Result);
        }

        // What is said about calls that have been made waits for nobody; and every task stays: one that was forgotten would never be awaited.
        var tasks = reaches.Count(r => r.Task is not null);
        var kept = reaches.Where(r => r.Says == ReachKind.Reaches).Distinct().OrderBy(r => r.Task is null).Take(MaxPerValue + tasks).ToImmutableArray();
        return kept.IsEmpty ? result : new Value.Pending(kept, result);
    }
}
