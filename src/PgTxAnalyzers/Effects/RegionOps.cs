using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>What begins, commands and ends do to the regions of a state.</summary>
internal static class RegionOps
{
    /// <summary>Does a command on this connection run in the region's transaction?</summary>
    public static bool RunsIn(Region region, Value connection)
    {
        if (region.Kind == RegionKind.Scope)
        {
            return false;
        }

        if (connection is not Value.Connection c || region.Connection is not { } own)
        {
            // Not known: most code has one connection, and a statement that is missed would call the region idle. But a caller's
            // transaction is on none that has been opened since.
            return region.Kind != RegionKind.Parameter || connection is not Value.Connection { IsNew: true };
        }

        return own.Equals(c.Identity) || (MayBeSame(own, c.Identity) && region.IsContext == c.IsContext && IsCompatible(region.ConnectionType, c.Type));
    }

    /// <summary>
    /// Two fields of different objects may hold one connection, or one unit of work (a container gives both the same scoped one), and so may a class's and
    /// its base class's (a constructor hands it on), and two fields of one class of which one sees the other's type by an interface; two variables or two other fields of one class, and anything that was opened or
    /// made here, are different ones.
    /// </summary>
    public static bool MayBeSame(Place a, Place b) => Root(a) is { } x && Root(b) is { } y && (!x.Equals(y) || AreOfTwoClasses(a, b) || AreOneByTwoTypes(a, b));

    private static bool AreOneByTwoTypes(Place a, Place b) => TypeOf(a) is { } one && TypeOf(b) is { } other && !SymbolEqualityComparer.Default.Equals(one, other) && (TypeTests.Is(one, other) || TypeTests.Is(other, one));

    private static ITypeSymbol? TypeOf(Place place) => (place as Place.Member)?.Symbol switch
    {
        IFieldSymbol field => field.Type,
        IParameterSymbol parameter => parameter.Type,
        IPropertySymbol property => property.Type,
        _ => null,
    };

    private static bool AreOfTwoClasses(Place a, Place b) =>
        a is Place.Member { Symbol.ContainingType: { } one } && b is Place.Member { Symbol.ContainingType: { } other } && !SymbolEqualityComparer.Default.Equals(one, other);

    /// <summary>The connection was opened in the code that is followed: no field elsewhere holds it.</summary>
    public static bool IsOpenedHere(Place connection) => Root(connection) is null;

    private static Place? Root(Place place) => place switch
    {
        Place.Made => null,
        Place.Earlier e => Root(e.Was),
        Place.Member m => Root(m.Owner) is null ? null : m.Owner,
        Place.Variable v => v.Symbol.ContainingSymbol is { } owner ? new Place.Variable(owner) : null,
        _ => place,
    };

    private static bool IsCompatible(ITypeSymbol? a, ITypeSymbol? b) => Known(a) is not { } one || Known(b) is not { } other || TypeTests.Is(one, other) || TypeTests.Is(other, one);

    /// <summary>Of a type parameter, as in `UnitOfWork&lt;TContext&gt;`, what it is said to derive from. A facade is any context's.</summary>
    private static ITypeSymbol? Known(ITypeSymbol? type) => type switch
    {
        ITypeParameterSymbol parameter => parameter.ConstraintTypes.Select(Known).FirstOrDefault(c => c is { TypeKind: TypeKind.Class }),
        _ when Retry.KnownTypes.Is(type, "Microsoft.EntityFrameworkCore.Infrastructure", "DatabaseFacade") => null,
        _ => type,
    };

    /// <summary>A statement has run on the connection: each region that it runs in is at least at this level.</summary>
    public static State Raise(State state, Value connection, Level level, Cause cause, bool changes)
    {
        state = state.Update(r => RunsIn(r, connection), r => Raised(r, level, cause, changes));

        return ScopeOf(state, connection) is { } scope ? state.Replace(scope, Raised(scope, level, cause, changes)) : state;
    }

    /// <summary>Unknown code may have ended it: nothing is said about it any more, and paths that differ in nothing else are one.</summary>
    public static Region Forgotten(Region region) => region with { Escaped = true, OutOfSight = true, Level = Level.Open, Changed = false, Broken = false, SwallowedBy = null, UsedBroken = false };

    public static Region Raised(Region region, Level level, Cause cause, bool changes)
    {
        if (region.OutOfSight)
        {
            return region;
        }

        var raised = region.Level < level ? region with { Level = level } : region;
        return raised with
        {
            Changed = region.Changed || changes,
            ChangedBy = region.ChangedBy ?? (changes ? cause : null),
            ChangedIn = changes ? null : region.ChangedIn,
            ChangedAgain = region.ChangedAgain || (changes && region.Changed && region.ChangedBy?.At != cause.At),
            OpenedBy = region.Level < Level.Open ? cause : region.OpenedBy,
            LockedBy = region.Level < Level.Locking && level == Level.Locking ? cause : region.LockedBy,
        };
    }

    /// <summary>A connection has been opened: a scope around it has one from now on.</summary>
    public static State Opened(State state, Value connection)
    {
        if (connection is Value.Connection opened && state.Find(Unopened(opened)) is not null)
        {
            state = state.Remove(Unopened(opened));
        }

        if (Innermost(state) is not { } scope || connection is Value.Connection { IsUnenlisted: true })
        {
            return state;
        }

        if (scope.Level == Level.None)
        {
            var pinned = scope with { Level = Level.Pinned };
            state = state.Replace(scope, pinned);
        }

        return connection is Value.Connection c ? state.Set(Enlisted(c), new Value.Transaction(scope.Id)).Set(OpenIn(c), new Value.Transaction(scope.Id)) : state;
    }

    /// <summary>A connection has been closed: a scope keeps its transaction, and the next opening finds it again.</summary>
    public static State Closed(State state, Value.Connection connection) => state.Find(OpenIn(connection)) is null ? state : state.Remove(OpenIn(connection));

    /// <summary>Where it is noted that a new connection is not open yet.</summary>
    public static Place Unopened(Value.Connection connection) => new Place.Slot(connection.Identity, SlotKind.Unopened);

    private static Place OpenIn(Value.Connection connection) => new Place.Slot(connection.Identity, SlotKind.OpenIn);

    /// <summary>Where it is noted whose connection a context works on.</summary>
    public static Place Shared(Place connection) => new Place.Slot(connection, SlotKind.Shared);

    /// <summary>The scope that a connection takes part in: an EF Core context opens its connection anew for each operation.</summary>
    public static Region? ScopeOf(State state, Value connection) => connection switch
    {
        Value.Connection c when state.Find(Enlisted(c)) is Value.Transaction t => state.Regions.FirstOrDefault(r => r.Id.Equals(t.Region) && r.IsLive),
        Value.Connection { IsContext: true } => Innermost(state),
        _ => null,
    };

    /// <summary>The connection is that of the region's transaction, beyond doubt.</summary>
    public static bool IsSurelyIn(State state, Region region, Value connection) =>
        IsOn(region, connection) || (region.Kind == RegionKind.Scope && ScopeOf(state, connection)?.Id.Equals(region.Id) == true);

    /// <summary>Where the scope of a connection is noted.</summary>
    private static Place Enlisted(Value.Connection connection) => new Place.Slot(connection.Identity, SlotKind.Scope);

    /// <summary>The innermost scope, unless it is a suppressed one.</summary>
    public static Region? Innermost(State state) => InnermostOfAny(state) is { Kind: RegionKind.Scope } scope ? scope : null;

    /// <summary>The innermost scope, a suppressed one as well.</summary>
    public static Region? InnermostOfAny(State state) => state.Regions.LastOrDefault(r => r.Kind is RegionKind.Scope or RegionKind.Suppress && !r.Lost);

    /// <summary>An object is made where one was made before, as in a loop: a region that lives on that one is not on this one.</summary>
    public static State Remade(State state, SyntaxNode site, int depth) =>
        state.Regions.IsEmpty ? state : state.Update(
            r => r.Connection?.Root is Place.Made made && made.Site == site && made.Depth == depth, r => r with { Connection = new Place.Earlier(r.Connection!) });

    /// <summary>Ends a region. <paramref name="lost"/>: without a commit or a rollback that anybody asked for.</summary>
    public static State End(State state, Region region, bool lost, SyntaxNode? lostAt)
    {
        if (lost && region is { Changed: true, Lost: false, Escaped: false, Returned: false, Kind: not (RegionKind.Parameter or RegionKind.Runner or RegionKind.Suppress) })
        {
            return state.Replace(region, region with { Lost = true, LostAt = lostAt, Level = Level.None, Connection = null });
        }

        return region.Lost ? state : state.End(region);
    }

    /// <summary>Who has run a delegate in a region of its own ends that, by whatever name it came home.</summary>
    public static State EndOwn(State state, Region region) => state.Regions.FirstOrDefault(r => r.Id.CameFrom(region.Id)) is { } live ? state.End(live) : state;

    /// <summary>Whether a region is one on this very connection.</summary>
    public static bool IsOn(Region region, Value connection) =>
        region.IsLive && region.Kind is not RegionKind.Scope && connection is Value.Connection c && (region.Connection ?? OwnConnection(region)).Equals(c.Identity);

    /// <summary>What <c>transaction.Connection</c> is, where the begin does not say.</summary>
    public static Place OwnConnection(Region region) => new Place.Slot(new Place.Made(region.Id.Begin, 0, null), SlotKind.Connection);
}
