using System.Collections.Immutable;

namespace PgTxAnalyzers.Postgres;

/// <summary>One statement of a text: what it is, what it does, and the details that rules ask for. A detail that is not known is null.</summary>
internal sealed class SqlStatement
{
    public SqlKind Kind { get; init; }

    public SqlEffect Effect { get; init; }

    /// <summary>From the first token to the last, without the semicolon.</summary>
    public int Start { get; init; }

    public int Length { get; init; }

    /// <summary>The part that a finding points to, e.g. <c>SET search_path</c>, <c>LISTEN orders</c>.</summary>
    public SqlSpan Focus { get; init; }

    /// <summary>For definitions the words that name the operation, in capitals: <c>CREATE TABLE</c>, <c>ALTER ROLE</c>. Else the first word.</summary>
    public string Verb { get; init; } = "";

    /// <summary>The first relation that the statement locks, changes or defines, without quotes; null where it is not plain.</summary>
    public string? Target { get; init; }

    /// <summary>The savepoint, prepared statement, channel, cursor or portal, or the global id of a prepared transaction; <c>*</c> or ALL where all are meant (ALL in capitals).</summary>
    public string? Name { get; init; }

    /// <summary>The setting of SET, RESET and SHOW, in lower case and in its canonical spelling (<c>timezone</c> for TIME ZONE); <c>all</c> for RESET ALL.</summary>
    public string? Setting { get; init; }

    /// <summary>The value that SET gives, without quotes; null where it is a list, DEFAULT, or not known.</summary>
    public string? Value { get; init; }

    /// <summary>SET … TO DEFAULT.</summary>
    public bool IsDefault { get; init; }

    public SqlIsolation Isolation { get; init; }

    /// <summary>READ ONLY or READ WRITE, where the statement says so.</summary>
    public bool? IsReadOnly { get; init; }

    /// <summary>DECLARE … WITH HOLD.</summary>
    public bool WithHold { get; init; }

    public SqlOnCommit OnCommit { get; init; }

    /// <summary>
    /// An UPDATE or DELETE of every row, or a SELECT of them: no WHERE, no LIMIT, and no part that is not known. A SELECT with parentheses is none: it may
    /// be an aggregate, or read from a function.
    /// </summary>
    public bool IsWholeTable { get; init; }

    /// <summary>
    /// It is about rows that another transaction may have changed meanwhile: in a snapshot the server then refuses it with 40001. A query that locks nothing is not, and no INSERT without ON CONFLICT. (Its
    /// foreign key is, where the row that it refers to was deleted: to run that again helps nobody.)
    /// </summary>
    public bool MayConflict { get; init; }

    /// <summary>EXPLAIN that executes what it explains.</summary>
    public bool IsExecuted { get; init; }

    /// <summary>The calls that the statement makes of functions that do something to the session or the transaction, in the order of the text.</summary>
    public ImmutableArray<SqlCall> Calls { get; init; } = ImmutableArray<SqlCall>.Empty;

    public int End => Start + Length;

    public bool Has(SqlEffect effect) => (Effect & effect) == effect;
}

/// <summary>The functions that do something to the session or the transaction.</summary>
internal enum SqlCallKind
{
    /// <summary>pg_advisory_lock and its kin, held until the session ends or unlocks.</summary>
    SessionAdvisoryLock,
    SessionAdvisoryUnlock,

    /// <summary>pg_advisory_xact_lock and its kin, held until the transaction ends.</summary>
    TransactionAdvisoryLock,
    SetConfig,
    Nextval,
    Currval,
    Lastval,
    Notify,
    ExportSnapshot,
}

/// <summary>One call of such a function.</summary>
internal sealed class SqlCall
{
    public SqlCallKind Kind { get; init; }

    /// <summary>The function's name in lower case, without its schema.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where the name stands.</summary>
    public SqlSpan NameSpan { get; init; }

    /// <summary>From the name to the closing parenthesis.</summary>
    public SqlSpan Span { get; init; }

    public ImmutableArray<SqlSpan> Arguments { get; init; } = ImmutableArray<SqlSpan>.Empty;

    /// <summary>set_config's setting in lower case, null if not known.</summary>
    public string? Setting { get; init; }

    /// <summary>set_config's value, null if not known.</summary>
    public string? Value { get; init; }

    /// <summary>set_config's third argument: true ends with the transaction, null is not known.</summary>
    public bool? IsLocal { get; init; }
}

/// <summary>What a text says, statement by statement.</summary>
internal sealed class SqlSummary
{
    internal SqlSummary(string text, ImmutableArray<SqlStatement> statements)
    {
        Text = text;
        Statements = statements;
        foreach (var statement in statements)
            Effect |= statement.Effect;
    }

    public string Text { get; }

    /// <summary>In the order of the text; empty statements are left out, unless the text has nothing else.</summary>
    public ImmutableArray<SqlStatement> Statements { get; }

    /// <summary>All that any statement does. For what the text leaves behind, go through the statements in order.</summary>
    public SqlEffect Effect { get; }

    public string TextOf(SqlSpan span) => Text.Substring(span.Start, span.Length);
}
