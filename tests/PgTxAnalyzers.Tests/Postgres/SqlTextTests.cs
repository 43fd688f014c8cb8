using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Tests.Postgres;

public class SqlTextTests
{
    public static TheoryData<string> Statements => [.. PostgresStatements.All.Select(statement => statement.Sql)];

    [Theory]
    [MemberData(nameof(Statements))]
    public void A_statement_has_its_kind_and_effect(string sql)
    {
        var expected = PostgresStatements.All.Single(statement => statement.Sql == sql);
        var actual = Assert.Single(SqlText.Classify(sql).Statements);
        Assert.Equal((expected.Kind, expected.Effect), (actual.Kind, actual.Effect));
    }

    [Fact]
    public void The_verb_of_a_definition_is_the_servers_command_tag()
        => Assert.All(
            PostgresStatements.All.Where(statement => statement.Kind == SqlKind.Ddl && !statement.Tag.StartsWith("SELECT", StringComparison.Ordinal)),
            statement => Assert.Equal(statement.Tag is "CREATE TABLE AS" ? "CREATE TABLE" : statement.Tag, One(statement.Sql).Verb));

    [Fact]
    public void There_are_statements_of_every_kind()
    {
        var kinds = PostgresStatements.All.Select(statement => statement.Kind).ToHashSet();
        Assert.Equal([SqlKind.Unknown], Enum.GetValues<SqlKind>().Where(kind => !kinds.Contains(kind)));
        Assert.True(PostgresStatements.All.Count >= 500);
    }

    [Fact]
    public void Case_and_comments_change_nothing()
        => Assert.All(PostgresStatements.All, statement =>
        {
            string rewritten = Rewrite(statement.Sql);
            var actual = Assert.Single(SqlText.Classify(rewritten).Statements);
            Assert.Equal((statement.Kind, statement.Effect), (actual.Kind, actual.Effect));
        });

    [Theory]
    [InlineData("orders_summary")]
    [InlineData("begin_work")]
    [InlineData("commit_orders 1")]
    [InlineData("update")]
    [InlineData("BEGIN TRAN")]
    [InlineData("BEGIN DELETE FROM orders")]
    [InlineData("COMMIT TRAN")]
    [InlineData("COMMIT orders")]
    [InlineData("END IF")]
    [InlineData("START")]
    [InlineData("START SLAVE")]
    [InlineData("ROLLBACK orders")]
    [InlineData("SAVE TRANSACTION x")]
    [InlineData("READ COMMITTED")]
    [InlineData("DELETE orders")]
    [InlineData("INSERT orders VALUES (1)")]
    [InlineData("SET search_path")]
    [InlineData("SET NOCOUNT ON")]
    [InlineData("PREPARE")]
    [InlineData("CREATE order")]
    [InlineData("'BEGIN'")]
    [InlineData("\"begin\"")]
    [InlineData("(BEGIN)")]
    [InlineData("WITH x AS (SELECT 1)")]
    [InlineData("EXEC sp_who")]
    [InlineData("@sql")]
    [InlineData("\uFFFC")]
    [InlineData("\uFFFC SELECT 1")]
    [InlineData("\uFFFCBEGIN")]
    [InlineData("COMMIT\uFFFC")]
    [InlineData("COMMIT \uFFFC")]
    [InlineData("SET \uFFFC work_mem = 1")]
    [InlineData("SET LOCAL \uFFFC")]
    public void What_PostgreSQL_does_not_have_is_unknown_and_reads(string sql)
        => Assert.Equal((SqlKind.Unknown, SqlEffect.Reads), (One(sql).Kind, One(sql).Effect));

    [Fact]
    public void The_effect_of_a_text_is_that_of_all_its_statements()
    {
        var summary = SqlText.Classify("BEGIN; UPDATE orders SET state = 'x'; SET work_mem = 1; COMMIT AND CHAIN");
        Assert.Equal([SqlKind.Begin, SqlKind.Update, SqlKind.Set, SqlKind.CommitAndChain], summary.Statements.Select(statement => statement.Kind));
        Assert.Equal(
            SqlEffect.Begins | SqlEffect.Reads | SqlEffect.Locks | SqlEffect.ChangesData | SqlEffect.SessionState | SqlEffect.Commits | SqlEffect.Chains,
            summary.Effect);
    }

    [Fact]
    public void Backslashes_are_escapes_where_the_server_takes_them_so()
    {
        const string Text = "SELECT 'a\\'; COMMIT; --'";
        Assert.Equal(2, SqlText.Classify(Text).Statements.Length);
        Assert.Single(SqlText.Classify(Text, standardConformingStrings: false).Statements);
    }

    private static SqlStatement One(string sql) => Assert.Single(SqlText.Classify(sql).Statements);

    /// <summary>A comment behind each white space, and all unquoted words in the other case.</summary>
    private static string Rewrite(string sql)
    {
        var rewritten = new System.Text.StringBuilder();
        var scanner = new SqlScanner(sql);
        for (var token = scanner.Next(); token.Kind != SqlTokenKind.EndOfText; token = scanner.Next())
        {
            string text = sql.Substring(token.Start, token.Length);
            rewritten.Append(token.Kind switch
            {
                SqlTokenKind.WhiteSpace => text + "/* ; COMMIT ' */" + text,
                SqlTokenKind.Identifier => text.All(char.IsLower) ? text.ToUpperInvariant() : text.ToLowerInvariant(),
                _ => text,
            });
        }

        return rewritten.ToString();
    }
}
