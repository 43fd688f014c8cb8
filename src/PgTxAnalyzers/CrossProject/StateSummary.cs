using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.CrossProject;

/// <summary>A state of a probed method in the words of its callers: what became of the probes, and what it has begun itself.</summary>
internal sealed class StateSummary
{
    private readonly ProbeEntry entry;
    private readonly State state;
    private readonly Shapes shapes;

    public StateSummary(ProbeEntry entry, RootFacts facts, State state, Shapes shapes)
    {
        (this.entry, this.state, this.shapes) = (entry, state, shapes);
        Fates = entry.FatesOf(state.Regions, facts);
    }

    public Fates Fates { get; }

    /// <summary>The regions that the method has begun and not ended: those that <paramref name="result"/> holds first.</summary>
    public ImmutableArray<Region> Begun(Value result, int max) => state.Regions
        .Where(r => r.IsLive && entry.ProbeOf(r.Id) is null && r.Kind is not RegionKind.Parameter)
        .OrderBy(r => HolderOf(r, result) is Holder.Result or Holder.Object ? 0 : 1).Take(max).ToImmutableArray();

    /// <summary>The object of the method holds a transaction that lives: one that it was given, has begun, or had before.</summary>
    public bool HoldsLive => state.Regions.Any(r => r.IsLive && entry.ProbeOf(r.Id) is null or Probe.GivenTransaction or Probe.Own && IsObjects(r));

    public ImmutableArray<ForeignRegion> Describe(ImmutableArray<Region> regions, Value result) => regions
        .Select(r => new ForeignRegion(r.Kind, r.Level, r.Changed, r.IsContext, r.LosesFlow, Connection(r.Connection), HolderOf(r, result))).ToImmutableArray();

    public ForeignValue ValueOf(Value value, ImmutableArray<Region> begun) => value switch
    {
        Value.Null => new ForeignValue('z', 0),
        Value.Bool { Is: var yes } => new ForeignValue(yes ? 'y' : 'f', 0),
        Value.Transaction t when IndexOf(begun, r => r.Id.Equals(t.Region)) is { } i => new ForeignValue('t', i),
        Value.Transaction t when entry.ProbeOf(t.Region) == Probe.GivenTransaction => new ForeignValue('a', entry.GivenTransaction!.Ordinal),
        Value.Connection c when Argument(c.Identity) is { } ordinal => new ForeignValue('a', ordinal),
        Value.Connection c when IndexOf(begun, r => c.Identity.Equals(r.Connection)) is { } i => new ForeignValue('k', i),
        Value.Connection { Identity: Place.Made } => new ForeignValue('n', 0),
        Value.Instance { Identity: Place.This } => new ForeignValue('s', 0),
        Value.Instance i when Argument(i.Identity) is { } ordinal => new ForeignValue('a', ordinal),
        Value.Instance i when begun.Any(r => IsHeldBy(r, i.Identity)) => new ForeignValue('o', 0),
        _ => ForeignValue.Unknown,
    };

    private static int? IndexOf(ImmutableArray<Region> regions, System.Func<Region, bool> fits)
    {
        for (var i = 0; i < regions.Length; i++)
        {
            if (fits(regions[i]))
            {
                return i;
            }
        }

        return null;
    }

    private int? Argument(Place place) =>
        place is Place.Variable { Symbol: IParameterSymbol parameter } && SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, entry.Method) ? parameter.Ordinal : null;

    private Holder HolderOf(Region region, Value result)
    {
        if (result is Value.Transaction t && t.Region.Equals(region.Id))
        {
            return Holder.Result;
        }

        // What an object holds, and what it began on a connection of its own: a later call on it ends either.
        if (result is Value.Instance { Identity: Place.Made made } && IsHeldBy(region, made))
        {
            return Holder.Object;
        }

        var isConstructor = entry.Method.MethodKind == MethodKind.Constructor;
        return IsObjects(region) ? (isConstructor ? Holder.Object : Holder.This)
            : region.Escaped || region.OutOfSight ? Holder.Escaped
            : Holder.Nobody;
    }

    private bool IsObjects(Region region) => IsHeldBy(region, new Place.This()) || (region.Connection is { } connection && IsWithin(connection, new Place.This()));

    private bool IsHeldBy(Region region, Place owner) =>
        state.Values.Any(v => v.Value is Value.Transaction t && t.Region.Equals(region.Id) && IsWithin(v.Key, owner));

    private static bool IsWithin(Place place, Place owner) => place switch
    {
        Place.Member m => m.Owner.Equals(owner) || IsWithin(m.Owner, owner),
        Place.Slot s => s.Owner.Equals(owner) || IsWithin(s.Owner, owner),
        _ => false,
    };

    private ForeignConnection Connection(Place? place) => place switch
    {
        Place.Made => new ForeignConnection('n', 0, ""),
        { } when Argument(place) is { } ordinal => new ForeignConnection('a', ordinal, ""),
        Place.Member { Owner: Place.This, Symbol: var symbol } when IsWord(symbol.Name) => new ForeignConnection('m', 0, symbol.Name),
        _ => ForeignConnection.Unknown,
    };

    private static bool IsWord(string name) => name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c == '_');
}
