
namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>Temporary tables behind a pooler: D55.</summary>
public class PGTX305TempTableOutlivesTransactionTests
{
    private const string Id = "PGTX305";

    [Theory]
    [InlineData("CREATE TEMP TABLE staging (id int)")]
    [InlineData("CREATE TEMPORARY TABLE IF NOT EXISTS staging (id int) ON COMMIT DELETE ROWS")]
    [InlineData("CREATE LOCAL TEMP TABLE staging ON COMMIT PRESERVE ROWS AS SELECT 1")]
    [InlineData("CREATE TABLE pg_temp.staging (id int)")]
    [InlineData("SELECT * INTO TEMP staging FROM orders")]
    [InlineData("CREATE TEMP TABLE staging AS SELECT 1; INSERT INTO orders SELECT * FROM staging")]
    [InlineData("CREATE TEMP TABLE staging (id int) ON COMMIT DROP")]
    public Task D55_without_a_transaction_each_is_found(string sql) =>
        Pooled.Method($"await conn.ExecuteAsync(\"{sql}\"); // expect: PGTX305", counted: Id).HasMarkedFindings();

    [Fact]
    public Task Inside_a_transaction_without_the_drop_it_is_found() => Pooled.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("CREATE TEMP TABLE staging (id int)"); // expect: PGTX305
        await tx.CommitAsync(ct);
        """, counted: Id).HasMarkedFindings();

    [Theory]
    [InlineData("await using var tx = await conn.BeginTransactionAsync(ct);\nawait conn.ExecuteAsync(\"CREATE TEMP TABLE s (id int) ON COMMIT DROP\");\nawait tx.CommitAsync(ct);")]
    [InlineData("using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);\nawait using var c = await source.OpenConnectionAsync(ct);\nawait c.ExecuteAsync(\"CREATE TEMP TABLE s (id int) ON COMMIT DROP\");\nscope.Complete();")]
    [InlineData("await using var tx = await conn.BeginTransactionAsync(ct);\nusing var c = conn.CreateCommand();\nc.CommandText = \"CREATE TEMP TABLE s (id int) ON COMMIT DROP\";\nc.ExecuteNonQuery();\nawait tx.CommitAsync(ct);")]
    [InlineData("await conn.ExecuteAsync(\"CREATE TEMP TABLE s (id int) ON COMMIT DROP; INSERT INTO s VALUES (1)\");")]
    [InlineData("await conn.ExecuteAsync(\"CREATE TEMP TABLE s (id int); INSERT INTO orders SELECT * FROM s; DROP TABLE s\");")]
    [InlineData("await using var b = conn.CreateBatch(); b.BatchCommands.Add(new NpgsqlBatchCommand(\"CREATE TEMP TABLE s (id int) ON COMMIT DROP\")); await b.ExecuteNonQueryAsync(ct);")]
    [InlineData("await conn.ExecuteAsync(\"CREATE TABLE temp (id int)\");")]
    [InlineData("await conn.ExecuteAsync(\"CREATE UNLOGGED TABLE staging (id int)\");")]
    [InlineData("await conn.ExecuteAsync(\"INSERT INTO notes VALUES ('CREATE TEMP TABLE x')\");")]
    public Task D55_repaired_and_its_lookalikes_are_quiet(string statements) => Pooled.Method(statements, counted: Id).IsQuiet();

    [Fact]
    public Task A_helper_that_is_called_inside_a_transaction_is_quiet() => Pooled.Method(
        """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await Stage(conn);
        await tx.CommitAsync(ct);
        """,
        "private static Task Stage(NpgsqlConnection c) => c.ExecuteAsync(\"CREATE TEMP TABLE s (id int) ON COMMIT DROP\");", Id).IsQuiet();

    [Fact]
    public Task A_helper_that_nobody_calls_in_one_is_found() => Pooled.Method(
        "await Stage(conn);",
        "private static Task Stage(NpgsqlConnection c) => c.ExecuteAsync(\"CREATE TEMP TABLE s (id int) ON COMMIT DROP\"); // expect: PGTX305", Id).HasMarkedFindings();

    [Fact]
    public async Task The_message_names_both_failures()
    {
        var finding = await Pooled.Method("await conn.ExecuteAsync(\"create temp table Staging as select 1\"); // expect: PGTX305").Only(Id);
        Assert.Equal(
            "The next command does not find the table (42P01), or the next client does (42P07): 'create temp table Staging' stays with the session, and the pooler (pgtx.pooling = transaction) hands the session to another client after each transaction",
            finding.GetMessage());
    }
}
