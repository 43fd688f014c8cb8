using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>Settings of the session behind a pooler: D54, D59, D60.</summary>
public class PGTX301SessionSettingTests
{
    private const string Id = "PGTX301";

    [Theory]
    [InlineData("SET statement_timeout = '5s'")]
    [InlineData("set session search_path to a, b")]
    [InlineData("SET ROLE reporting")]
    [InlineData("RESET ALL")]
    [InlineData("DISCARD ALL")]
    [InlineData("SET SESSION AUTHORIZATION DEFAULT")]
    [InlineData("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")]
    [InlineData("SELECT set_config('app.tenant', 'a', false)")]
    [InlineData("SELECT pg_catalog.set_config('work_mem', '1MB', 'off')")]
    [InlineData("UPDATE t SET a = 1; SET work_mem = '1MB'")]
    [InlineData("/* it's */ -- x\nSET work_mem = '1MB'")]
    [InlineData("BEGIN; SET work_mem = '1MB'; COMMIT")]
    public Task What_outlives_the_transaction_is_found(string sql) =>
        Pooled.Method($"await conn.ExecuteAsync({Literal(sql)}); // expect: PGTX301", counted: Id).HasMarkedFindings();

    [Theory]
    [InlineData("SET LOCAL statement_timeout = '5s'")]
    [InlineData("SET TRANSACTION READ ONLY")]
    [InlineData("SET CONSTRAINTS ALL DEFERRED")]
    [InlineData("SET TIME ZONE 'UTC'")]
    [InlineData("SET NAMES 'UTF8'")]
    [InlineData("SET application_name = 'x'")]
    [InlineData("RESET TimeZone")]
    [InlineData("SELECT set_config('app.tenant', 'a', true)")]
    [InlineData("SELECT set_config('timezone', 'UTC', false)")]
    [InlineData("SELECT my.set_config('a', 'b', false)")]
    [InlineData("UPDATE t SET note = 'SET ROLE x; RESET ALL'")]
    [InlineData("ALTER ROLE app SET search_path = x")]
    [InlineData("CREATE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem = '1MB' AS 'SELECT 1'")]
    [InlineData("ALTER TABLE t ALTER COLUMN c SET DEFAULT 1")]
    [InlineData("SET work_mem = '1MB'; SELECT 1; RESET work_mem")]
    [InlineData("SET")]
    [InlineData("")]
    public Task What_ends_with_it_and_what_poolers_track_is_quiet(string sql) => Pooled.Method($"await conn.ExecuteAsync({Literal(sql)});", counted: Id).IsQuiet();

    [Theory]
    [InlineData("var sql = url.Length > 3 ? \"SET work_mem = '1MB'\" : \"SET work_mem = '2MB'\"; await conn.ExecuteAsync(sql);")]
    [InlineData("var sql = url.Length > 3 ? \"SET LOCAL work_mem = '1MB'\" : \"SET work_mem = '1MB'\"; await conn.ExecuteAsync(sql);")]
    [InlineData("var sql = ForSession; if (url.Length > 3) sql = ForTransaction; await using var command = new NpgsqlCommand(sql, conn); await command.ExecuteNonQueryAsync();")]
    [InlineData("string sql; if (url.Length > 3) sql = ForTransaction; else sql = ForSession; await using var command = new NpgsqlCommand(sql, conn); await command.ExecuteNonQueryAsync();")]
    [InlineData("string sql = url switch { \"a\" => ForTransaction, _ => ForSession }; await using var command = conn.CreateCommand(); command.CommandText = sql; await command.ExecuteNonQueryAsync();")]
    [InlineData("var first = url.Length > 3 ? ForTransaction : ForSession; var sql = first; await conn.ExecuteAsync(sql, new { });")]
    [InlineData("var sql = url.Length > 3 ? ForTransaction : ForSession; await RunAsync(conn, sql);")]
    public Task What_a_local_may_say_on_some_path_is_found(string statements) => Pooled.Method(statements + " // expect: PGTX301", Members, Id).HasMarkedFindings();

    [Theory]
    [InlineData("var sql = url.Length > 3 ? ForTransaction : \"SELECT 1\"; await conn.ExecuteAsync(sql);")]
    [InlineData("var sql = ForSession; sql = ForTransaction; await conn.ExecuteAsync(sql);")]
    [InlineData("var sql = ForSession; if (url.Length > 3) sql = \"SELECT 1\"; else sql = ForTransaction; await using var command = new NpgsqlCommand(sql, conn); await command.ExecuteNonQueryAsync();")]
    [InlineData("var sql = \"SELECT 1\"; await using var command = new NpgsqlCommand(sql, conn); await command.ExecuteNonQueryAsync(); sql = ForSession; GC.KeepAlive(sql);")]
    [InlineData("var sql = ForSession; Change(ref sql); await conn.ExecuteAsync(sql);")]
    public Task What_a_local_no_longer_says_is_quiet(string statements) => Pooled.Method(statements, Members, Id).IsQuiet();

    private const string Members = """
        private const string ForSession = "SET work_mem = '1MB'";
        private const string ForTransaction = "SET LOCAL work_mem = '1MB'";
        private static void Change(ref string sql) => sql = ForTransaction;
        private static async Task RunAsync(NpgsqlConnection conn, string sql)
        {
            await using var command = new NpgsqlCommand(sql, conn);
            await command.ExecuteNonQueryAsync();
        }
        """;

    [Fact]
    public async Task D54_a_tenant_of_row_level_security()
    {
        var finding = await Pooled.Method("""
            await conn.ExecuteAsync("SELECT set_config('app.tenant', @tenant, false)", new { tenant = url }); // expect: PGTX301
            """).Only(Id);
        Assert.Equal(
            "Another client reads rows by this value where row-level security asks for it: 'set_config('app.tenant', …, false)' belongs to the session, which the pooler (pgtx.pooling = transaction) hands to another client after each transaction",
            finding.GetMessage());
        Assert.Equal("set_config('app.tenant', @tenant, false)", Pooled.Underlined(finding));
    }

    /// <summary>social-care-case-viewer-api's search: an extension reads it, and no policy asks for it.</summary>
    [Theory]
    [InlineData("SET pg_trgm.word_similarity_threshold = 0.4")]
    [InlineData("SELECT set_config('hnsw.ef_search', '100', false)")]
    public async Task A_setting_of_an_extension_is_no_tenant(string sql)
    {
        var finding = await Pooled.Method($"await conn.ExecuteAsync({Literal(sql)}); // expect: PGTX301").Only(Id);
        Assert.StartsWith("Another client runs with this setting, ", finding.GetMessage());
    }

    [Fact]
    public Task D54_repaired() => Pooled.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("SELECT set_config('app.tenant', @tenant, true)", new { tenant = url }, tx);
        await conn.QueryAsync<int>("SELECT id FROM orders", transaction: tx);
        await tx.CommitAsync(ct);
        """, counted: Id).IsQuiet();

    [Fact]
    public async Task D59_a_schema_per_tenant_inside_an_interpolated_text()
    {
        var finding = await Pooled.Method("""
            using var command = conn.CreateCommand();
            command.CommandText = $"SET search_path = {url}, public; SELECT 1"; // expect: PGTX301
            await command.ExecuteNonQueryAsync(ct);
            """).Only(Id);
        Assert.Equal("SET search_path", Pooled.Underlined(finding));
        Assert.Contains("'SET search_path'", finding.GetMessage());
    }

    [Fact]
    public Task D59_repaired() => Pooled.Method("""
        using var command = conn.CreateCommand();
        command.CommandText = $"SELECT id FROM {url}.orders";
        await command.ExecuteNonQueryAsync(ct);
        """, counted: Id).IsQuiet();

    [Theory]
    [InlineData("using var c = new NpgsqlCommand(\"SET x = 1\", conn);")]
    [InlineData("using var c = new NpgsqlCommand { Connection = conn, CommandText = \"SET x = 1\" };")]
    [InlineData("await using var c = source.CreateCommand(\"SET x = 1\");")]
    [InlineData("var c = new NpgsqlBatchCommand(\"SET x = 1\");")]
    [InlineData("db.Database.ExecuteSqlRaw(\"SET x = 1\");")]
    [InlineData("await db.Database.ExecuteSqlAsync($\"SET x = 1\");")]
    [InlineData("_ = db.Orders.FromSqlRaw(\"SET x = 1\");")]
    [InlineData("_ = db.Database.SqlQuery<string>($\"SELECT set_config('x', 'y', false)\");")]
    [InlineData("conn.Execute(new CommandDefinition(\"SET x = 1\"));")]
    [InlineData("conn.Execute(sql: \"SET x = 1\");")]
    [InlineData("SqlMapper.Execute(conn, \"SET x = 1\");")]
    [InlineData("System.Data.IDbCommand c = conn.CreateCommand(); c.CommandText = \"SET x = 1\";")]
    [InlineData("conn.Execute(url.Length > 3 ? \"SELECT 1\" : \"SET x = 1\");")]
    [InlineData("await Run(\"SET x = 1\");")]
    [InlineData("await conn.ExecuteAsync(Sql);")]
    [InlineData("await conn.ExecuteAsync(Make(url));")]
    public Task Every_way_to_a_command_counts(string statement) => Pooled.Method(statement + " // expect: PGTX301", """
        private const string Sql = "SET x = 1";
        private static string Make(string schema) => $"SET search_path = {schema}";
        private async Task Run(string sql) { await using var c = new NpgsqlCommand("-- ours\n" + sql); await c.ExecuteNonQueryAsync(); }
        """, Id).HasMarkedFindings();

    [Theory]
    [InlineData("Console.WriteLine(\"SET x = 1\");")]
    [InlineData("var sql = \"SET x = 1\"; Console.WriteLine(sql);")]
    [InlineData("Own.Execute(conn, \"SET x = 1\");")]
    [InlineData("new Microsoft.EntityFrameworkCore.Migrations.MigrationBuilder(null).Sql(\"SET x = 1\");")]
    public Task What_goes_nowhere_is_quiet(string statement) =>
        Pooled.Method(statement, "private static class Own { public static void Execute(NpgsqlConnection c, string sql) => Console.WriteLine(c.Host + sql); }", Id).IsQuiet();

    [Fact]
    public async Task A_text_of_another_file_is_found_where_it_goes_to_the_command()
    {
        var finding = await Pooled.Method("await conn.ExecuteAsync(Texts.Tenant); // expect: PGTX301")
            .WithFile("Texts.cs", "public static class Texts { public const string Tenant = \"SET app.tenant = 'a'\"; }").Only(Id);
        Assert.Equal("Texts.Tenant", Pooled.Underlined(finding));
        Assert.Equal("Texts.cs", finding.AdditionalLocations[0].GetLineSpan().Path);
    }

    [Fact]
    public async Task The_evidence_is_in_the_message_and_can_be_jumped_to()
    {
        var finding = await TestCode.Method("await conn.ExecuteAsync(\"SET x = 1\"); // expect: PGTX301").WithAdditionalFile("deploy/pgbouncer.ini", Pooled.PgBouncer).Only(Id);
        Assert.Contains("the pooler (pgbouncer.ini:5)", finding.GetMessage());
        var evidence = Assert.Single(finding.AdditionalLocations).GetLineSpan();
        Assert.Equal(("deploy/pgbouncer.ini", 4), (evidence.Path, evidence.StartLinePosition.Line));
    }

    [Fact]
    public Task Tracked_by_the_poolers_own_configuration() => TestCode.Method("await conn.ExecuteAsync(\"SET search_path = a\");")
        .WithAdditionalFile("pgbouncer.ini", Pooled.PgBouncer + "track_extra_parameters = IntervalStyle, search_path\n").Counting(Id).IsQuiet();

    [Theory]
    [InlineData("none")]
    [InlineData("session")]
    public Task The_option_closes_the_gate(string mode) => TestCode.Method("await conn.ExecuteAsync(\"SET x = 1\");").WithOption("pgtx.pooling", mode)
        .WithAdditionalFile("pgbouncer.ini", Pooled.PgBouncer).Counting(Id).IsQuiet();
    private static string Literal(string sql) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(sql, quote: true);
}
