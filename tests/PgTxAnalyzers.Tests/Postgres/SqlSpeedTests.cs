using System.Diagnostics;
using System.Reflection;
using System.Text;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Postgres;

/// <summary>
/// A text of a million characters is read in under 50 ms, whatever it is made of, and one of eight million takes eight times as long. The figures in <c>docs/performance.md</c> are
/// those that this test prints on a machine that does nothing else.
/// </summary>
public class SqlSpeedTests(ITestOutputHelper output)
{
    private const int Megabyte = 1_000_000;

    /// <summary>
    /// Twice what is promised, of an optimised build: a machine that runs other tests beside this one has less of its caches. Another build is several times slower, and
    /// nobody's analyzer.
    /// </summary>
    private static readonly double Bound = typeof(SqlText).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true } ? 800 : 100;

    /// <summary>Kinds of text: how each begins, what it is made of, how it ends.</summary>
    private static readonly Dictionary<string, (string Beginning, string Unit, string End)> Kinds = new()
    {
        ["statements of every kind"] = ("", string.Join(";\n", PostgresStatements.All.Select(s => s.Sql).Where(sql => !sql.Contains("ATOMIC", StringComparison.Ordinal))) + ";\n", ""),
        ["many short statements"] = ("", "SET a.b = 1; ", ""),
        ["one select list"] = ("SELECT ", "o.id, coalesce(o.state, 'new') AS state, o.amount * 1.19, ", "1"),
        ["one VALUES list"] = ("INSERT INTO orders VALUES ", "(1, 'it''s', 2.50, NULL, now()), ", "(2, '', 0, NULL, now())"),
        ["one literal"] = ("SELECT '", "all work and no play ", "'"),
        ["one literal with escapes"] = ("SELECT E'", "a\\n\\'b\\u00e9''c ", "'"),
        ["literals over several lines"] = ("SELECT ", "'a'\n", ""),
        ["nested comments"] = ("SELECT 1 ", "/* a /* b */ c */ ", ""),
        ["comments that do not end"] = ("SELECT 1 ", "/* ", ""),
        ["comments to the end of the line"] = ("SELECT 1 ", "-- a remark\n", ""),
        ["one dollar quote"] = ("DO $body$ ", "BEGIN x := $1; PERFORM f($$a$$); END; ", "$body$"),
        ["many dollar quotes"] = ("SELECT ", "$$a$$, $b$ $c$ $b$, ", "1"),
        ["dollar quotes that do not end"] = ("SELECT ", "$a$b $", ""),
        ["operators"] = ("SELECT 1 ", "+ - * / <@ @> || ->> #>> ~* ::int ", "2"),
        ["one operator"] = ("SELECT 1 ", "+-", " 2"),
        ["parameters"] = ("SELECT ", "@p, $1, :q, ", "1"),
        ["casts and slices"] = ("SELECT ", "a::int[], b[1:2], c[:d], ", "1"),
        ["parentheses"] = ("SELECT ", "((a) ", ""),
        ["calls of advisory locks"] = ("SELECT ", "pg_advisory_lock(1, 2), set_config('a.b', 'c', false), ", "1"),
        ["holes"] = ("SELECT ", "\uFFFC, a\uFFFCb, ", "1"),
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_megabyte_is_read_at_once(string kind)
    {
        var text = Text(kind, Megabyte);
        var best = Best(text, until: Bound);
        output.WriteLine($"| {kind} | {best:F1} ms |");
        Assert.True(best < Bound, $"{best:F1} ms");

        // Quadratic would be sixty-four times as long. Three times more than linear is allowed: what fits into a small machine's caches once does not fit eight times.
        var linear = 8 * Math.Max(best, 2);
        var eightfold = Best(Text(kind, 8 * Megabyte), until: 3 * linear);
        Assert.True(eightfold < 3 * linear, $"{best:F1} ms, eightfold {eightfold:F1} ms");
    }

    /// <summary>The best of at least three runs; of up to a hundred, where a busy machine has let none through in the time.</summary>
    private static double Best(string text, double until)
    {
        var best = double.MaxValue;
        for (var run = 0; run < 3 || (run < 100 && best >= until); run++)
        {
            best = Math.Min(best, OwnTime.Of(() => SqlText.Classify(text)).TotalMilliseconds);
        }

        return best;
    }

    private static string Text(string kind, int length)
    {
        var (beginning, unit, end) = Kinds[kind];
        var text = new StringBuilder(beginning, length + unit.Length + end.Length);
        while (text.Length < length)
            text.Append(unit);
        return text.Append(end).ToString();
    }
}
