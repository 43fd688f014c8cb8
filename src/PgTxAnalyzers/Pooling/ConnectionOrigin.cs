using System;
using System.Collections.Immutable;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Pooling;

/// <summary>Where a connection comes from: the names on the way, and the connection strings at its end. Both may be empty: then nothing is known.</summary>
internal sealed class ConnectionOrigin
{
    public static readonly ConnectionOrigin Unknown = new(ImmutableArray<string>.Empty, ImmutableArray<ConnectionStringText>.Empty);

    public ConnectionOrigin(ImmutableArray<string> names, ImmutableArray<ConnectionStringText> strings) => (Names, Strings) = (names, strings);

    /// <summary>Variables, members, types of contexts, keys of the configuration, hosts.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>More than one where several configuration files have the same key.</summary>
    public ImmutableArray<ConnectionStringText> Strings { get; }

    public bool IsNamed(ImmutableArray<string> parts)
    {
        foreach (var part in parts)
        {
            foreach (var name in Names)
            {
                if (name.IndexOf(part, StringComparison.OrdinalIgnoreCase) >= 0)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
