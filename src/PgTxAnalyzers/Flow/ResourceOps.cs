using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>What calls do to the resources of a state.</summary>
internal static class ResourceOps
{
    public static Region Region(SyntaxNode begin, Resource resource, Value.Connection? connection, int owner) =>
        new(new RegionId(begin), RegionKind.Resource, Level.None, owner)
        {
            Connection = connection?.Identity,
            ConnectionType = connection?.Type,
            IsContext = connection is { IsContext: true },
            Resource = resource,
        };

    public static State End(State state, RegionId id) => state.Region(id) is { Kind: RegionKind.Resource } region ? state.End(region) : state;

    public static State Drained(State state, Value.OpenResult result, bool isDrained) =>
        state.Region(result.Region) is { Resource: { } resource } region && resource.IsDrained != isDrained
            ? state.Replace(region, region with { Resource = resource with { IsDrained = isDrained } })
            : state;

    /// <summary>The code opens a connection. An EF Core context's is not looked at: it is opened for each operation, and whoever keeps it open says so.</summary>
    public static State Opened(State state, Value connection, SyntaxNode at, int owner) =>
        connection is Value.Connection { IsContext: false } c && !state.Regions.Any(r => IsOn(r, c) && r.Resource!.Kind == ResourceKind.Connection)
            ? state.Begin(Region(at, new Resource(ResourceKind.Connection), c, owner))
            : state;

    /// <summary>The connection is closed: it goes back to the pool, and what was read from it is over.</summary>
    public static State Closed(State state, Value connection)
    {
        foreach (var region in state.Regions)
        {
            if (connection is Value.Connection c && IsOn(region, c) && region.Resource!.Kind != ResourceKind.Task)
            {
                state = state.End(region);
            }
        }

        return state;
    }

    /// <summary>An external call has run: connections that are open without a transaction have waited for it.</summary>
    public static State Crossed(State state, Reach reach)
    {
        if (reach.IsWait || reach.Deed != Deed.Sink || reach.IsPipeline || reach.Task is not null || state.Live.Any(r => r.Level != Level.None || r.Intended))
        {
            return state;
        }

        foreach (var region in state.Regions)
        {
            if (region.Resource is { Kind: ResourceKind.Connection } resource)
            {
                state = state.Replace(region, region with { Resource = resource.Cross(reach) });
            }
        }

        return state;
    }

    /// <summary>The connection is used: what it has waited for since its last use stood between the two.</summary>
    public static State Used(BodyRun run, Value connection, State state)
    {
        foreach (var region in state.Regions)
        {
            if (region.Resource is { Kind: ResourceKind.Connection, Crossed.IsEmpty: false } resource && connection is Value.Connection c && IsOn(region, c))
            {
                foreach (var reach in resource.Crossed)
                {
                    run.HoldAgain(reach, region with { Resource = new Resource(ResourceKind.Connection) });
                }

                state = state.Replace(region, region with { Resource = resource with { Crossed = ImmutableArray<Reach>.Empty } });
            }
        }

        return state;
    }

    private static bool IsOn(Region region, Value.Connection connection) =>
        region is { Resource: not null, Connection: { } own } && own.Equals(connection.Identity);
}
