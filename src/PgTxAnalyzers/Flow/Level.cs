namespace PgTxAnalyzers.Flow;

/// <summary>
/// What a region costs the server at a point. Npgsql sends BEGIN together with the first command, so a transaction that has been
/// begun holds a pooled connection and nothing on the server until then (Npgsql documentation, "Transactions").
/// </summary>
internal enum Level : byte
{
    /// <summary>A <c>TransactionScope</c> in which no connection has been opened yet.</summary>
    None,

    /// <summary>A pooled connection is taken; the server knows of no transaction.</summary>
    Pinned,

    /// <summary>A command has run: between commands the session is <c>idle in transaction</c>.</summary>
    Open,

    /// <summary>A statement that takes row or table locks has run.</summary>
    Locking,
}
