using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Tests.Postgres;

public class SqlSplitterTests
{
    public static TheoryData<string, string[]> Texts
    {
        get
        {
            var texts = new TheoryData<string, string[]>();
            foreach (var (text, statements) in PostgresStatements.Texts)
                texts.Add(text, statements);
            return texts;
        }
    }

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
