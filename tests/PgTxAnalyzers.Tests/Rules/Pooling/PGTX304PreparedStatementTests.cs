using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>Prepared statements behind a pooler: D50, D51, D63.</summary>
public class PGTX304PreparedStatementTests
{
    private const string Id = "PGTX304";

    [Theory]
    [InlineData("await using var c = new NpgsqlCommand(\"SELECT 1\", conn); await c.PrepareAsync(ct); // expect: PGTX304")]
    [InlineData("System.Data.Common.DbCommand c = conn.CreateCommand(); c.Prepare(); // expect: PGTX304")]
    [InlineData("System.Data.IDbCommand c = conn.CreateCommand(); c.Prepare(); // expect: PGTX304")]
    [InlineData("await using var b = conn.CreateBatch(); b.Prepare(); // expect: PGTX304")]
    public Task D51_a_call_of_Prepare_is_found(string statement) => Pooled.Method(statement, counted: Id).HasMarkedFindings();

    /// <summary>A command that wraps another one only hands the call on.</summary>
    [Fact]
    public Task Who_calls_a_wrapper_is_found_and_the_wrapper_is_not() => Pooled.Method("await new Logged().PrepareAsync(ct); // expect: PGTX304", """
        private sealed class Logged : System.Data.Common.DbCommand
        {
            private readonly NpgsqlCommand inner = new();
            public override System.Threading.Tasks.Task PrepareAsync(CancellationToken ct = default) => inner.PrepareAsync(ct);
            public override void Prepare() => inner.Prepare();
            public override string CommandText { get => inner.CommandText; set => inner.CommandText = value; }
            public override int CommandTimeout { get; set; }
            public override System.Data.CommandType CommandType { get; set; }
            public override System.Data.UpdateRowSource UpdatedRowSource { get; set; }
            public override bool DesignTimeVisible { get; set; }
            protected override System.Data.Common.DbConnection? DbConnection { get; set; }
            protected override System.Data.Common.DbTransaction? DbTransaction { get; set; }
            protected override System.Data.Common.DbParameterCollection DbParameterCollection => inner.Parameters;
            public override void Cancel() => inner.Cancel();
            public override int ExecuteNonQuery() => inner.ExecuteNonQuery();
            public override object? ExecuteScalar() => inner.ExecuteScalar();
            protected override System.Data.Common.DbParameter CreateDbParameter() => inner.CreateParameter();
            protected override System.Data.Common.DbDataReader ExecuteDbDataReader(System.Data.CommandBehavior behavior) => inner.ExecuteReader(behavior);
        }
        """, counted: Id).HasMarkedFindings();

    [Theory]
    [InlineData("PREPARE total AS SELECT 1")]
    [InlineData("EXECUTE total(1)")]
    [InlineData("DEALLOCATE total")]
    [InlineData("DEALLOCATE ALL")]
    public Task SQL_is_found_whatever_the_pooler_tracks(string sql) =>
        Pooled.Method($"await conn.ExecuteAsync(\"{sql}\"); // expect: PGTX304", counted: Id).WithOption("pgtx.pgbouncer_max_prepared_statements", "100").HasMarkedFindings();

    [Fact]
    public Task DEALLOCATE_ALL_is_answered_since_1_22() =>
        Pooled.Method("await conn.ExecuteAsync(\"DEALLOCATE ALL\");", counted: Id).WithOption("pgtx.pgbouncer_version", "1.24").IsQuiet();

    [Theory]
    [InlineData("1.20", null, null, true)]
    [InlineData("1.20", "100", null, true)]
    [InlineData("1.21", null, null, true)]
    [InlineData("1.21", "100", null, false)]
    [InlineData("1.24", null, null, false)]
    [InlineData("1.24", "0", null, true)]
    [InlineData(null, "100", null, false)]
    [InlineData(null, null, "max_prepared_statements = 50", false)]
    [InlineData("1.24", "100", "max_prepared_statements = 0", true)]
    [InlineData(null, null, "", true)]
    public Task Version_and_setting_decide(string? version, string? setting, string? ini, bool found)
    {
        var code = Pooled.Method($"await using var c = new NpgsqlCommand(\"SELECT 1\", conn); c.Prepare();{(found ? " // expect: PGTX304" : "")}", counted: Id);
        code = version is null ? code : code.WithOption("pgtx.pgbouncer_version", version);
        code = setting is null ? code : code.WithOption("pgtx.pgbouncer_max_prepared_statements", setting);
        code = ini is null ? code : code.WithAdditionalFile("pgbouncer.ini", Pooled.PgBouncer + ini);
        return code.HasMarkedFindings();
    }

    [Theory]
    [InlineData("\"Host=pgbouncer;Username=app;Max Auto Prepare=20\"", true)]
    [InlineData("\"Host=pgbouncer;Username=app;MaxAutoPrepare=20\"", true)]
    [InlineData("\"Host=pgbouncer;Username=app;Max Auto Prepare=0\"", false)]
    [InlineData("\"Host=pgbouncer;Username=app;Max Auto Prepare=20;Max Auto Prepare=\"", false)]
    [InlineData("\"Host=db.internal;Username=app;Max Auto Prepare=20\" + \"\"", false)]
    [InlineData("new NpgsqlConnectionStringBuilder(\"Host=pgbouncer\") { MaxAutoPrepare = 5 }.ConnectionString", true)]
    public Task D63_auto_prepare_in_a_connection_string(string expression, bool found) => TestCode.Method(
        $"var text = {expression};{(found ? " // expect: PGTX304" : "")}\nGC.KeepAlive(text);",
        "private const string Pooler = \"Host=pgbouncer;Username=app\";").Counting(Id).HasMarkedFindings();

    [Fact]
    public async Task The_message_names_the_errors()
    {
        var finding = await TestCode.Method("GC.KeepAlive(\"Host=pgbouncer;Username=app;Password=secret;Max Auto Prepare=20\"); // expect: PGTX304").Only(Id);
        Assert.Equal(
            "Fails with 26000 'prepared statement does not exist' or 42P05 'already exists': 'Max Auto Prepare' prepares in one session, which the pooler (Test0.cs:22) hands to another client after each transaction",
            finding.GetMessage());
        Assert.Equal("Max Auto Prepare=20", Pooled.Underlined(finding));
    }

    [Theory]
    [InlineData("StackExchange.Redis.LuaScript.Prepare(\"return 1\");")]
    [InlineData("new Own().Prepare();")]
    public Task Other_members_of_the_name_are_quiet(string statement) => Pooled.Method(statement, "private sealed class Own { public void Prepare() { } }", Id).IsQuiet();
}
