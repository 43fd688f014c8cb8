using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Tests.Postgres;

public class SqlCallTests
{
    [Theory]
    [InlineData("SELECT pg_advisory_lock(7)", "SessionAdvisoryLock pg_advisory_lock(7) [7]")]
    [InlineData("SELECT Pg_Try_Advisory_Lock_Shared ( hashtext('a,b'), (1 + 2) )", "SessionAdvisoryLock Pg_Try_Advisory_Lock_Shared ( hashtext('a,b'), (1 + 2) ) [hashtext('a,b')] [(1 + 2)]")]
    [InlineData("SELECT pg_advisory_unlock_all()", "SessionAdvisoryUnlock pg_advisory_unlock_all()")]
    [InlineData("SELECT pg_try_advisory_xact_lock(array[1, 2][1], 2)", "TransactionAdvisoryLock pg_try_advisory_xact_lock(array[1, 2][1], 2) [array[1, 2][1]] [2]")]
    [InlineData("SELECT pg_catalog.nextval('a'), pg_catalog . \"currval\"('a'), lastval()", "Nextval nextval('a') ['a']", "Currval \"currval\"('a') ['a']", "Lastval lastval()")]
    [InlineData("INSERT INTO t VALUES (nextval('a')) RETURNING pg_notify('c', 'x')", "Nextval nextval('a') ['a']", "Notify pg_notify('c', 'x') ['c'] ['x']")]
    [InlineData("SELECT pg_notify('c', pg_export_snapshot())", "Notify pg_notify('c', pg_export_snapshot()) ['c'] [pg_export_snapshot()]", "ExportSnapshot pg_export_snapshot()")]
    [InlineData("EXPLAIN ANALYZE SELECT nextval('a')", "Nextval nextval('a') ['a']")]
    [InlineData("CREATE TABLE t AS SELECT nextval('a')", "Nextval nextval('a') ['a']")]
    [InlineData("CALL p(nextval('a'))", "Nextval nextval('a') ['a']")]
    [InlineData("DECLARE c CURSOR FOR SELECT nextval('a')", "Nextval nextval('a') ['a']")]
    [InlineData("COPY (SELECT nextval('a')) TO STDOUT", "Nextval nextval('a') ['a']")]
    [InlineData("SELECT nextval('a'", "Nextval nextval('a' ['a']")]
    [InlineData("SELECT nextval(, )", "Nextval nextval(, ) []")]
    public void A_call_is_found_wherever_it_runs(string sql, params string[] calls) => Assert.Equal(calls, Calls(sql));

    [Theory]
    [InlineData("SELECT mine.pg_advisory_lock(7)")]
    [InlineData("SELECT \"PG_ADVISORY_LOCK\"(7)")]
    [InlineData("SELECT 'pg_advisory_lock(7)' -- pg_advisory_lock(7)")]
    [InlineData("SELECT pg_advisory_lock FROM t")]
    [InlineData("SELECT my_pg_advisory_lock(7)")]
    [InlineData("EXPLAIN SELECT pg_advisory_lock(7)")]
    [InlineData("PREPARE p AS SELECT pg_advisory_lock(7)")]
    [InlineData("CREATE VIEW v AS SELECT nextval('a')")]
    [InlineData("CREATE TABLE t (id int DEFAULT nextval('a'))")]
    [InlineData("CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT nextval('a'); END")]
    [InlineData("ALTER TABLE t ALTER a SET DEFAULT nextval('a')")]
    [InlineData("DO $$ BEGIN PERFORM pg_advisory_lock(7); END $$")]
    public void What_only_looks_like_a_call_or_runs_later_is_none(string sql) => Assert.Empty(Calls(sql));

    [Theory]
    [InlineData("SELECT set_config('Work_Mem', '8MB', true)", "work_mem", "8MB", true)]
    [InlineData("SELECT set_config('work_mem', '8MB', false)", "work_mem", "8MB", false)]
    [InlineData("SELECT set_config('work_mem', '8MB', 'tr')", "work_mem", "8MB", true)]
    [InlineData("SELECT set_config('work_mem', '8MB', 'OFF'::boolean)", "work_mem", "8MB", false)]
    [InlineData("SELECT set_config('work_mem', '8MB', 'o')", "work_mem", "8MB", null)]
    [InlineData("SELECT set_config('work_mem', '8MB', @local)", "work_mem", "8MB", null)]
    [InlineData("SELECT set_config('work_mem', @value, $3)", "work_mem", null, null)]
    [InlineData("SELECT set_config('app.' || name, value, true) FROM t", null, null, true)]
    [InlineData("SELECT set_config('app.\uFFFC', '\uFFFC', \uFFFC)", null, null, null)]
    [InlineData("SELECT set_config('a', 'b', NOT true)", "a", "b", null)]
    [InlineData("SELECT set_config('a', 'b')", "a", "b", null)]
    public void The_arguments_of_set_config(string sql, string? setting, string? value, bool? isLocal)
    {
        var call = Assert.Single(SqlText.Classify(sql).Statements.Single().Calls);
        Assert.Equal((SqlCallKind.SetConfig, setting, value, isLocal), (call.Kind, call.Setting, call.Value, call.IsLocal));
    }

    [Fact]
    public void An_unknown_scope_is_no_session_state()
        => Assert.Equal(SqlEffect.Reads, SqlText.Classify("SELECT set_config('a', 'b', @local)").Effect);

    [Fact]
    public void A_name_has_a_place_of_its_own()
    {
        const string Sql = "SELECT pg_catalog.\"pg_notify\" ('a', 'b')";
        var summary = SqlText.Classify(Sql);
        var call = summary.Statements[0].Calls[0];
        Assert.Equal(("pg_notify", "\"pg_notify\""), (call.Name, summary.TextOf(call.NameSpan)));
    }

    private static IEnumerable<string> Calls(string sql)
    {
        var summary = SqlText.Classify(sql);
        return summary.Statements.Single().Calls.Select(call =>
            $"{call.Kind} {summary.TextOf(call.Span)}{string.Concat(call.Arguments.Select(argument => " [" + summary.TextOf(argument) + "]"))}");
    }
}
