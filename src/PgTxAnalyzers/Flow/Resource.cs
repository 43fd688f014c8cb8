using System.Collections.Immutable;
using System.Linq;

namespace PgTxAnalyzers.Flow;

/// <summary>What, beside a transaction, is taken from the pool or the server for a stretch of a path.</summary>
internal enum ResourceKind : byte
{
    /// <summary>A <c>DbDataReader</c>.</summary>
    Reader,

    /// <summary>A query that is read while it is enumerated.</summary>
    Rows,

    /// <summary>COPY … FROM STDIN: the server waits for data, in a transaction of its own.</summary>
    CopyIn,

    /// <summary>COPY … TO STDOUT.</summary>
    CopyOut,

    /// <summary>A connection that the code has opened itself.</summary>
    Connection,

    /// <summary>A loop over elements in memory: nothing is held. It is kept where nobody bounds their number.</summary>
    Elements,

    /// <summary>A database task that has been started on the connection of a transaction and not been awaited yet.</summary>
    Task,

    /// <summary>Perhaps a transaction, behind an interface whose implementation is compiled later. No rule speaks of it here.</summary>
    Unit,
}

/// <summary>What a member of an interface may have begun; whoever sees its implementation knows.</summary>
/// <param name="Member">By its documentation id.</param>
/// <param name="Delegate">The parameter that is the delegate which the member may run in a transaction; null: what it begins outlives the call.</param>
/// <param name="Since">The members of such interfaces that were called since, in ordinal order: one of them may have ended it.</param>
internal sealed record OpenUnit(string Member, int? Delegate, ImmutableArray<string> Since)
{
    public bool Equals(OpenUnit? other) => other is not null && Member == other.Member && Delegate == other.Delegate && Since.SequenceEqual(other.Since);

    public override int GetHashCode() => Member.GetHashCode() + Since.Length;
}

/// <summary>
/// The resource of a region of kind <see cref="RegionKind.Resource"/>. It lives by the same rules as a transaction: it has a begin, an owner, and ends
/// on a path; so it comes back from callees and is held by calls in the same way.
/// </summary>
internal sealed record Resource(ResourceKind Kind)
{
    /// <summary>External calls since the connection was last used that are kept for the moment at which it is used again; further ones are forgotten.</summary>
    private const int MaxCrossed = 4;

    /// <summary>It was read to its end on this path: the server has nothing more to send, and nobody reads on.</summary>
    public bool IsDrained { get; init; }

    /// <summary>As many as a table has rows, or a file lines.</summary>
    public bool IsUnbounded { get; init; }

    /// <summary>It is the result of an iterator in source: what that reaches is reported there.</summary>
    public bool IsIterator { get; init; }

    /// <summary>A task: the transaction in which it runs.</summary>
    public RegionId? Of { get; init; }

    /// <summary>A task: the words for it.</summary>
    public string Name { get; init; } = "";

    public OpenUnit? Unit { get; init; }

    /// <summary>A connection: the external calls that have run since it was opened or last used.</summary>
    public ImmutableArray<Reach> Crossed { get; init; } = ImmutableArray<Reach>.Empty;

    public Resource Cross(Reach reach) =>
        Crossed.Length >= MaxCrossed || Crossed.Any(r => r.Equals(reach)) ? this : this with { Crossed = Crossed.Add(reach) };

    public bool Equals(Resource? other) =>
        other is not null && Kind == other.Kind && IsDrained == other.IsDrained && IsUnbounded == other.IsUnbounded && Equals(Of, other.Of) && Equals(Unit, other.Unit) && Crossed.SequenceEqual(other.Crossed);

    public override int GetHashCode() => ((int)Kind * 31) + (IsDrained ? 7 : 0) + Crossed.Length;
}
