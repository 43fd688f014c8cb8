using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Compares states but for where that came from which a field holds. A unit of work opens its connection and begins its transaction at the first call that needs it; which call that was tells
/// paths apart that do the same from there on, and each further call would double them. What goes on is one of them, as it is; the other one would be told of the same calls.
/// </summary>
internal sealed class Provenance : IEqualityComparer<State>, IEqualityComparer<(State State, Thrown Thrown)>
{
    public static readonly Provenance Ignored = new();

    private Provenance()
    {
    }

    public bool Equals(State x, State y) => ReferenceEquals(x, y) || Plain(x).Equals(Plain(y));

    /// <summary>Of what has no other name: most states differ in that, or are the only one, and are never named anew.</summary>
    public int GetHashCode(State state)
    {
        var hash = (state.Values.Count * 31) + (state.Pending?.Finally.GetHashCode() ?? 0);
        foreach (var region in state.Regions)
        {
            hash = (hash * 17) + ((int)region.Kind * 31) + ((int)region.Level * 7) + (region.Changed ? 3 : 0) + (region.Lost ? 5 : 0) + (region.Broken ? 11 : 0);
        }

        foreach (var entry in state.Values)
        {
            if (entry is { Key: Place.Variable, Value: Value.Null or Value.Bool })
            {
                hash += (entry.Key.GetHashCode() * 31) ^ entry.Value.GetHashCode();
            }
        }

        return hash;
    }

    public bool Equals((State State, Thrown Thrown) x, (State State, Thrown Thrown) y) => x.Thrown.Equals(y.Thrown) && Equals(x.State, y.State);

    public int GetHashCode((State State, Thrown Thrown) thrown) => (GetHashCode(thrown.State) * 31) + thrown.Thrown.GetHashCode();

    /// <summary>The state with names that do not say where anything came from.</summary>
    private static State Plain(State state) => state.Plain ??= new Names(state).Apply();

    private sealed class Names : Renaming
    {
        /// <summary>No place in any source: the begin of what a field holds.</summary>
        private static readonly SyntaxNode Somewhere = SyntaxFactory.ThisExpression();

        private static readonly RegionId Over = new(Somewhere);

        private readonly State state;
        private readonly Dictionary<Place.Made, Place> objects = new();
        private readonly Dictionary<RegionId, RegionId> begins = new();

        public Names(State state)
        {
            this.state = state;
            for (var found = -1; found < objects.Count;)
            {
                // What an object holds that a field holds is held by that field.
                found = objects.Count;
                foreach (var entry in state.Values)
                {
                    if (Made(entry.Value) is { } made && IsHeldOutside(entry.Key))
                    {
                        Hold(made, Of(entry.Key));
                    }
                }
            }

            foreach (var entry in state.Values)
            {
                // Whoever sees the end of it is told at its begin, unless somebody else can end it. One that is over is any that is over.
                if (entry.Value is Value.Transaction { Region: var id } && IsHeldOutside(entry.Key) && state.Region(id) is null or { Escaped: true })
                {
                    begins[id] = Over;
                }
            }

            var last = Over;
            foreach (var region in state.Regions)
            {
                if (begins.ContainsKey(region.Id) || region.Resource is { Kind: ResourceKind.Connection })
                {
                    begins[region.Id] = last = new RegionId(Somewhere, last);
                }
            }
        }

        public State Apply()
        {
            if (objects.Count == 0 && begins.Count == 0)
            {
                return state;
            }

            var (removed, set) = (new List<Place>(), new List<KeyValuePair<Place, Value>>());
            foreach (var entry in state.Values)
            {
                var (place, value) = (Of(entry.Key), Of(entry.Value));
                if (!ReferenceEquals(place, entry.Key))
                {
                    removed.Add(entry.Key);
                    set.Add(new(place, value));
                }
                else if (!ReferenceEquals(value, entry.Value))
                {
                    set.Add(new(place, value));
                }
            }

            return state.With(removed, set, state.Regions.Select(Of).ToImmutableArray());
        }

        /// <summary>Of several fields always the same one, whatever the object's own name.</summary>
        private void Hold(Place.Made made, Place holder)
        {
            var name = new Place.Slot(holder, SlotKind.Held);
            if (!objects.TryGetValue(made, out var known) || name.GetHashCode() < known.GetHashCode())
            {
                objects[made] = name;
            }
        }

        protected override Place Of(Place.Made made) => objects.TryGetValue(made, out var name) ? name : made;

        protected override RegionId Of(RegionId id) => begins.TryGetValue(id, out var name) ? name : id;

        private Region Of(Region region) => region with
        {
            Id = Of(region.Id),
            Connection = region.Connection is { } connection ? Of(connection) : null,
            Resource = region.Resource is { Of: { } transaction } task ? task with { Of = Of(transaction) } : region.Resource,
        };

        private bool IsHeldOutside(Place place) => place switch
        {
            Place.Member => Of(place).Root is not Place.Made,
            Place.Variable variable => variable.Symbol is IFieldSymbol or IPropertySymbol,
            _ => false,
        };

        private static Place.Made? Made(Value value) => value switch
        {
            Value.Connection { Identity: Place.Made made } => made,
            Value.Instance { Identity: Place.Made made } => made,
            _ => null,
        };
    }
}
