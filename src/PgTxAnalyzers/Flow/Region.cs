using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Flow;

/// <summary>Which begin: the expression that runs it, and for one that a callee has returned, the callee's own.</summary>
internal sealed record RegionId(SyntaxNode Begin, RegionId? Inner = null)
{
    /// <summary>A state's hash is made of its regions' with each change of the state.</summary>
    private readonly int hash = (Begin.GetHashCode() * 31) + (Inner?.GetHashCode() ?? 0);

    public override int GetHashCode() => hash;

    /// <summary>The begin itself, in whatever body it stands.</summary>
    public SyntaxNode Origin => Inner?.Origin ?? Begin;

    /// <summary>It is that begin, perhaps under the name of the call that it came home through.</summary>
    public bool CameFrom(RegionId other) => Equals(other) || Inner?.CameFrom(other) == true;
}

/// <summary>How the region came to be; decides its words in a message and the fixes that apply.</summary>
internal enum RegionKind : byte
{
    /// <summary>A transaction object.</summary>
    Transaction,

    /// <summary>EF Core's <c>Database.BeginTransaction</c>, whose transaction is in nobody's variable or also ended by the facade.</summary>
    Facade,

    /// <summary>A <c>TransactionScope</c>.</summary>
    Scope,

    /// <summary>A scope with <c>TransactionScopeOption.Suppress</c>: no region; connections opened in it take part in no outer scope.</summary>
    Suppress,

    /// <summary>BEGIN as SQL text.</summary>
    Sql,

    /// <summary>The caller's: the body has a parameter of a transaction type.</summary>
    Parameter,

    /// <summary>The region of a library helper around its delegate (EF Core's <c>ExecuteInTransaction</c>).</summary>
    Runner,

    /// <summary>No transaction: an open result, a connection that was opened, or a task that runs on one. See <see cref="Region.Resource"/>.</summary>
    Resource,
}

/// <summary>A statement that changed what the region costs, for the message.</summary>
internal sealed record Cause(SyntaxNode At, string Text);

/// <summary>
/// A transaction at a point of one path. <see cref="Cause"/>s are not part of its identity: two paths that differ only in the
/// statement that opened the transaction are one path.
/// </summary>
internal sealed record Region(RegionId Id, RegionKind Kind, Level Level, int Owner)
{
    /// <summary>The place of the connection; null: not known.</summary>
    public Place? Connection { get; init; }

    /// <summary>The connection is an EF Core context's.</summary>
    public bool IsContext { get; init; }

    public ITypeSymbol? ConnectionType { get; init; }

    /// <summary>The connection was made by the code in sight, and is nobody else's.</summary>
    public bool IsOnNew { get; init; }

    /// <summary>Begun together with a publisher that stores its messages in it.</summary>
    public bool IsOutbox { get; init; }

    /// <summary>Long by intent: <c>SET LOCAL idle_in_transaction_session_timeout = 0</c> has run in it.</summary>
    public bool Intended { get; init; }

    /// <summary>A statement that changes data has run in it.</summary>
    public bool Changed { get; init; }

    /// <summary>A scope: <c>Complete</c> was called.</summary>
    public bool Completed { get; init; }

    /// <summary>A scope: created without <c>TransactionScopeAsyncFlowOption.Enabled</c>.</summary>
    public bool LosesFlow { get; init; }

    /// <summary>Somebody outside this body can end it: it was returned, stored or given away.</summary>
    public bool Escaped { get; init; }

    /// <summary>It is on its way out of the body that began it, as what that returns; a caller in sight takes it from there.</summary>
    public bool Returned { get; init; }

    /// <summary>Code that nobody can look into was given the transaction: it may be over. Nothing is said about it any more.</summary>
    public bool OutOfSight { get; init; }

    /// <summary>Ended by a bare Dispose after a change; kept to see whether the path ends normally.</summary>
    public bool Lost { get; init; }

    /// <summary>The return statement on whose way out the region was lost; null: control ran off the end.</summary>
    public SyntaxNode? LostAt { get; init; }

    /// <summary>It stands for the region of a caller who is not there, and is on whatever connection the body has: a begin in the body is one of its own.</summary>
    public bool IsProbe { get; init; }

    /// <summary>A pipeline's step has begun it around the body: that step's method, and its call of the next one.</summary>
    public Step? Around { get; init; }

    /// <summary>The class of a unit of work that the body's object was given and that has begun it in its constructor.</summary>
    public string? Given { get; init; }

    /// <summary>A statement in it has failed on this path: the server refuses everything but a rollback.</summary>
    public bool Broken { get; init; }

    /// <summary>The handler that took the failure, from which the path goes on.</summary>
    public CatchClauseSyntax? SwallowedBy { get; init; }

    /// <summary>A callee has used it since; its caller is told when the call comes home.</summary>
    public bool UsedBroken { get; init; }

    /// <summary>What is held, where it is not a transaction.</summary>
    public Resource? Resource { get; init; }

    public Cause? OpenedBy { get; init; }

    public Cause? LockedBy { get; init; }

    /// <summary>The first statement that changed data.</summary>
    public Cause? ChangedBy { get; init; }

    /// <summary>Another statement has changed data as well. No more part of the identity than the causes are.</summary>
    public bool ChangedAgain { get; init; }

    /// <summary>
    /// The call in which all was changed, where it can also come back without a change: its answer says which, as far as anybody can tell. No part of the identity either.
    /// </summary>
    public SyntaxNode? ChangedIn { get; init; }

    /// <summary>The beginning as the owner of the region sees it.</summary>
    public SyntaxNode Begin => Id.Begin;

    /// <summary>A transaction that has not ended. A resource is none: it is asked for by itself.</summary>
    public bool IsLive => !Lost && Kind is not (RegionKind.Suppress or RegionKind.Resource);

    /// <summary>An external call holds it up: a transaction, an open result that has more to give, or an opened connection.</summary>
    public bool IsHeld => IsLive || Resource is { Kind: not (ResourceKind.Task or ResourceKind.Elements), IsDrained: false };

    public bool Equals(Region? other) =>
        other is not null && Id.Equals(other.Id) && Kind == other.Kind && Level == other.Level && Owner == other.Owner && Intended == other.Intended
        && Changed == other.Changed && Completed == other.Completed && Escaped == other.Escaped && Returned == other.Returned && OutOfSight == other.OutOfSight && Lost == other.Lost && LostAt == other.LostAt
        && Broken == other.Broken && SwallowedBy == other.SwallowedBy && UsedBroken == other.UsedBroken && Equals(Connection, other.Connection) && Equals(Resource, other.Resource);

    public override int GetHashCode() => (Id.GetHashCode() * 31) + ((int)Level * 7) + (Changed ? 3 : 0) + (Lost ? 5 : 0) + (Broken ? 11 : 0);
}
