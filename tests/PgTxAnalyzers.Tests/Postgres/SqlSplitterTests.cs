using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Tests.Postgres;

public class SqlSplitterTests
{
    /// <summary>Texts with what stands between their statements; a live test holds the counts against a server.</summary>
    public static TheoryData<string, string[]> Texts => new()
    {
        { "SELECT 1", ["SELECT 1"] },
        { "SELECT 1;", ["SELECT 1"] },
        { " ;; SELECT 1 ; ; SELECT 2 ;;", ["SELECT 1", "SELECT 2"] },
        { "SELECT ';' ; SELECT \"a;b\" FROM (SELECT 1 AS \"a;b\") x; SELECT $$;$$", ["SELECT ';'", "SELECT \"a;b\" FROM (SELECT 1 AS \"a;b\") x", "SELECT $$;$$"] },
        { "SELECT 1 -- ; SELECT 2\n; /* ; */ SELECT /* ; */ 3 /* ; */", ["SELECT 1", "SELECT /* ; */ 3"] },
        {
            "CREATE RULE fresh AS ON DELETE TO jobs DO INSTEAD (UPDATE jobs SET done = true; NOTIFY jobs); SELECT 1",
            ["CREATE RULE fresh AS ON DELETE TO jobs DO INSTEAD (UPDATE jobs SET done = true; NOTIFY jobs)", "SELECT 1"]
        },
        {
            "CREATE FUNCTION fresh() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3",
            ["CREATE FUNCTION fresh() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END", "SELECT 3"]
        },
        {
            "create or replace procedure fresh() begin atomic; ; delete from jobs where id = case when true then case 1 when 1 then 2 end else 3 end; end; select 1",
            ["create or replace procedure fresh() begin atomic; ; delete from jobs where id = case when true then case 1 when 1 then 2 end else 3 end; end", "select 1"]
        },
        {
            "CREATE FUNCTION fresh() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT x.end FROM (SELECT 1 AS end, 2 AS case) x; SELECT 2; END; SELECT 3",
            ["CREATE FUNCTION fresh() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT x.end FROM (SELECT 1 AS end, 2 AS case) x; SELECT 2; END", "SELECT 3"]
        },
        {
            "CREATE FUNCTION fresh() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2'; SELECT 3",
            ["CREATE FUNCTION fresh() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2'", "SELECT 3"]
        },
        { "DO $$ BEGIN PERFORM 1; END $$; SELECT 1", ["DO $$ BEGIN PERFORM 1; END $$", "SELECT 1"] },
        { "BEGIN; UPDATE jobs SET done = true; COMMIT; SELECT CASE WHEN true THEN 1 END; SELECT 2", ["BEGIN", "UPDATE jobs SET done = true", "COMMIT", "SELECT CASE WHEN true THEN 1 END", "SELECT 2"] },
        { "END; SELECT 1", ["END", "SELECT 1"] },
        { "SAVEPOINT atomic; SELECT 1", ["SAVEPOINT atomic", "SELECT 1"] },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_is_cut_at_the_semicolons_between_statements(string text, string[] statements)
        => Assert.Equal(statements, SqlText.Classify(text).Statements.Select(statement => text.Substring(statement.Start, statement.Length)));

    [Theory]
    [InlineData("SELECT 1); SELECT 2", 2)]
    [InlineData("SELECT (1; SELECT 2", 1)]
    [InlineData("SELECT 'open; SELECT 2", 1)]
    [InlineData("CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; SELECT 2", 1)]
    [InlineData("CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; END END END; SELECT 2", 2)]
    [InlineData("BEGIN ATOMIC; SELECT 1; END", 3)]
    [InlineData("COMMIT;;;", 1)]
    [InlineData(")))(", 1)]
    public void A_broken_text_is_cut_where_it_can_be(string text, int count) => Assert.Equal(count, SqlText.Classify(text).Statements.Length);
}
