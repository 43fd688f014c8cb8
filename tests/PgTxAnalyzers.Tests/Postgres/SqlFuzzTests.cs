using System.Diagnostics;
using System.Text;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Tests.Postgres;

/// <summary>Whatever the text: nothing throws, the tokens cover it, every place lies inside it, and the time grows with its length.</summary>
public class SqlFuzzTests(ITestOutputHelper output)
{
    private const int Texts = 200_000;

    /// <summary>Pieces of SQL, of which random texts are made; broken ones as well.</summary>
    private static readonly string[] Pieces =
    [
        " ", "\n", ";", "(", ")", "[", "]", ",", ".", "..", "'", "''", "'a'", "E'", "e'\\'", "\\", "U&'", "U&\"", "N'", "B'", "X'1F'", "\"", "\"a\"", "$", "$$", "$a$", "$1", "@", "@p", ":", "::",
        ":p", ":=", "=>", "+", "-", "--", "/*", "*/", "/", "*", "%", "~", "!", "#", "<", ">", "=", "|", "&", "?", "0", "1", "1.", "1e", "0x", "_", "a", "A", "é", "\uFFFC", "\uD83D", "\0", "\u00A0",
        "SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "MERGE INTO ", "VALUES (", "TABLE ", "WITH ", "RECURSIVE ", "AS ", "AS (", "MATERIALIZED ", "SEARCH ", "CYCLE ", "FROM ", "INTO ", "TEMP ", "ONLY ",
        "FOR ", "UPDATE", "SHARE", "NO KEY ", "OF ", "substring(", "BEGIN ", "ATOMIC ", "COMMIT ", "END ", "CASE ", "ROLLBACK ", "TO ", "SAVEPOINT ", "PREPARE ", "TRANSACTION ", "AND ", "CHAIN ", "PREPARED ",
        "ISOLATION LEVEL ", "READ ", "SERIALIZABLE ", "SET ", "LOCAL ", "SESSION ", "TIME ZONE ", "ROLE ", "AUTHORIZATION ", "CHARACTERISTICS ", "DEFAULT ", "RESET ", "SHOW ", "DISCARD ", "ALL ", "EXECUTE ",
        "DEALLOCATE ", "LISTEN ", "UNLISTEN ", "NOTIFY ", "DECLARE ", "CURSOR ", "HOLD ", "FETCH ", "CLOSE ", "LOAD ", "CREATE ", "OR REPLACE ", "FUNCTION ", "INDEX ", "ON ", "DROP ", "ALTER ", "TEMPORARY ",
        "pg_temp.", "TRUNCATE ", "LOCK ", "COPY ", "CALL ", "DO ", "EXPLAIN ", "ANALYZE ", "VACUUM ", "GRANT ", "COMMENT ON ", "pg_advisory_lock(", "set_config(", "'idle_in_transaction_session_timeout'", "nextval(",
        "pg_catalog.", "true", "false", .. Enum.GetValues<SqlWord>().Select(word => SqlWords.UpperTextOf(word) + " "),
    ];

    /// <summary>Repeated, each has once been or could be quadratic: a look ahead that is not used up, a search for an end that never comes.</summary>
    private static readonly string[] Repeated =
    [
        "SELECT a FROM b WHERE c = @d; ", "+-", "+", "*-", "'", "\"", "$a", "$a$b", "$", "(", ")", "[", "/*", "/* */", "--\n", "'a'\n", "'a' -- b\n", "E'\\", "a.", "a ", "pg_notify(", "set_config('a','b',", "nextval('a'), ",
        "FROM a FOR UPDATE OF b ", "BEGIN;", ";", "EXPLAIN ANALYZE ", ", a (", "AS (UPDATE a.a ", "AS (DELETE FROM ", "substring(", "CASE ", ":a", "::", "1_", "0x", "\uFFFC", "ON COMMIT DROP ", "INTO ", "Order ",
    ];

    private static readonly string[] Beginnings =
        ["", "SELECT ", "UPDATE ", "WITH ", "WITH x AS (SELECT 1) SEARCH ", "CREATE FUNCTION f() BEGIN ATOMIC ", "CREATE TEMP TABLE x ", "CREATE INDEX ", "SELECT * FROM a ", "SET a = ", "DECLARE c CURSOR ", "EXPLAIN (", "COPY ", "BEGIN "];

    [Fact]
    public void Random_texts()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int i = 0; i < Texts; i++)
        {
            var text = new StringBuilder();
            for (int pieces = random.Next(1, 16); pieces > 0; pieces--)
                text.Append(Pieces[random.Next(Pieces.Length)]);
            string sql = text.ToString();
            string? wrong = Wrong(sql, standardConformingStrings: (i & 7) != 0);
            Assert.True(wrong is null, $"seed {seed}: {wrong} in {sql}");
        }
    }

    [Fact]
    public void Cut_statements()
        => Assert.All(PostgresStatements.All, statement =>
        {
            for (int length = 0; length < statement.Sql.Length; length++)
                Assert.Null(Wrong(statement.Sql.Substring(0, length)));
        });

    [Fact]
    public void Time_grows_with_the_length()
    {
        const int Length = 40_000;
        Time(Repeat("SELECT ", Repeated[0], Length));

        // The first that is wrong ends it: quadratic takes long.
        foreach (var (beginning, unit) in Beginnings.SelectMany(beginning => Repeated, (beginning, unit) => (beginning, unit)))
        {
            double once = Best(beginning, unit, Length);
            Assert.True(once < 1000, $"{beginning}{unit}: {once:F1} ms");
            double fourfold = Best(beginning, unit, 4 * Length);
            if (fourfold < (10 * once) + 10)
                continue;

            // Quadratic is sixteenfold. A busy machine can look so too, since it lets short runs through and interrupts long ones: but at ten times the
            // length, quadratic is seconds.
            double tenfold = fourfold > 2000 ? fourfold : Best(beginning, unit, 10 * Length);
            Assert.True(tenfold < 1000, $"{beginning}{unit}: {once:F1} ms, fourfold {fourfold:F1} ms, tenfold {tenfold:F1} ms");
        }

        static double Best(string beginning, string unit, int length)
        {
            string text = Repeat(beginning, unit, length);
            double best = Time(text);
            for (int run = 1; run < 3 && best < 2000; run++)
                best = Math.Min(best, Time(text));
            return best;
        }
    }

    private static string Repeat(string beginning, string unit, int length)
    {
        var text = new StringBuilder(beginning, length + unit.Length);
        while (text.Length < length)
            text.Append(unit);
        return text.ToString(0, length);
    }

    private static double Time(string text)
    {
        long start = Stopwatch.GetTimestamp();
        SqlText.Classify(text);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>What is wrong with the reading of a text, or null.</summary>
    private static string? Wrong(string sql, bool standardConformingStrings = true)
    {
        var scanner = new SqlScanner(sql, standardConformingStrings);
        int position = 0;
        for (var token = scanner.Next(); token.Kind != SqlTokenKind.EndOfText; token = scanner.Next())
        {
            if (token.Start != position || token.Length <= 0)
                return $"token {token.Kind} at {token.Start}, expected at {position}";
            position = token.End;
        }

        if (position != sql.Length)
            return $"tokens end at {position} of {sql.Length}";

        int last = 0;
        foreach (var statement in SqlText.Classify(sql, standardConformingStrings).Statements)
        {
            if (statement.Start < last || statement.End > sql.Length || (statement.Length == 0) != (statement.Kind == SqlKind.Empty))
                return $"statement {statement.Kind} at {statement.Start}, length {statement.Length}";
            last = statement.End;
            if (!Holds(statement, statement.Focus))
                return $"focus of {statement.Kind} at {statement.Focus}";
            if (statement.Kind == SqlKind.Unknown && statement.Effect != SqlEffect.Reads)
                return $"effect {statement.Effect} of an unknown statement";
            foreach (var call in statement.Calls)
            {
                if (!Holds(statement, call.Span) || !Holds(statement, call.NameSpan) || call.Arguments.Any(argument => !Holds(statement, argument)))
                    return $"call of {call.Name} at {call.Span}";
            }
        }

        return null;
    }

    private static bool Holds(SqlStatement statement, SqlSpan span) => span.Start >= statement.Start && span.Length >= 0 && span.End <= statement.End;
}
