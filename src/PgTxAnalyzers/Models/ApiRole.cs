namespace PgTxAnalyzers.Models;

/// <summary>What a library's member does, as far as a transaction is concerned.</summary>
internal enum ApiRole : byte
{
    /// <summary>Nothing is known.</summary>
    None,

    /// <summary>Begins a transaction on the receiver and returns it.</summary>
    Begin,

    /// <summary>The receiver (an EF Core facade) takes part in the transaction that it is given.</summary>
    Adopt,

    /// <summary>The receiver (an EF Core facade) works on the connection that it is given.</summary>
    Share,

    /// <summary>The receiver's connection joins a System.Transactions transaction.</summary>
    Enlist,

    /// <summary>Constructs an ambient transaction (<c>TransactionScope</c>).</summary>
    Scope,

    /// <summary>Votes for the commit of an ambient transaction. It ends nothing: only the scope's Dispose does.</summary>
    Complete,

    /// <summary>Commits: on a transaction, or on a facade that holds one.</summary>
    Commit,

    /// <summary>Rolls the whole transaction back. The overloads that roll back to a savepoint are <see cref="Savepoint"/>.</summary>
    Rollback,

    /// <summary>Sets, releases or returns to a savepoint: a statement inside the transaction that ends nothing.</summary>
    Savepoint,

    /// <summary>Disposes a transaction or an ambient scope, which ends it.</summary>
    DisposeTransaction,

    /// <summary>Opens the receiver, a connection.</summary>
    Open,

    /// <summary>Returns a new connection that is open.</summary>
    OpenNew,

    /// <summary>Returns or constructs a new connection that is not open yet.</summary>
    NewConnection,

    /// <summary>Returns a new context of EF Core, with a connection of its own.</summary>
    NewContext,

    /// <summary>Closes or disposes a connection, and with it the transaction on it.</summary>
    Close,

    /// <summary>Makes a command that is bound to a connection: the receiver, or an argument.</summary>
    NewCommand,

    /// <summary>Makes a command that takes a connection of its own from the data source: never part of a transaction.</summary>
    DataSourceCommand,

    /// <summary>Runs SQL text on a connection.</summary>
    Command,

    /// <summary>Runs SQL text on a connection, and returns the open result (a reader, a COPY out of a table) that occupies the connection until it is disposed.</summary>
    Reader,

    /// <summary>
    /// Runs SQL text and returns rows that are read while they are enumerated. A member with a <c>buffered</c> argument or a <c>CommandDefinition</c> does so only where that says so; else it is a <see cref="Command"/>.
    /// </summary>
    Stream,

    /// <summary>Hands a query on as a sequence: it runs, and is read, when somebody enumerates.</summary>
    Rows,

    /// <summary>Returns a sequence that is as long as a file, or whatever else nobody bounds.</summary>
    Unbounded,

    /// <summary>Reads on in an open result. Where it says that there is no more (false or null), nothing is left to wait for.</summary>
    Read,

    /// <summary>Runs a query whose SQL is not a text in the source.</summary>
    Query,

    /// <summary>Writes, and so takes locks.</summary>
    Save,

    /// <summary>Reads through a store over a context of Entity Framework that only the container knows.</summary>
    StoreRead,

    /// <summary>The same, and writes.</summary>
    StoreWrite,

    /// <summary>Begins a COPY into a table, which writes. A COPY out of a table is a <see cref="Command"/>.</summary>
    Copy,

    /// <summary>Reaches a system outside the database; the kind says which.</summary>
    Sink,

    /// <summary>Returns an object that stands for what is outside: each call of the interface that it is returned as goes there; the kind says where.</summary>
    Proxy,

    /// <summary>
    /// Hands a message or a job to a queue or a scheduler and does not wait for the network: a side effect that a rollback does not undo, but no wait.
    /// </summary>
    Enqueue,

    /// <summary>Waits for time, a lock, a person or another process.</summary>
    Wait,

    /// <summary>Runs its delegate inside a transaction of its own.</summary>
    TransactionRunner,

    /// <summary>An EF Core execution strategy: runs its delegate before it returns (or its task completes), with retries.</summary>
    StrategyRunner,

    /// <summary>A resilience policy: runs its delegate before it returns (or its task completes), perhaps with retries.</summary>
    RetryRunner,

    /// <summary>Runs its delegate before it returns, or before its task completes.</summary>
    Runner,

    /// <summary>Keeps its delegate for the enumeration of what it returns.</summary>
    Lazy,

    /// <summary>Runs the handlers in the compilation whose request type is that of its first argument.</summary>
    Dispatch,

    /// <summary>A member that the project implements, and that a <see cref="Dispatch"/> runs. The first type argument of its interface is the request type.</summary>
    Handler,

    /// <summary>The next step of a pipeline, called by the one before it: everything that stands behind it runs.</summary>
    Pipeline,

    /// <summary>A member that the project implements, and that stands in front of the handlers. It is given the next step as a delegate.</summary>
    Behavior,

    /// <summary>As <see cref="Lazy"/>, and the enumeration reads its source to the end before it hands out the first element.</summary>
    LazyBuffer,

    /// <summary>Completes the receiver, a source of a task: whoever waits for that waits no longer.</summary>
    Settle,

    /// <summary>Known to do none of these, although it looks so.</summary>
    Neutral,
}
