using System.Globalization;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>Which of many calls was the first that opened or began what a field holds tells no paths apart; what it opened or began does.</summary>
public sealed class ProvenanceTests
{
    private const string Unit = """
        sealed class Unit(Func<NpgsqlConnection> open)
        {
            private NpgsqlConnection? connection;
            private NpgsqlTransaction? transaction;
            public void Add()
            {
                if (connection is null) { connection = new NpgsqlConnection(); connection.Open(); }
                transaction ??= connection.BeginTransaction();
                connection.Execute("DELETE FROM a", transaction: transaction);
            }
            public void AddMissing(string what) { if (what.Length > 3) Add(); }
            public void Commit() { transaction?.Commit(); transaction = null; }
        }
        Unit unit = new(() => new NpgsqlConnection());
        """;

    [Theory]
    [InlineData("unit.Add();", "; Transaction Locking changed escaped")]
    [InlineData("{ unit.Add(); unit.Commit(); }", "")]
    public void Paths_that_began_at_different_calls_are_one(string call, string ends)
    {
        var (few, many) = (Calls(2), Calls(9));

        Assert.Equal(few.Exits.Count, many.Exits.Count);
        Assert.Equal(ends, string.Join("; ", many.ExitRegions.Distinct()));

        FlowOf Calls(int count) => FlowOf.Statements(string.Concat(Enumerable.Range(0, count).Select(i => $"if (url.Length > {i}) {call}\n")), Unit);
    }

    /// <summary>A transaction that a variable holds is told where it began: none of them may be taken for another one.</summary>
    [Fact]
    public void What_a_variable_holds_is_told_apart()
    {
        var flow = FlowOf.Statements("NpgsqlTransaction tx; if (url.Length > 3) tx = conn.BeginTransaction(); else tx = new NpgsqlConnection().BeginTransaction(); conn.Execute(\"DELETE FROM a\");");

        Assert.Equal(2, flow.Exits.SelectMany(e => e.Regions).Where(r => r.Resource is null).Select(r => r.Begin).Distinct().Count());
    }

    [Fact]
    public async Task The_message_names_the_first_begin()
    {
        var code = TestCode.Method("""
            await conn.OpenAsync();
            unit.AddMissing(url);
            unit.AddMissing(url);
            unit.AddMissing(url);
            await http.GetStringAsync(url); // expect: PGTX101
            unit.Commit();
            """, Unit).Counting("PGTX101");

        var finding = Assert.Single(await code.HasMarkedFindings());
        var line = finding.Location.GetLineSpan().StartLinePosition.Line + 1;
        Assert.Contains($"begun at line {line - 3} ", finding.GetMessage(CultureInfo.InvariantCulture));
    }
}
