using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Brings a callee's state back to its caller: the caller's variables return, the callee's are forgotten, and what the callee began or
/// made and left behind is the caller's from here on, known by the call that brought it.
/// </summary>
internal sealed class Homecoming : Renaming
{
    /// <summary>Calls that a begin or an object may have come through before it is known by the last of them only.</summary>
    private const int MaxOrigin = 8;

    private readonly State before;
    private readonly Frame callee;
    private readonly Frame caller;
    private readonly SyntaxNode at;
    private readonly Sight sight;
    private readonly Place? stranger;

    /// <param name="sight">What the callee could come to of the caller's state.</param>
    /// <param name="stranger">The callee's object, where it is another one at each call: what it holds stays behind.</param>
    public Homecoming(State before, Frame callee, SyntaxNode at, Frame caller, Sight sight, Place? stranger)
    {
        (this.before, this.callee, this.at, this.caller, this.sight, this.stranger) = (before, callee, at, caller, sight, stranger);
    }

    public State Bring(State after)
    {
        var captured = Captures.Outliving(after, IsLeftBehind);
        var (removed, set) = (new List<Place>(), new List<KeyValuePair<Place, Value>>());
        foreach (var entry in before.Values)
        {
            // A variable that the callee could not see has not changed, nor has its namesake further up in a recursion. Of all else the callee's state decides.
            if (!Unseen(entry.Key) && !IsCallees(entry.Key) && !after.Values.ContainsKey(entry.Key))
            {
                removed.Add(entry.Key);
            }
        }

        foreach (var entry in after.Values)
        {
            var isKept = captured.Contains(entry.Key) || (!Unseen(entry.Key) && !IsCallees(entry.Key) && entry.Key is not Place.Slot { Kind: SlotKind.CommittedBroken });
            var place = isKept ? Of(entry.Key) : entry.Key;
            if (isKept)
            {
                var value = Of(entry.Value);
                if (before.Find(place) is not { } known || !ReferenceEquals(known, value))
                {
                    set.Add(new KeyValuePair<Place, Value>(place, value));
                }
            }

            if ((!isKept || !ReferenceEquals(place, entry.Key)) && !Unseen(entry.Key) && !IsCallees(entry.Key) && before.Values.ContainsKey(entry.Key))
            {
                removed.Add(entry.Key);
            }
        }

        var regions = after.Regions.Where(r => !IsItsOwnLoss(r)).Select(Bring).Where(r => !IsOutOfUse(r)).ToImmutableArray();
        return before.With(removed, set, regions.RemoveAll(r => IsAgain(r, regions)));
    }

    /// <summary>Open, and nobody who is left can say on what: no use of it, and no end, will be seen. A callee that opens whatever it has not opened yet leaves one at each call.</summary>
    private static bool IsOutOfUse(Region region) => region is { Connection: null, Resource.Kind: ResourceKind.Connection };

    /// <summary>Begun and lost by the callee: that one is told, and for the caller it would be one more way of coming home.</summary>
    private bool IsItsOwnLoss(Region region) => region.Lost && region.Owner >= callee.Depth && !caller.IsInRoot(region.Id.Begin);

    /// <summary>
    /// In a loop the same call begins again: what it began the last time round gives way, as it does to a begin in the body itself. Else each round would leave one more behind.
    /// </summary>
    private static bool IsAgain(Region region, ImmutableArray<Region> regions) =>
        (region.Lost && regions.Any(other => other.IsLive && other.Id.Equals(region.Id)))
        || !ReferenceEquals(regions.Last(other => other.Lost == region.Lost && other.Id.Equals(region.Id)), region);

    private bool Unseen(Place place) =>
        sight.Hides(place) || (!sight.HasDelegates && place is Place.Variable { Symbol: ILocalSymbol or IParameterSymbol } && !IsCallees(place));

    private bool IsCallees(Place place) => place switch
    {
        Place.Member or Place.Slot => stranger is not null && IsPartOf(place, stranger),
        Place.Variable => IsCalleesVariable(place),
        Place.Capture c => c.Graph == callee.Graph,
        Place.Returned r => r.Depth >= callee.Depth,
        _ => false,
    };

    private bool IsCalleesVariable(Place place) => place is Place.Variable { Symbol: (ILocalSymbol or IParameterSymbol) and var variable } && IsWithin(variable.ContainingSymbol);

    /// <summary>Or of a method that has returned to the callee.</summary>
    private bool IsLeftBehind(Place place) => IsCalleesVariable(place) || (place is Place.Variable { Symbol: ILocalSymbol or IParameterSymbol } && !before.Values.ContainsKey(place));

    /// <summary>A member of the object, or what the engine keeps about it.</summary>
    public static bool IsPartOf(Place place, Place owner) => place is Place.Member or Place.Slot && place.Root.Equals(owner);

    private bool IsWithin(ISymbol? symbol)
    {
        var method = callee.Method?.OriginalDefinition;
        return method is not null && SymbolEqualityComparer.Default.Equals(symbol?.OriginalDefinition, method);
    }

    private Region Bring(Region region)
    {
        var (connection, resource) = (Connection(region), BringResource(region));
        if (region.Owner < callee.Depth)
        {
            return !region.Returned && ReferenceEquals(connection, region.Connection) && ReferenceEquals(resource, region.Resource)
                ? region
                : region with { Returned = false, Connection = connection, Resource = resource };
        }

        // What the callee has lost was not lost on the way of a return statement of the caller's.
        return region with
        {
            Returned = false, Id = Of(region.Id), Owner = caller.Depth, Connection = connection, Resource = resource, LostAt = region.LostAt ?? (region.Lost ? region.Begin : null),
        };
    }

    /// <summary>A parameter of the callee is another connection at the next call.</summary>
    private Place? Connection(Region region) => region.Connection is { } known && !IsCallees(known.Root) ? Of(known) : null;

    /// <summary>The external calls that the callee has made while the connection was open are one call for the caller: its own.</summary>
    private Resource? BringResource(Region region)
    {
        if (region.Resource is not { } resource || (resource.Crossed.IsEmpty && resource.Of is null))
        {
            return region.Resource;
        }

        var known = before.Region(region.Id)?.Resource?.Crossed ?? ImmutableArray<Reach>.Empty;
        return resource with
        {
            Of = resource.Of is { } transaction ? Of(transaction) : null,
            Crossed = resource.Crossed.Select(r => known.Contains(r) || IsInLambda(r) ? r : (r with { HeldAt = null }).Through(new Step(Name, at))).Distinct().ToImmutableArray(),
        };
    }

    private bool IsInLambda(Reach reach) => callee.Method is not { MethodKind: MethodKind.LocalFunction } && caller.IsInRoot(reach.HeldAt ?? reach.Chain[0].At);

    private string Name => callee.Method is { } method ? Names.Of(method) : "a lambda";

    /// <summary>A begin in the root's own text keeps its name: a message shows it as it is.</summary>
    protected override RegionId Of(RegionId id)
    {
        if (caller.IsInRoot(id.Begin) || IsOlder(id))
        {
            return id;
        }

        return new RegionId(at, Length(id) < MaxOrigin ? id : null);
    }

    private bool IsOlder(RegionId id) => before.Regions.Any(r => r.Id.Equals(id) && r.Owner < callee.Depth);

    private static int Length(RegionId? id) => id is null ? 0 : 1 + Length(id.Inner);

    protected override Place Of(Place.Made made) => made.Depth >= callee.Depth ? new Place.Made(at, caller.Depth, Origin(made) < MaxOrigin ? made : null) : made;

    private static int Origin(Place? place) => place is Place.Made m ? 1 + Origin(m.Inner) : 0;
}
