namespace PgTxAnalyzers.Tests.Postgres;

internal static partial class PostgresStatements
{
    /// <summary>Texts of several statements, with what stands between the semicolons. A server answers as many command tags as there are statements.</summary>
    public static IReadOnlyList<(string Text, string[] Statements)> Texts { get; } =
    [
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;", ["SELECT 1"]),
        (" ;; SELECT 1 ; ; SELECT 2 ;;", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';' ; SELECT \"a;b\" FROM (SELECT 1 AS \"a;b\") x; SELECT $$;$$", ["SELECT ';'", "SELECT \"a;b\" FROM (SELECT 1 AS \"a;b\") x", "SELECT $$;$$"]),
        ("SELECT 1 -- ; SELECT 2\n; /* ; */ SELECT /* ; */ 3 /* ; */", ["SELECT 1", "SELECT /* ; */ 3"]),
        (
            "CREATE RULE fresh AS ON DELETE TO jobs DO INSTEAD (UPDATE jobs SET done = true; NOTIFY jobs); SELECT 1",
            ["CREATE RULE fresh AS ON DELETE TO jobs DO INSTEAD (UPDATE jobs SET done = true; NOTIFY jobs)", "SELECT 1"]
        ),
        (
            "CREATE FUNCTION fresh() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3",
            ["CREATE FUNCTION fresh() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END", "SELECT 3"]
        ),
        (
            "create or replace procedure fresh() begin atomic; ; delete from jobs where id = case when true then case 1 when 1 then 2 end else 3 end; end; select 1",
            ["create or replace procedure fresh() begin atomic; ; delete from jobs where id = case when true then case 1 when 1 then 2 end else 3 end; end", "select 1"]
        ),
        (
            "CREATE FUNCTION fresh() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT x.end FROM (SELECT 1 AS end, 2 AS case) x; SELECT 2; END; SELECT 3",
            ["CREATE FUNCTION fresh() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT x.end FROM (SELECT 1 AS end, 2 AS case) x; SELECT 2; END", "SELECT 3"]
        ),
        (
            "CREATE FUNCTION fresh() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2'; SELECT 3",
            ["CREATE FUNCTION fresh() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2'", "SELECT 3"]
        ),
        ("DO $$ BEGIN PERFORM 1; END $$; SELECT 1", ["DO $$ BEGIN PERFORM 1; END $$", "SELECT 1"]),
        ("BEGIN; UPDATE jobs SET done = true; COMMIT; SELECT CASE WHEN true THEN 1 END; SELECT 2", ["BEGIN", "UPDATE jobs SET done = true", "COMMIT", "SELECT CASE WHEN true THEN 1 END", "SELECT 2"]),
        ("END; SELECT 1", ["END", "SELECT 1"]),
        ("SAVEPOINT atomic; SELECT 1", ["SAVEPOINT atomic", "SELECT 1"]),
    ];
}
