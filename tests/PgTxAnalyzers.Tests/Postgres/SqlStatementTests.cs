using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Tests.Postgres;

/// <summary>The details of a statement that rules and messages use.</summary>
public class SqlStatementTests
{
    [Theory]
    [InlineData("UPDATE orders SET state = 'x'", "orders", "UPDATE orders")]
    [InlineData("UPDATE ONLY sales.\"Invoices\" i SET total = 0", "sales.Invoices", "UPDATE ONLY sales.\"Invoices\"")]
    [InlineData("INSERT INTO \"a\"\"b\" VALUES (1)", "a\"b", "INSERT INTO \"a\"\"b\"")]
    [InlineData("WITH x AS (SELECT 1) DELETE FROM jobs", "jobs", "DELETE FROM jobs")]
    [InlineData("MERGE INTO jobs j USING x ON true WHEN MATCHED THEN DELETE", "jobs", "MERGE INTO jobs")]
    [InlineData("UPDATE \uFFFC SET a = 1", null, "UPDATE \uFFFC")]
    [InlineData("UPDATE \uFFFC.orders SET a = 1", null, "UPDATE \uFFFC.orders")]
    [InlineData("DELETE FROM orders_\uFFFC", null, "DELETE FROM orders_\uFFFC")]
    [InlineData("UPDATE U&\"\\0061\" SET a = 1", null, "UPDATE U&\"\\0061\"")]
    [InlineData("UPDATE U&\"a\" SET a = 1", "a", "UPDATE U&\"a\"")]
    [InlineData("TRUNCATE TABLE ONLY jobs, tree", "jobs", "TRUNCATE TABLE ONLY jobs")]
    [InlineData("LOCK TABLE orders IN SHARE MODE", "orders", "LOCK TABLE orders")]
    [InlineData("COPY sales.invoices (id) FROM STDIN", "sales.invoices", "COPY sales.invoices")]
    [InlineData("ALTER TABLE IF EXISTS ONLY orders ADD a int", "orders", "ALTER TABLE IF EXISTS ONLY orders")]
    [InlineData("CREATE UNIQUE INDEX CONCURRENTLY x ON ONLY orders (id)", "orders", "CREATE UNIQUE INDEX CONCURRENTLY x")]
    [InlineData("CREATE INDEX ON orders (id)", "orders", "CREATE INDEX ON")]
    [InlineData("DROP INDEX x", "x", "DROP INDEX x")]
    [InlineData("CREATE TEMP TABLE IF NOT EXISTS t (id int)", "t", "CREATE TEMP TABLE IF NOT EXISTS t")]
    [InlineData("SELECT * FROM orders FOR UPDATE", "orders", "SELECT")]
    [InlineData("SELECT a IS DISTINCT FROM b FROM ONLY orders o FOR UPDATE OF o", "orders", "SELECT")]
    [InlineData("SELECT * FROM customers c JOIN sales.orders AS o ON true FOR UPDATE OF o", "sales.orders", "SELECT")]
    [InlineData("SELECT * FROM customers, orders FOR UPDATE OF orders", "orders", "SELECT")]
    [InlineData("SELECT * FROM f(1) FOR UPDATE", null, "SELECT")]
    [InlineData("SELECT * FROM (SELECT * FROM jobs FOR UPDATE SKIP LOCKED) x", "jobs", "SELECT")]
    [InlineData("WITH x AS (INSERT INTO jobs VALUES (1)) SELECT 1", "jobs", "SELECT")]
    [InlineData("UPDATE jobs SET done = true WHERE id IN (SELECT id FROM orders FOR UPDATE)", "jobs", "UPDATE jobs")]
    public void The_first_relation_and_the_words_that_a_finding_points_to(string sql, string? target, string focus)
        => Check(sql, (target, focus), statement => (statement.Target, FocusOf(sql, statement)));

    [Theory]
    [InlineData("SET search_path TO a, b", "search_path", null, "SET search_path")]
    [InlineData("set Work_Mem = '8MB'", "work_mem", "8MB", "set Work_Mem")]
    [InlineData("SET SESSION work_mem = -1", "work_mem", "-1", "SET SESSION work_mem")]
    [InlineData("SET LOCAL app.tenant_id = 'it''s'", "app.tenant_id", "it's", "SET LOCAL app.tenant_id")]
    [InlineData("SET \"App\".tenant = on", "app.tenant", "on", "SET \"App\".tenant")]
    [InlineData("SET x TO DEFAULT", "x", null, "SET x")]
    [InlineData("SET x = \uFFFC", "x", null, "SET x")]
    [InlineData("SET x = 'a\uFFFC'", "x", null, "SET x")]
    [InlineData("SET x = @p", "x", null, "SET x")]
    [InlineData("SET \uFFFC = 1", null, "1", "SET \uFFFC")]
    [InlineData("SET x = 'a'\n'b'", "x", "ab", "SET x")]
    [InlineData("SET x = 'a' -- it's\n 'b'", "x", "ab", "SET x")]
    [InlineData("SET x = E'a\\n'", "x", null, "SET x")]
    [InlineData("SET x = $t$a$t$", "x", "a", "SET x")]
    [InlineData("SET TIME ZONE 'UTC'", "timezone", "UTC", "SET TIME ZONE")]
    [InlineData("SET NAMES 'UTF8'", "client_encoding", "UTF8", "SET NAMES")]
    [InlineData("SET SCHEMA 'sales'", "search_path", "sales", "SET SCHEMA")]
    [InlineData("SET ROLE reporting", "role", "reporting", "SET ROLE")]
    [InlineData("SET LOCAL ROLE reporting", "role", "reporting", "SET LOCAL ROLE")]
    [InlineData("SET SESSION AUTHORIZATION 'auditor'", "session_authorization", "auditor", "SET SESSION AUTHORIZATION")]
    [InlineData("RESET ALL", "all", null, "RESET ALL")]
    [InlineData("RESET TIME ZONE", "timezone", null, "RESET TIME ZONE")]
    [InlineData("RESET app.x", "app.x", null, "RESET app.x")]
    [InlineData("SHOW TRANSACTION ISOLATION LEVEL", "transaction_isolation", null, "SHOW TRANSACTION ISOLATION LEVEL")]
    public void Settings(string sql, string? setting, string? value, string focus)
        => Check(sql, (setting, value, focus), statement => (statement.Setting, statement.Value, FocusOf(sql, statement)));

    [Theory]
    [InlineData("BEGIN", "Unspecified", null)]
    [InlineData("BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY", "Serializable", true)]
    [InlineData("START TRANSACTION READ WRITE ISOLATION LEVEL REPEATABLE READ", "RepeatableRead", false)]
    [InlineData("BEGIN ISOLATION LEVEL READ COMMITTED", "ReadCommitted", null)]
    [InlineData("SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED", "ReadUncommitted", null)]
    [InlineData("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "Unspecified", true)]
    [InlineData("BEGIN ISOLATION LEVEL \uFFFC", "Unknown", null)]
    [InlineData("BEGIN \uFFFC", "Unknown", null)]
    [InlineData("SET transaction_isolation = 'repeatable read'", "RepeatableRead", null)]
    [InlineData("SET transaction_isolation = \uFFFC", "Unknown", null)]
    public void Transaction_modes(string sql, string isolation, bool? readOnly)
        => Check(sql, (isolation, readOnly), statement => (statement.Isolation.ToString(), statement.IsReadOnly));

    [Theory]
    [InlineData("SAVEPOINT \"Before\"", "Before")]
    [InlineData("ROLLBACK TO SAVEPOINT s", "s")]
    [InlineData("RELEASE s", "s")]
    [InlineData("PREPARE p AS SELECT 1", "p")]
    [InlineData("EXECUTE p(1)", "p")]
    [InlineData("DEALLOCATE PREPARE ALL", "ALL")]
    [InlineData("DEALLOCATE p", "p")]
    [InlineData("LISTEN orders", "orders")]
    [InlineData("LISTEN \uFFFC", null)]
    [InlineData("UNLISTEN *", "*")]
    [InlineData("NOTIFY orders, 'x'", "orders")]
    [InlineData("DECLARE c CURSOR FOR SELECT 1", "c")]
    [InlineData("FETCH FORWARD 5 FROM c", "c")]
    [InlineData("CLOSE ALL", "ALL")]
    [InlineData("DISCARD temp", "TEMP")]
    [InlineData("PREPARE TRANSACTION 'gid'", "gid")]
    [InlineData("LOAD 'auto_explain'", "auto_explain")]
    [InlineData("CALL sales.tidy(1)", "sales.tidy")]
    public void Names(string sql, string? name) => Check(sql, name, statement => statement.Name);

    [Theory]
    [InlineData("CREATE TEMP TABLE t (a int) ON COMMIT DROP", "Drop")]
    [InlineData("CREATE TEMP TABLE t (a int) ON COMMIT DELETE ROWS", "DeleteRows")]
    [InlineData("CREATE TEMP TABLE t ON COMMIT PRESERVE ROWS AS SELECT 1", "PreserveRows")]
    [InlineData("CREATE TEMP TABLE t (a text DEFAULT 'ON COMMIT DROP')", "Unspecified")]
    public void What_becomes_of_a_temporary_table(string sql, string onCommit) => Check(sql, onCommit, statement => statement.OnCommit.ToString());

    [Fact]
    public void Flags()
    {
        Check("DECLARE c CURSOR WITH HOLD FOR SELECT 1", true, statement => statement.WithHold);
        Check("DECLARE c CURSOR FOR SELECT 1", false, statement => statement.WithHold);
        Check("SET x TO DEFAULT", true, statement => statement.IsDefault);
        Check("EXPLAIN (ANALYZE) SELECT 1", true, statement => statement.IsExecuted);
        Check("EXPLAIN (ANALYZE 0) SELECT 1", false, statement => statement.IsExecuted);
    }

    private static void Check<T>(string sql, T expected, Func<SqlStatement, T> actual)
        => Assert.Equal(expected, actual(Assert.Single(SqlText.Classify(sql).Statements)));

    private static string FocusOf(string sql, SqlStatement statement) => sql.Substring(statement.Focus.Start, statement.Focus.Length);
}
