using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Tests.Postgres;

/// <summary>Would a text that has been committed change more when it is sent once more? <c>SqlRepetitionLiveTests</c> asks the server the same.</summary>
public sealed class SqlRepetitionTests
{
    [Theory]
    [InlineData("UPDATE counters SET value = value + 1 WHERE name = @name")]
    [InlineData("update Counters set VALUE = value+1")]
    [InlineData("UPDATE shop.accounts AS a SET balance = a.balance - @amount WHERE a.id = @id")]
    [InlineData("UPDATE accounts a SET balance = (a.balance) * 1.01")]
    [InlineData("UPDATE \"Keys\" SET \"LastUsed\" = now(), \"UsageCount\" = \"UsageCount\" + 1 WHERE \"Id\" = @id")]
    [InlineData("INSERT INTO \"Keys\" (\"Id\", \"UsageCount\") VALUES (@id, 1) ON CONFLICT (\"Id\") DO UPDATE SET \"LastUsed\" = @now, \"UsageCount\" = \"Keys\".\"UsageCount\" + 1")]
    [InlineData("INSERT INTO t AS o (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = o.n + excluded.n RETURNING n")]
    [InlineData("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = t.n + s.n WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.n)")]
    [InlineData("UPDATE t SET n = coalesce(n, 0) + 1")]
    [InlineData("UPDATE t SET n = coalesce(n + 1, 1)")]
    [InlineData("UPDATE t SET tags = array_append(tags, @tag)")]
    [InlineData("UPDATE t SET name = name || '!'")]
    [InlineData("UPDATE t SET active = NOT active WHERE id = 1")]
    [InlineData("UPDATE t SET previous = current, current = @value WHERE id = 1")]
    [InlineData("UPDATE t SET (a, b) = (b, a)")]
    [InlineData("UPDATE t SET hits[1] = hits[1] + 1")]
    [InlineData("UPDATE t SET n = CASE WHEN n > 10 THEN 0 ELSE n + 1 END")]
    [InlineData("UPDATE t SET n = (SELECT max(o.n) FROM t o WHERE o.id <> t.id) + 1")]
    [InlineData("UPDATE t SET n = o.n + 1 FROM t o WHERE o.id = t.id")]
    [InlineData("WITH up AS (UPDATE t SET n = n + 1 WHERE id = 1 RETURNING n) SELECT n FROM up")]
    [InlineData("SELECT 1; UPDATE t SET n = n + {0}")]
    // Nothing in these that the first run has made untrue.
    [InlineData("UPDATE t SET n = n + 1 WHERE n < 10")]
    [InlineData("UPDATE t SET n = n + 1, name = @name WHERE name = @name")]
    [InlineData("UPDATE t SET n = n + 1, done = true WHERE done = true")]
    [InlineData("UPDATE t SET n = n + 1, version = version + 1 WHERE version = @v OR id = 3")]
    [InlineData("UPDATE t SET n = n + 1, paid = now() WHERE paid IS NOT NULL")]
    [InlineData("UPDATE t SET n = t.n + 1 FROM s WHERE s.n = 3")]
    public void What_is_made_of_the_old_value_adds_up(string sql) => Assert.True(SqlRepetition.AddsUp(sql));

    [Theory]
    [InlineData("")]
    [InlineData("SELECT n + 1 FROM t FOR UPDATE")]
    [InlineData("DELETE FROM t WHERE n = n")]
    [InlineData("INSERT INTO t (n) VALUES (1)")]
    [InlineData("UPDATE t SET n = @n, m = m2 + 1 WHERE id = 1")]
    [InlineData("UPDATE t SET closed = true WHERE n = n + 0")]
    [InlineData("UPDATE t SET total = price * quantity")]
    [InlineData("UPDATE t SET n = n")]
    [InlineData("UPDATE t SET n = coalesce(n, 0), m = greatest(@m, m)")]
    [InlineData("INSERT INTO t (id, n) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET n = excluded.n, at = now()")]
    [InlineData("UPDATE t SET n = s.n FROM s WHERE s.id = t.id")]
    [InlineData("UPDATE t SET n = now()::n")]
    [InlineData("UPDATE t SET \"N\" = n + 1")]
    [InlineData("UPDATE t SET \uFFFC = \uFFFC + 1")]
    [InlineData("CREATE TRIGGER x BEFORE UPDATE ON t EXECUTE FUNCTION f()")]
    [InlineData("SET LOCAL lock_timeout = '5s'")]
    // A second run finds no row to change.
    [InlineData("UPDATE polls SET name = @name, version = version + 1 WHERE id = @poll AND version = @version")]
    [InlineData("UPDATE t SET n = n + 1 WHERE n = @old")]
    [InlineData("UPDATE t SET n = t.n + 1, state = 'paid' WHERE id = 1 AND t.state = 'new' RETURNING n")]
    [InlineData("UPDATE t SET n = n + 1, paid = now() WHERE paid IS NULL AND (id = 1 OR id = 2)")]
    [InlineData("UPDATE t SET n = n + 1, open = NULL WHERE open IS NOT NULL")]
    [InlineData("UPDATE t SET n = n + 1 WHERE id = 1 AND xmin = @row")]
    [InlineData("UPDATE t SET n = n + 1 WHERE id = 1 AND xmin::text = @row")]
    [InlineData("INSERT INTO t (id, n, v) VALUES (1, 1, 1) ON CONFLICT (id) DO UPDATE SET n = t.n + 1, v = t.v + 1 WHERE t.v = @v")]
    public void What_finds_its_own_result_does_not(string sql) => Assert.False(SqlRepetition.AddsUp(sql));

    [Theory]
    [InlineData("INSERT INTO t (n) VALUES (1)")]
    [InlineData("INSERT INTO t (n) VALUES (1) RETURNING id")]
    [InlineData("SELECT 1; insert into t select 1")]
    [InlineData("WITH a AS (INSERT INTO t (n) VALUES (1) RETURNING id) SELECT id FROM a")]
    [InlineData("COPY t FROM STDIN")]
    [InlineData("DELETE FROM jobs WHERE due < now() RETURNING id")]
    [InlineData("UPDATE jobs SET taken = true WHERE id = (SELECT id FROM jobs WHERE NOT taken LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id")]
    [InlineData("CALL settle(1)")]
    public void What_adds_rows_or_takes_others(string sql) => Assert.True(SqlRepetition.AddsRows(sql));

    [Theory]
    [InlineData("")]
    [InlineData("SELECT id FROM jobs FOR UPDATE SKIP LOCKED")]
    [InlineData("INSERT INTO t (id) VALUES (1) ON CONFLICT DO NOTHING")]
    [InlineData("INSERT INTO t (id, n) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET n = excluded.n")]
    [InlineData("INSERT INTO t (id) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM t WHERE id = 1)")]
    [InlineData("UPDATE t SET n = 1 RETURNING n")]
    [InlineData("DELETE FROM t WHERE id = 1")]
    [InlineData("MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)")]
    public void What_leaves_the_same_rows_does_not(string sql) => Assert.False(SqlRepetition.AddsRows(sql));

    [Theory]
    [InlineData("UPDATE")]
    [InlineData("UPDATE t SET")]
    [InlineData("UPDATE t SET n")]
    [InlineData("UPDATE t SET n =")]
    [InlineData("UPDATE t SET (n")]
    [InlineData("UPDATE t SET n[")]
    [InlineData("UPDATE t SET n = n + 1 WHERE")]
    [InlineData("DO UPDATE SET n. = n WHERE n IS")]
    public void Half_a_text_is_no_error(string sql) => _ = SqlRepetition.AddsUp(sql);
}
