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
    public static readonly State Empty = new(ImmutableDictionary<Place, Value>.Empty, default, false, ImmutableArray<Region>.Empty, null);

    /// <summary>Over the values, kept up to date with each change: states are made far more often than they are compared.</summary>
    private readonly Sums sums;
    private readonly int hash;

    private State(ImmutableDictionary<Place, Value> values, Sums sums, bool hasParts, ImmutableArray<Region> regions, Continuation? pending)
    {
        (Values, this.sums, HasParts, Regions, Pending) = (values, sums, hasParts, regions, pending);
        var h = sums.Hash;
        foreach (var region in regions)
        {
            h = (h * 17) + region.GetHashCode();
        }

        hash = h;
    }

    public ImmutableDictionary<Place, Value> Values { get; }

    public ImmutableArray<Region> Regions { get; }

    /// <summary>The innermost finally block that runs, and what comes after it.</summary>
    public Continuation? Pending { get; }

    /// <summary>The depth for which garbage was looked for and is gone; a note for <see cref="Garbage"/> alone, and no part of the state.</summary>
    public int CollectedAt { get; set; } = -1;

    /// <summary>A note for <see cref="Provenance"/> alone, and no part of the state.</summary>
    public State? Plain { get; set; }

    /// <summary>There may have been members of objects that were made here: the only values that can become garbage.</summary>
    public bool HasParts { get; }

    /// <summary>How many there are.</summary>
    public int Parts => sums.Parts;

    public IEnumerable<Region> Live => Regions.Where(r => r.IsLive);

    /// <summary>What an external call holds up here.</summary>
    public IEnumerable<Region> Holding => Regions.Where(r => r.IsHeld);

    public bool HasRegion => !Regions.IsEmpty;

    public Value? Find(Place place) => Values.TryGetValue(place, out var value) ? value : null;

    public State Set(Place place, Value value)
    {
        var before = sums;
        if (Values.TryGetValue(place, out var old))
        {
            if (old.Equals(value))
            {
                return this;
            }

            before = before.Without(place, old);
        }

        var after = before.With(place, value);
        return new(Values.SetItem(place, value), after, HasParts || after.Parts > before.Parts, Regions, Pending);
    }

    public State Remove(Place place) =>
        Values.TryGetValue(place, out var old) ? new(Values.Remove(place), sums.Without(place, old), HasParts && Values.Count > 1, Regions, Pending) : this;

    public State Remove(IEnumerable<Place> places)
    {
        ImmutableDictionary<Place, Value>.Builder? values = null;
        var left = sums;
        foreach (var place in places)
        {
            if ((values is null ? Values.TryGetValue(place, out var old) : values.TryGetValue(place, out old)))
            {
                (values ??= Values.ToBuilder()).Remove(place);
                left = left.Without(place, old);
            }
        }

        return values is null ? this : new(values.ToImmutable(), left, HasParts && values.Count > 0, Regions, Pending);
    }

    public State Remove(Func<Place, bool> which)
    {
        List<Place>? places = null;
        foreach (var entry in Values)
        {
            if (which(entry.Key))
            {
                (places ??= new List<Place>()).Add(entry.Key);
            }
        }

        return places is null ? this : Remove(places);
    }

    /// <summary>What was known of the value is known no longer.</summary>
    public State Forget(Value value) => Values.Where(v => v.Value.Equals(value)).Aggregate(this, (state, held) => state.Set(held.Key, Value.Nothing));

    /// <summary>With many changes at once.</summary>
    public State With(List<Place> removed, List<KeyValuePair<Place, Value>> set, ImmutableArray<Region> regions)
    {
        var (values, now) = (Values.ToBuilder(), sums);
        foreach (var place in removed)
        {
            now = now.Without(place, values[place]);
            values.Remove(place);
        }

        foreach (var entry in set)
        {
            now = (values.TryGetValue(entry.Key, out var old) ? now.Without(entry.Key, old) : now).With(entry.Key, entry.Value);
            values[entry.Key] = entry.Value;
        }

        return new(values.ToImmutable(), now, true, regions, Pending);
    }

    public State WithPending(Continuation? pending) => pending == Pending ? this : new(Values, sums, HasParts, Regions, pending);

    public State WithRegions(ImmutableArray<Region> regions) => new(Values, sums, HasParts, regions, Pending);

    public Region? Region(RegionId id) => Regions.FirstOrDefault(r => r.Id.Equals(id));

    /// <summary>Where probes stand for a caller's regions, the body is run for its effect on those, and no resource is any of it: paths that differ in an open reader are one.</summary>
    public State Begin(Region region) => region.Kind == RegionKind.Resource && Regions.Any(r => r.IsProbe) ? this : new(Values, sums, HasParts, Regions.RemoveAll(r => r.Id.Equals(region.Id)).Add(region), Pending);

    public State End(Region region) => new(Values, sums, HasParts, Regions.Remove(region), Pending);

    public State Replace(Region old, Region now) => old.Equals(now) && ReferenceEquals(old.OpenedBy, now.OpenedBy) && old.ChangedAgain == now.ChangedAgain && old.ChangedIn == now.ChangedIn ? this : new(Values, sums, HasParts, Regions.Replace(old, now), Pending);

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

    /// <param name="Hash">Of the places with their values, in no order.</param>
    /// <param name="Parts">Members of objects that were made here.</param>
    private readonly record struct Sums(int Hash, int Parts)
    {
        public Sums With(Place place, Value value) => new(Hash + Mix(place, value), Garbage.IsPartOfMade(place) ? Parts + 1 : Parts);

        public Sums Without(Place place, Value value) => new(Hash - Mix(place, value), Garbage.IsPartOfMade(place) ? Parts - 1 : Parts);

        private static int Mix(Place place, Value value) => (place.GetHashCode() * 31) ^ value.GetHashCode();
    }
}
