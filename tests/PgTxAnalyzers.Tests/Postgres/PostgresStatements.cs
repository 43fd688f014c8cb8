using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Tests.Postgres;

/// <summary>A statement, what the reader is to say of it, and what a server answers when it runs.</summary>
/// <param name="Sql">Runs on a database that <see cref="PostgresStatements.SetupSql"/> has prepared.</param>
/// <param name="Kind">The kind that the reader gives.</param>
/// <param name="Tag">The server's command tag, e.g. <c>UPDATE 1</c>.</param>
internal sealed record PostgresStatement(string Sql, SqlKind Kind, string Tag)
{
    /// <summary>The effect that the reader gives.</summary>
    public SqlEffect Effect { get; init; }

    /// <summary>Runs without a transaction around it; else between BEGIN and ROLLBACK.</summary>
    public bool Outside { get; init; }

    /// <summary>What has to run before, in the same transaction or session.</summary>
    public string? Before { get; init; }

    /// <summary>What undoes it, where ROLLBACK and DISCARD ALL do not.</summary>
    public string? After { get; init; }

    /// <summary>The first major version of PostgreSQL that has it.</summary>
    public int Since { get; init; }

    public override string ToString() => Sql;
}

/// <summary>
/// Statements of every kind in several spellings. The unit tests hold the reader against them; a live test holds them against a server: after
/// each, it rolls back and discards the session's state.
/// </summary>
internal static partial class PostgresStatements
{
    /// <summary>For an empty database, as a superuser, with max_prepared_transactions above 0. The role is the cluster's: drop it afterwards.</summary>
    public const string SetupSql = """
        CREATE ROLE pgtx_reader;
        CREATE SCHEMA sales;
        CREATE TABLE customers (id int PRIMARY KEY, name text);
        CREATE TABLE orders (id int PRIMARY KEY, customer_id int CONSTRAINT of_customer REFERENCES customers DEFERRABLE, state text DEFAULT 'new', amount numeric DEFAULT 0);
        CREATE TABLE "Orders" ("Id" int PRIMARY KEY, "State" text);
        CREATE TABLE jobs (id int PRIMARY KEY, done boolean DEFAULT false, "commit" text, "begin" int);
        CREATE TABLE sales.invoices (id int, total numeric);
        CREATE TABLE tree (id int, parent int);
        CREATE TABLE logs (id int, line text) PARTITION BY RANGE (id);
        CREATE INDEX of_state ON orders (state);
        CREATE SEQUENCE numbers;
        CREATE VIEW open_orders AS SELECT * FROM orders WHERE state = 'new';
        CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(amount) AS total FROM orders GROUP BY customer_id;
        CREATE UNIQUE INDEX of_total ON totals (customer_id);
        CREATE TYPE mood AS ENUM ('good', 'bad');
        CREATE DOMAIN positive AS int CHECK (VALUE > 0);
        CREATE FUNCTION add_one(n int) RETURNS int LANGUAGE sql AS 'SELECT n + 1';
        CREATE FUNCTION on_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE PROCEDURE tidy(days int) LANGUAGE sql AS 'DELETE FROM jobs WHERE id > days';
        CREATE AGGREGATE total_of(int) (SFUNC = int4pl, STYPE = int);
        INSERT INTO customers VALUES (1, 'Ada'), (2, 'Bob');
        INSERT INTO orders VALUES (1, 1, 'new', 10), (2, 2, 'paid', 20);
        INSERT INTO "Orders" VALUES (1, 'new');
        INSERT INTO jobs VALUES (1, false, 'c', 1), (2, true, 'd', 2);
        INSERT INTO sales.invoices VALUES (1, 5);
        INSERT INTO tree VALUES (1, NULL), (2, 1);
        REFRESH MATERIALIZED VIEW totals;
        """;

    /// <summary>After the database is dropped.</summary>
    public const string TeardownSql = "DROP ROLE pgtx_reader";

    public static IReadOnlyList<PostgresStatement> All { get; } = [.. Queries, .. Writes, .. Transactions, .. Session, .. Definitions, .. Lexical];

    private const SqlEffect Write = SqlEffect.Reads | SqlEffect.Locks | SqlEffect.ChangesData;
    private const SqlEffect Lock = SqlEffect.Reads | SqlEffect.Locks;
    private const SqlEffect State = SqlEffect.Reads | SqlEffect.SessionState;

    /// <summary>Statements that share kind, tag and effect.</summary>
    private static IEnumerable<PostgresStatement> Of(SqlKind kind, SqlEffect effect, string tag, params IEnumerable<string> statements)
        => statements.Select(sql => new PostgresStatement(sql, kind, tag) { Effect = effect });

    private static IEnumerable<PostgresStatement> After(string before, IEnumerable<PostgresStatement> statements)
        => statements.Select(statement => statement with { Before = before });

    private static IEnumerable<PostgresStatement> Outside(IEnumerable<PostgresStatement> statements)
        => statements.Select(statement => statement with { Outside = true });

    private static IEnumerable<PostgresStatement> Undone(string after, IEnumerable<PostgresStatement> statements)
        => statements.Select(statement => statement with { Outside = true, After = after });
}
