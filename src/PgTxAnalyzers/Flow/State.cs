using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Where control goes after a finally block: on along a branch (through the finally blocks that are left), or on unwinding.
/// Part of the state, so that two ways into one finally block are never mixed. For a handler that throws again: what it has caught.
/// </summary>
internal sealed record Continuation(ControlFlowRegion Finally, ControlFlowBranch? Branch, int Next, Thrown Thrown, Continuation? Outer);

/// <summary>
/// What is known on one path: the values of places, and the regions in the order of their beginning. Immutable, with structural equality;
/// an analysis point holds a set of them, so that facts that belong together (a variable is null exactly where no transaction was
/// begun) stay together.
/// </summary>
internal sealed class State : IEquatable<State>
{
    public static readonly State Empty = new(ImmutableDictionary<Place, Value>.Empty, 0, false, ImmutableArray<Region>.Empty, null);

    /// <summary>The sum over the values, kept up to date with each change: states are made far more often than they are compared.</summary>
    private readonly int sum;
    private readonly int hash;

    private State(ImmutableDictionary<Place, Value> values, int sum, bool hasParts, ImmutableArray<Region> regions, Continuation? pending)
    {
        (Values, this.sum, HasParts, Regions, Pending) = (values, sum, hasParts, regions, pending);
        var h = sum;
        foreach (var region in regions)
        {
            h = (h * 17) + region.GetHashCode();
        }

        hash = h;
    }

    private static int Mix(Place place, Value value) => (place.GetHashCode() * 31) ^ value.GetHashCode();

    private static int Sum(ImmutableDictionary<Place, Value> values)
    {
        var total = 0;
        foreach (var entry in values)
        {
            total += Mix(entry.Key, entry.Value);
        }

        return total;
    }

    public ImmutableDictionary<Place, Value> Values { get; }

    public ImmutableArray<Region> Regions { get; }

    /// <summary>The innermost finally block that runs, and what comes after it.</summary>
    public Continuation? Pending { get; }

    /// <summary>The depth for which garbage was looked for and is gone; a note for <see cref="Garbage"/> alone, and no part of the state.</summary>
    public int CollectedAt { get; set; } = -1;

    /// <summary>There may be members of objects that were made here: the only values that can become garbage.</summary>
    public bool HasParts { get; }

    public IEnumerable<Region> Live => Regions.Where(r => r.IsLive);

    /// <summary>What an external call holds up here.</summary>
    public IEnumerable<Region> Holding => Regions.Where(r => r.IsHeld);

    public bool HasRegion => !Regions.IsEmpty;

    public Value? Find(Place place) => Values.TryGetValue(place, out var value) ? value : null;

    public State Set(Place place, Value value)
    {
        var removed = 0;
        if (Values.TryGetValue(place, out var old))
        {
            if (old.Equals(value))
            {
                return this;
            }

            removed = Mix(place, old);
        }

        return new(Values.SetItem(place, value), sum - removed + Mix(place, value), HasParts || Garbage.IsPartOfMade(place), Regions, Pending);
    }

    public State Remove(IEnumerable<Place> places)
    {
        var (values, total) = (Values, sum);
        foreach (var place in places)
        {
            if (values.TryGetValue(place, out var old))
            {
                (values, total) = (values.Remove(place), total - Mix(place, old));
            }
        }

        return values == Values ? this : new(values, total, HasParts && values.Count > 0, Regions, Pending);
    }

    /// <summary>What was known of the value is known no longer.</summary>
    public State Forget(Value value) => Values.Where(v => v.Value.Equals(value)).Aggregate(this, (state, held) => state.Set(held.Key, Value.Nothing));

    public State WithValues(ImmutableDictionary<Place, Value> values) => new(values, Sum(values), true, Regions, Pending);

    public State WithPending(Continuation? pending) => pending == Pending ? this : new(Values, sum, HasParts, Regions, pending);

    public State WithRegions(ImmutableArray<Region> regions) => new(Values, sum, HasParts, regions, Pending);

    public Region? Region(RegionId id) => Regions.FirstOrDefault(r => r.Id.Equals(id));

    /// <summary>Where probes stand for a caller's regions, the body is run for its effect on those, and no resource is any of it: paths that differ in an open reader are one.</summary>
    public State Begin(Region region) => region.Kind == RegionKind.Resource && Regions.Any(r => r.IsProbe) ? this : new(Values, sum, HasParts, Regions.RemoveAll(r => r.Id.Equals(region.Id)).Add(region), Pending);

    public State End(Region region) => new(Values, sum, HasParts, Regions.Remove(region), Pending);

    public State Replace(Region old, Region now) => old.Equals(now) && ReferenceEquals(old.OpenedBy, now.OpenedBy) && old.ChangedAgain == now.ChangedAgain ? this : new(Values, sum, HasParts, Regions.Replace(old, now), Pending);

    /// <summary>Each live region that fits, changed.</summary>
    public State Update(Func<Region, bool> which, Func<Region, Region> change)
    {
        var state = this;
        foreach (var region in Regions)
        {
            if (region.IsLive && which(region))
            {
                state = state.Replace(region, change(region));
            }
        }

        return state;
    }

    public bool Equals(State? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || hash != other.hash || Values.Count != other.Values.Count || !Equals(Pending, other.Pending) || !Regions.SequenceEqual(other.Regions))
        {
            return false;
        }

        foreach (var entry in Values)
        {
            if (!other.Values.TryGetValue(entry.Key, out var value) || !entry.Value.Equals(value))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as State);

    public override int GetHashCode() => hash;
}
