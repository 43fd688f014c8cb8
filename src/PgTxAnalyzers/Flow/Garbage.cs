using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Forgets the members of objects that nothing refers to any more: else each command that was ever made would tell
/// otherwise equal paths apart. Objects of the callers are left alone: their variables are not in sight.
/// </summary>
internal static class Garbage
{
    public static State Collect(State state, int depth)
    {
        // Most blocks leave a state as it was.
        if (!state.HasParts || state.CollectedAt == depth)
        {
            return state;
        }

        var collected = Remaining(state, depth);
        collected.CollectedAt = depth;
        return collected;
    }

    private static State Remaining(State state, int depth)
    {
        if (!state.Values.Keys.Any(IsPartOfMade))
        {
            return state;
        }

        var alive = Reachable(state, Enumerable.Empty<Value>());
        return state.Remove(state.Values.Keys.Where(k => k is Place.Member or Place.Slot && Root(k) is Place.Made made && made.Depth >= depth && !alive.Contains(made)));
    }

    /// <summary>
    /// Parts of objects that a callee cannot come to, from what it is <paramref name="given"/>, from the regions or from a static: without them, calls that
    /// do the same are the same call.
    /// </summary>
    public static ImmutableHashSet<Place> OutOfReach(State state, IEnumerable<Value> given)
    {
        if (!state.HasParts || !state.Values.Keys.Any(IsPartOfMade))
        {
            return ImmutableHashSet<Place>.Empty;
        }

        var alive = Reachable(state, given);
        foreach (var region in state.Regions)
        {
            if (region.Connection is { } connection && Root(connection) is { } made)
            {
                alive.Add(made);
            }
        }

        return state.Values.Keys.Where(k => IsPartOfMade(k) && !alive.Contains(Root(k)!)).ToImmutableHashSet();
    }

    /// <summary>The objects that variables, and the values given, refer to.</summary>
    private static HashSet<Place> Reachable(State state, IEnumerable<Value> given)
    {
        var alive = new HashSet<Place>();
        var work = new Stack<Place>();
        foreach (var value in given)
        {
            Mark(value);
        }

        foreach (var entry in state.Values)
        {
            if (!IsPartOfMade(entry.Key))
            {
                Mark(entry.Value);
            }
        }

        while (work.Count > 0)
        {
            var owner = work.Pop();
            foreach (var entry in state.Values)
            {
                if (Root(entry.Key) is { } made && made.Equals(owner))
                {
                    Mark(entry.Value);
                }
            }
        }

        return alive;

        void Mark(Value value)
        {
            switch (value)
            {
                case Value.Instance instance when Root(instance.Identity) is { } made && alive.Add(made):
                    work.Push(made);
                    break;
                case Value.Connection connection when Root(connection.Identity) is { } opened && alive.Add(opened):
                    work.Push(opened);
                    break;
                case Value.MethodGroup group:
                    Mark(group.Receiver);
                    break;
                case Value.Pending pending:
                    Mark(pending.Result);
                    break;
                case Value.Rows rows:
                    Mark(rows.Source);
                    break;
            }
        }
    }

    /// <summary>A member, or what the engine keeps, of an object that was made in the code that is followed.</summary>
    public static bool IsPartOfMade(Place place) => place is Place.Member or Place.Slot && Root(place) is not null;

    private static Place? Root(Place place) => place switch
    {
        Place.Made => place,
        Place.Member m => Root(m.Owner),
        Place.Slot s => Root(s.Owner),
        _ => null,
    };
}
