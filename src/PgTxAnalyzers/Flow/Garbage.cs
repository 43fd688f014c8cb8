using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Forgets the members of objects that nothing refers to any more, and what was left open on such connections: else each command that was ever made would tell
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
        var hasResource = state.Regions.Any(IsOnMade);
        if (!hasResource && state.Parts == 0)
        {
            return state;
        }

        var alive = Reachable(state, Enumerable.Empty<Value>());
        var rest = state.Parts == 0 ? state : state.Remove(k => k is Place.Member or Place.Slot && IsGone(Root(k)));
        return hasResource ? WithoutLeaks(rest, r => IsGone(Root(r.Connection!))) : rest;

        bool IsGone(Place? root) => root is Place.Made made && made.Depth >= depth && !alive.Contains(made);
    }

    /// <summary>
    /// Without the readers and connections that were left open and that nobody can come to any more: none of them is read or used again, and each would double the paths behind it.
    /// </summary>
    private static State WithoutLeaks(State state, Func<Region, bool> isGone)
    {
        var leaks = state.Regions.Where(r => IsOnMade(r) && isGone(r) && !IsUsed(r)).ToList();
        return leaks.Count == 0 ? state : state.WithRegions(state.Regions.RemoveRange(leaks));

        bool IsUsed(Region leak) =>
            state.Regions.Any(r => r.Connection is { } on && Equals(Root(on), Root(leak.Connection!)) && (r.Resource is null || state.Values.Values.Any(v => IsOf(v, r.Id))));
    }

    private static bool IsOnMade(Region region) =>
        region is { Resource.Kind: not (ResourceKind.Task or ResourceKind.Elements), Connection: { } connection } && Root(connection) is not null;

    private static bool IsOf(Value value, RegionId region) => value switch
    {
        Value.OpenResult result => result.Region.Equals(region),
        Value.Rows rows => IsOf(rows.Source, region),
        Value.Pending pending => IsOf(pending.Result, region),
        _ => false,
    };

    /// <summary>
    /// Parts of objects that a callee cannot come to, from what it is <paramref name="given"/>, from the regions or from a static: without them, calls that
    /// do the same are the same call.
    /// </summary>
    public static ImmutableHashSet<Place> OutOfReach(State state, IEnumerable<Value> given)
    {
        if (state.Parts == 0)
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
                case Value.Deferred deferred:
                    Mark(deferred.Factory);
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
