using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.LiveTests.Postgres;

/// <summary>A text that is said to add up changes rows when it is committed a second time, on a real server; the others find what they would make, or no row.</summary>
public sealed class SqlRepetitionLiveTests(LiveServers servers)
{
    [Theory]
    [InlineData("UPDATE t SET n = n + 1 WHERE id = 1")]
    [InlineData("UPDATE t AS a SET n = a.n - 1 WHERE a.n >= 1")]
    [InlineData("INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = t.n + excluded.n")]
    [InlineData("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = t.n + s.n WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, s.n)")]
    [InlineData("UPDATE t SET last = current, current = 5 WHERE id = 1")]
    [InlineData("UPDATE t SET (n, current) = (current, n) WHERE id = 1")]
    [InlineData("UPDATE t SET hits[1] = hits[1] + 1")]
    [InlineData("UPDATE t SET done = NOT done")]
    [InlineData("UPDATE t SET n = coalesce(n, 0) + 1")]
    [InlineData("UPDATE t SET n = (SELECT max(o.n) FROM t o) + 1")]
    [InlineData("UPDATE t SET n = o.n + 1 FROM t o WHERE o.id = t.id")]
    [InlineData("UPDATE t SET n = n + 1, done = true WHERE done = true OR id = 1")]
    [InlineData("WITH changed AS (UPDATE t SET n = n + 1 RETURNING n) SELECT n FROM changed")]
    public async Task What_adds_up_does_so(string sql)
    {
        Assert.True(SqlRepetition.AddsUp(sql));
        Assert.True(await ChangesMore(sql));
    }

    [Theory]
    [InlineData("UPDATE t SET n = 7, current = s.n FROM s WHERE s.id = t.id")]
    [InlineData("UPDATE t SET n = coalesce(n, 0), current = greatest(current, 9)")]
    [InlineData("INSERT INTO t (id, n) VALUES (1, 8) ON CONFLICT (id) DO UPDATE SET n = excluded.n")]
    [InlineData("UPDATE t SET n = n + 1 WHERE id = 1 AND n = 3")]
    [InlineData("UPDATE t SET n = n + 1, done = true WHERE id = 1 AND done = false")]
    [InlineData("UPDATE t SET n = t.n + 1, last = 4 WHERE t.last IS NULL")]
    [InlineData("UPDATE t SET n = n + 1, hits = NULL WHERE hits IS NOT NULL")]
    [InlineData("INSERT INTO t (id, n, current) VALUES (1, 1, 1) ON CONFLICT (id) DO UPDATE SET n = t.n + 1, current = t.current + 1 WHERE t.current = 2")]
    public async Task What_does_not_changes_nothing_more(string sql)
    {
        Assert.False(SqlRepetition.AddsUp(sql));
        Assert.False(await ChangesMore(sql));
    }

    private async Task<bool> ChangesMore(string sql)
    {
        await using var database = await servers.NewDatabase();
        await database.Execute("""
            CREATE TABLE t (id int PRIMARY KEY, n int, current int, last int, done boolean DEFAULT false, hits int[] DEFAULT '{1}');
            CREATE TABLE s (id int PRIMARY KEY, n int);
            INSERT INTO t (id, n, current) VALUES (1, 3, 2);
            INSERT INTO s VALUES (1, 5);
            """);
        var before = await Rows(database);
        await database.Execute(sql);
        var once = await Rows(database);
        Assert.NotEqual(before, once);
        await database.Execute(sql);
        return !once.SequenceEqual(await Rows(database));
    }

    private static Task<IReadOnlyList<string>> Rows(LiveDatabase database) => database.Rows("SELECT t::text FROM t ORDER BY id");
}
