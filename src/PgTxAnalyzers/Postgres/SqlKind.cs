using System;

namespace PgTxAnalyzers.Postgres;

/// <summary>What a statement is.</summary>
internal enum SqlKind
{
    /// <summary>Not recognised: no statement that PostgreSQL has, the name of a stored procedure, or a text whose beginning is not known.</summary>
    Unknown,

    /// <summary>Nothing but white space and comments.</summary>
    Empty,

    /// <summary><c>SELECT</c>, <c>TABLE</c>, and <c>WITH … SELECT</c>, whatever the CTEs do (see the effect).</summary>
    Select,
    Values,
    Insert,
    Update,
    Delete,
    Merge,

    /// <summary>Everything that changes the schema and has no kind of its own; <see cref="SqlStatement.Verb"/> names it.</summary>
    Ddl,

    /// <summary>A table, view or sequence of the session: CREATE TEMP …, CREATE TABLE pg_temp.…, SELECT … INTO TEMP.</summary>
    CreateTemp,
    Truncate,

    /// <summary>REFRESH MATERIALIZED VIEW. The refresh of a subscription or a collation is DDL.</summary>
    Refresh,
    Grant,
    Revoke,

    /// <summary>BEGIN, START TRANSACTION.</summary>
    Begin,

    /// <summary>COMMIT, END.</summary>
    Commit,
    CommitAndChain,

    /// <summary>ROLLBACK, ABORT.</summary>
    Rollback,
    RollbackAndChain,

    /// <summary>ROLLBACK TO SAVEPOINT: the transaction goes on.</summary>
    RollbackTo,
    Savepoint,
    Release,
    PrepareTransaction,
    CommitPrepared,
    RollbackPrepared,

    /// <summary>SET, SET SESSION: a setting of the session.</summary>
    Set,

    /// <summary>SET LOCAL in every form, also of the role and the session authorization: until the transaction ends.</summary>
    SetLocal,

    /// <summary>SET TRANSACTION, and the settings transaction_isolation, transaction_read_only, transaction_deferrable.</summary>
    SetTransaction,
    SetConstraints,
    SetSessionCharacteristics,
    SetRole,
    SetSessionAuthorization,
    Reset,
    Discard,
    Show,

    /// <summary>SQL's PREPARE, not the protocol's.</summary>
    Prepare,
    Execute,
    Deallocate,
    Listen,
    Unlisten,
    Notify,
    DeclareCursor,
    Fetch,
    Move,
    Close,
    Lock,
    CopyFrom,
    CopyTo,
    Load,
    Call,
    Do,
    Explain,
    Vacuum,
    Analyze,
    Checkpoint,
}

/// <summary>What running a statement does to the transaction that it runs in, to the data, and to the session.</summary>
[Flags]
internal enum SqlEffect
{
    None = 0,

    /// <summary>Runs inside a transaction, and opens the one that is pending: every statement but those that control transactions.</summary>
    Reads = 1,

    /// <summary>Takes locks that are held until the transaction ends (a session advisory lock: at least as long).</summary>
    Locks = 2,

    /// <summary>Is lost when the transaction does not commit.</summary>
    ChangesData = 4,
    Begins = 8,
    Commits = 16,
    RollsBack = 32,

    /// <summary>Ends one transaction and begins another.</summary>
    Chains = 64,

    /// <summary>Lifts the limit on idle time for this transaction: a long one is meant.</summary>
    IntendsLongTransaction = 128,

    /// <summary>Leaves something in the session, or relies on what an earlier statement left there.</summary>
    SessionState = 256,
}

/// <summary>The isolation level that a statement names.</summary>
internal enum SqlIsolation
{
    Unspecified,
    ReadUncommitted,
    ReadCommitted,
    RepeatableRead,
    Serializable,

    /// <summary>Named by something that is not known when the text is read.</summary>
    Unknown,
}

/// <summary>What happens to a temporary table at the end of its transaction; not stated is the same as preserve.</summary>
internal enum SqlOnCommit
{
    Unspecified,
    PreserveRows,
    DeleteRows,
    Drop,
}
