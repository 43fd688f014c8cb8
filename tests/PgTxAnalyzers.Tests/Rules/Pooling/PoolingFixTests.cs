using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>What the fixes of the pooling rules make of the code: in every kind of literal, and in configuration files.</summary>
public class PoolingFixTests
{
    [Theory]
    [InlineData("\"SET x = 1\"", "\"SET LOCAL x = 1\"")]
    [InlineData("\"set session x to 1\"", "\"set local x to 1\"")]
    [InlineData("\"SET SESSION AUTHORIZATION a\"", "\"SET LOCAL SESSION AUTHORIZATION a\"")]
    [InlineData("\"SET ROLE a\"", "\"SET LOCAL ROLE a\"")]
    [InlineData("@\"SET \"\"X\"\".y = 1\"", "@\"SET LOCAL \"\"X\"\".y = 1\"")]
    [InlineData("\"\\tSET x = 'a\\\\b'; SET y = 2\"", "\"\\tSET LOCAL x = 'a\\\\b'; SET LOCAL y = 2\"")]
    [InlineData("$\"SET x = {url.Length}\"", "$\"SET LOCAL x = {url.Length}\"")]
    [InlineData("\"\"\"SET \"x\".y = 1\"\"\"", "\"\"\"SET LOCAL \"x\".y = 1\"\"\"")]
    [InlineData("\"SELECT set_config('a.b', @v, false)\"", "\"SELECT set_config('a.b', @v, true)\"")]
    [InlineData("\"SELECT set_config('a.b', @v, 'off')\"", "\"SELECT set_config('a.b', @v, true)\"")]
    [InlineData("\"SELECT set_config('a.b', \" + \"@v, FALSE)\"", "\"SELECT set_config('a.b', \" + \"@v, true)\"")]
    public Task PGTX301_in_a_transaction_in_every_kind_of_literal(string before, string after) => Fixed("PGTX301", "PGTX301.SetLocal", InTransaction($"await conn.ExecuteAsync({before}, new {{ v = url }}); // fix: PGTX301"), InTransaction($"await conn.ExecuteAsync({after}, new {{ v = url }});"));

    [Fact]
    public Task PGTX301_in_raw_literals_of_several_lines() => Fixed("PGTX301", "PGTX301.SetLocal",
        InTransaction("await conn.ExecuteAsync( // fix: PGTX301\n    $\"\"\"\n    -- the tenant\n    SET a.b = '{url}';\n    SELECT 1\n    \"\"\");").Replace("( // fix: PGTX301\n", "(\n").Replace("SET a.b = '{url}';", "SET a.b = '{url}'; -- // fix: PGTX301"),
        InTransaction("await conn.ExecuteAsync(\n    $\"\"\"\n    -- the tenant\n    SET LOCAL a.b = '{url}'; --\n    SELECT 1\n    \"\"\");"));

    [Theory]
    [InlineData("RESET ALL")]
    [InlineData("DISCARD TEMP")]
    [InlineData("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")]
    [InlineData("SELECT set_config('a.b', 'c', false); RESET a.b; RESET ALL")]
    public Task PGTX301_has_no_other_form_for_these(string sql) => Pooled.Method(InTransaction($"await conn.ExecuteAsync(\"{sql}\"); // fix: PGTX301")).Fix("PGTX301").IsNotOffered();

    [Fact]
    public Task PGTX301_adds_the_transaction_where_none_is() => Fixed("PGTX301", "PGTX301.SetLocalInTransaction", """
        await using var own = await source.OpenConnectionAsync(ct);
        // The tenant.
        await own.ExecuteAsync("SET a.b = 1"); // fix: PGTX301
        await own.ExecuteAsync("UPDATE t SET x = 1");
        """, """
        await using var own = await source.OpenConnectionAsync(ct);
        await using var transaction = await own.BeginTransactionAsync(ct);
        // The tenant.
        await own.ExecuteAsync("SET LOCAL a.b = 1");
        await own.ExecuteAsync("UPDATE t SET x = 1");
        """, tail: "await transaction.CommitAsync(ct);\n");

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"SET a.b = 1\"); // fix: PGTX301", "perhaps closed")]
    [InlineData("await using var own = await source.OpenConnectionAsync(ct);\nawait own.ExecuteAsync(\"SET a.b = 1\"); // fix: PGTX301\nif (url == \"\") return;", "another way out")]
    [InlineData("await using var own = await source.OpenConnectionAsync(ct);\nawait own.ExecuteAsync(\"SET a.b = 1\"); // fix: PGTX301\nawait own.ExecuteAsync(\"SELECT 1\");\nawait http.GetStringAsync(url, ct);", "a call that would hold it")]
    [InlineData("await using var own = await source.OpenConnectionAsync(ct);\nvar transaction = 1;\nawait own.ExecuteAsync(\"SET a.b = 1\"); // fix: PGTX301\nGC.KeepAlive(transaction);", "the name is taken")]
    [InlineData("await using var own = await source.OpenConnectionAsync(ct);\nawait own.ExecuteAsync(\"SET a.b = 1\"); // fix: PGTX301\nawait using var reader = await own.ExecuteReaderAsync(\"SELECT 1\");\nwhile (await reader.ReadAsync(ct))\n{\n}\n", "a reader is still open, and no commit can be sent")]
    [InlineData("await using var own = await source.OpenConnectionAsync(ct);\nawait own.ExecuteAsync(\"SET ROLE x\"); // fix: PGTX301\ntry\n{\n    await own.ExecuteAsync(\"UPDATE t SET x = 1\");\n}\nfinally\n{\n    await own.ExecuteAsync(\"UPDATE t SET y = 1\");\n}\n", "a command after a failure")]
    [InlineData("await using var own = await source.OpenConnectionAsync(ct);\nawait own.ExecuteAsync(\"SET ROLE x\"); // fix: PGTX301\ntry\n{\n    await own.ExecuteAsync(\"UPDATE t SET x = 1\");\n}\ncatch (PostgresException)\n{\n}\n\nawait own.ExecuteAsync(\"UPDATE t SET y = 1\");", "a failure that is swallowed")]
    public async Task PGTX301_adds_no_transaction_here(string statements, string why)
    {
        Assert.NotEmpty(why);
        await Pooled.Method(statements).Fix("PGTX301", "PGTX301.SetLocalInTransaction").IsNotOffered();
    }

    [Fact]
    public Task PGTX301_adds_a_transaction_that_awaits_as_the_statement_does() => Fixed("PGTX301", "PGTX301.SetLocalInTransaction", """
        await using var own = await source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await own.ExecuteAsync("SET a.b = 1").ConfigureAwait(false); // fix: PGTX301
        await using (var reader = await own.ExecuteReaderAsync("SELECT 1"))
        {
            await reader.ReadAsync(ct);
        }
        """, """
        await using var own = await source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var transaction = await own.BeginTransactionAsync(ct).ConfigureAwait(false);
        await own.ExecuteAsync("SET LOCAL a.b = 1").ConfigureAwait(false);
        await using (var reader = await own.ExecuteReaderAsync("SELECT 1"))
        {
            await reader.ReadAsync(ct);
        }
        """, tail: "await transaction.CommitAsync(ct).ConfigureAwait(false);\n");

    [Fact]
    public async Task PGTX301_leaves_a_line_between_a_block_and_the_commit() => await Pooled.Method("", Loop("", "SET", "", " // fix: PGTX301")).Fix("PGTX301", "PGTX301.SetLocalInTransaction")
        .Becomes(Pooled.Method("", Loop("using var transaction = own.BeginTransaction();\n        ", "SET LOCAL", "\n        transaction.Commit();\n", "")));

    private static string Loop(string begin, string set, string commit, string mark) => $$"""
            public static void Run(NpgsqlDataSource source, int[] ids)
            {
                using var own = source.OpenConnection();
                {{begin}}own.Execute("{{set}} a.b = 1");{{mark}}
                foreach (var id in ids)
                {
                    own.Execute("UPDATE t SET x = 1 WHERE id = @id", new { id });
                }
        {{commit}}    }
        """;

    /// <summary>Rows that are read when they are enumerated, behind the commit.</summary>
    [Theory]
    [InlineData("return own.Query<int>(\"SELECT 1\", buffered: false);", false)]
    [InlineData("var rows = own.Query<int>(\"SELECT 1\", buffered: false);\n        return rows;", false)]
    [InlineData("var rows = own.Query<int>(\"SELECT 1\");\n        return rows;", true)]
    [InlineData("return own.Query<int>(\"SELECT 1\");", true)]
    public async Task PGTX301_adds_a_transaction_only_around_what_is_read_in_it(string returned, bool isOffered)
    {
        var offers = await Pooled.Method("", $$"""
            public IEnumerable<int> Read(NpgsqlDataSource source)
            {
                var own = source.OpenConnection();
                own.Execute("SET a.b = 1"); // fix: PGTX301
                {{returned}}
            }
        """).Fix("PGTX301").Offers();
        Assert.Equal(isOffered, offers.Any(offer => offer.Key == "PGTX301.SetLocalInTransaction"));
    }

    /// <summary>The lock would be released by the commit, before what it may protect is done.</summary>
    [Theory]
    [InlineData("await conn.ExecuteAsync(\"SELECT pg_advisory_unlock(1)\");")]
    [InlineData("await using (var second = await conn.BeginTransactionAsync(ct))\n{\n    await conn.ExecuteAsync(\"SELECT pg_advisory_unlock(1)\");\n    await second.CommitAsync(ct);\n}\n")]
    public async Task PGTX302_is_not_offered_where_the_lock_outlives_the_transaction(string unlock) => await Pooled.Method(
        InTransaction("await conn.ExecuteAsync(\"SELECT pg_advisory_lock(1)\"); // fix: PGTX302") + "await conn.ExecuteAsync(\"UPDATE jobs SET ran_at = now()\");\n" + unlock).Fix("PGTX302").IsNotOffered();

    [Fact]
    public Task PGTX302_takes_the_unlock_and_its_finally_along() => Fixed("PGTX302", "PGTX302.TransactionLock", InTransaction("""
        await conn.ExecuteAsync("SELECT pg_advisory_lock(@id)", new { id = 1 }); // fix: PGTX302
        try
        {
            await conn.ExecuteAsync("UPDATE jobs SET ran_at = now()");
        }
        finally
        {
            await conn.ExecuteAsync("SELECT pg_advisory_unlock(@id)", new { id = 1 });
        }

        """), InTransaction("""
        await conn.ExecuteAsync("SELECT pg_advisory_xact_lock(@id)", new { id = 1 });
        await conn.ExecuteAsync("UPDATE jobs SET ran_at = now()");
        """));

    [Theory]
    [InlineData("SELECT pg_try_advisory_lock_shared(1)", "SELECT pg_try_advisory_xact_lock_shared(1)")]
    [InlineData("SELECT pg_catalog.pg_advisory_lock(1, 2)", "SELECT pg_catalog.pg_advisory_xact_lock(1, 2)")]
    public Task PGTX302_knows_each_function(string before, string after) => Fixed("PGTX302", "PGTX302.TransactionLock",
        InTransaction($"await conn.ExecuteAsync(\"{before}\"); // fix: PGTX302"), InTransaction($"await conn.ExecuteAsync(\"{after}\");"));

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"SELECT pg_advisory_lock(1)\"); // fix: PGTX302\nvar done = await conn.ExecuteScalarAsync<bool>(\"SELECT pg_advisory_unlock(1)\");\nConsole.WriteLine(done);")]
    [InlineData("await conn.ExecuteAsync(\"SELECT pg_advisory_lock(1); SELECT pg_advisory_unlock(1)\"); // fix: PGTX302")]
    public Task PGTX302_is_not_offered_where_the_unlock_is_asked(string statements) => Pooled.Method(InTransaction(statements)).Fix("PGTX302").IsNotOffered();

    [Fact]
    public Task PGTX302_is_not_offered_without_a_transaction() => Pooled.Method("await conn.ExecuteAsync(\"SELECT pg_advisory_lock(1)\"); // fix: PGTX302").Fix("PGTX302").IsNotOffered();

    [Fact]
    public Task PGTX304_takes_the_call_out() => Fixed("PGTX304", "PGTX304.RemovePrepare", """
        await using var command = new NpgsqlCommand("SELECT 1", conn);
        await command.PrepareAsync(ct); // fix: PGTX304
        await command.ExecuteNonQueryAsync(ct);
        """, """
        await using var command = new NpgsqlCommand("SELECT 1", conn);
        await command.ExecuteNonQueryAsync(ct);
        """);

    [Fact]
    public Task PGTX304_keeps_the_blank_line_above_what_goes_on() => Fixed("PGTX304", "PGTX304.RemovePrepare", """
        await using var command = new NpgsqlCommand("SELECT @a", conn);
        command.Parameters.AddWithValue("a", 1);

        await command.PrepareAsync(ct); // fix: PGTX304
        await command.ExecuteNonQueryAsync(ct);
        """, """
        await using var command = new NpgsqlCommand("SELECT @a", conn);
        command.Parameters.AddWithValue("a", 1);

        await command.ExecuteNonQueryAsync(ct);
        """);

    [Fact]
    public Task PGTX304_leaves_one_blank_line_of_two() => Fixed("PGTX304", "PGTX304.RemovePrepare", """
        await using var command = new NpgsqlCommand("SELECT 1", conn);

        await command.PrepareAsync(ct); // fix: PGTX304

        await command.ExecuteNonQueryAsync(ct);
        """, """
        await using var command = new NpgsqlCommand("SELECT 1", conn);

        await command.ExecuteNonQueryAsync(ct);
        """);

    [Fact]
    public Task PGTX304_leaves_a_task_that_somebody_keeps() => Pooled.Method("await using var command = new NpgsqlCommand(\"SELECT 1\", conn);\nvar task = command.PrepareAsync(ct); // fix: PGTX304\nawait task;").Fix("PGTX304").IsNotOffered();

    [Theory]
    [InlineData("GC.KeepAlive(\"Host=pgbouncer;Username=a;No Reset On Close=true;Max Auto Prepare=20;Timeout=5\"); // fix: PGTX304", "GC.KeepAlive(\"Host=pgbouncer;Username=a;No Reset On Close=true;Max Auto Prepare=0;Timeout=5\");")]
    [InlineData("GC.KeepAlive(new NpgsqlConnectionStringBuilder { Host = \"pgbouncer\", NoResetOnClose = true, MaxAutoPrepare = 20 }); // fix: PGTX304", "GC.KeepAlive(new NpgsqlConnectionStringBuilder { Host = \"pgbouncer\", NoResetOnClose = true, MaxAutoPrepare = 0 });")]
    public Task PGTX304_turns_auto_prepare_off(string before, string after) => Fixed("PGTX304", "PGTX304.NoAutoPrepare", before, after);

    [Theory]
    [InlineData("CREATE TEMP TABLE s (id int)", "CREATE TEMP TABLE s (id int) ON COMMIT DROP")]
    [InlineData("create temp table s (id int);", "create temp table s (id int) on commit drop;")]
    [InlineData("CREATE TEMP TABLE s AS SELECT 1 AS id", "CREATE TEMP TABLE s ON COMMIT DROP AS SELECT 1 AS id")]
    [InlineData("CREATE TEMP TABLE s (id, n) WITH (fillfactor = 70) AS SELECT 1, 2", "CREATE TEMP TABLE s (id, n) WITH (fillfactor = 70) ON COMMIT DROP AS SELECT 1, 2")]
    [InlineData("CREATE TEMP TABLE s (id int) ON COMMIT DELETE ROWS", "CREATE TEMP TABLE s (id int) ON COMMIT DROP")]
    [InlineData("CREATE TEMP TABLE s (id int) ON COMMIT PRESERVE ROWS TABLESPACE fast", "CREATE TEMP TABLE s (id int) ON COMMIT DROP TABLESPACE fast")]
    [InlineData("CREATE TEMP TABLE s (id int) TABLESPACE fast", "CREATE TEMP TABLE s (id int) ON COMMIT DROP TABLESPACE fast")]
    [InlineData("CREATE TEMP TABLE a (id int); CREATE TEMP TABLE b AS TABLE a", "CREATE TEMP TABLE a (id int) ON COMMIT DROP; CREATE TEMP TABLE b ON COMMIT DROP AS TABLE a")]
    public Task PGTX305_drops_on_commit(string before, string after) => Fixed("PGTX305", "PGTX305.OnCommitDrop",
        InTransaction($"await conn.ExecuteAsync(\"{before}\"); // fix: PGTX305"), InTransaction($"await conn.ExecuteAsync(\"{after}\");"));

    [Theory]
    [InlineData("SELECT * INTO TEMP s FROM orders")]
    [InlineData("CREATE TEMP VIEW s AS SELECT 1")]
    public Task PGTX305_has_no_clause_for_these(string sql) => Pooled.Method(InTransaction($"await conn.ExecuteAsync(\"{sql}\"); // fix: PGTX305")).Fix("PGTX305").IsNotOffered();

    [Theory]
    [InlineData("\"Host=pgbouncer;Username=a\"", "\"Host=pgbouncer;Username=a;No Reset On Close=true\"")]
    [InlineData("\"Host=pgbouncer;Username=a;\"", "\"Host=pgbouncer;Username=a;No Reset On Close=true;\"")]
    [InlineData("\"Host=pgbouncer;Username=a;NoResetOnClose=false\"", "\"Host=pgbouncer;Username=a;NoResetOnClose=true\"")]
    [InlineData("@\"Host=pgbouncer;Password=\"\"a;b\"\"\"", "@\"Host=pgbouncer;Password=\"\"a;b\"\";No Reset On Close=true\"")]
    [InlineData("$\"Host=pgbouncer;Username=a;Password={url}\"", "$\"Host=pgbouncer;Username=a;No Reset On Close=true;Password={url}\"")]
    [InlineData("\"\"\"Host=pgbouncer;Password=\"p\"\"\"\"", null)]
    [InlineData("new NpgsqlConnectionStringBuilder { Host = \"pgbouncer\" }", "new NpgsqlConnectionStringBuilder { Host = \"pgbouncer\", NoResetOnClose = true }")]
    [InlineData("new NpgsqlDataSourceBuilder(\"Host=pgbouncer\")", "new NpgsqlDataSourceBuilder(\"Host=pgbouncer;No Reset On Close=true\")")]
    public async Task PGTX306_keeps_sessions(string before, string? after)
    {
        if (after is not null)
            await Fixed("PGTX306", "PGTX306.NoResetOnClose", $"GC.KeepAlive({before}); // fix: PGTX306", $"GC.KeepAlive({after});");
    }

    [Theory]
    [InlineData("\"Host=pgbouncer;No Reset On Close=true;Search Path=a\"", "\"Host=pgbouncer;No Reset On Close=true\"", "PGTX307.RemoveSearchPath")]
    [InlineData("\"Search Path=a;Host=pgbouncer;No Reset On Close=true\"", "\"Host=pgbouncer;No Reset On Close=true\"", "PGTX307.RemoveSearchPath")]
    [InlineData("\"Host=pgbouncer;Options='-c geqo=off';No Reset On Close=true\"", "\"Host=pgbouncer;No Reset On Close=true\"", "PGTX307.RemoveOptions")]
    [InlineData("new NpgsqlConnectionStringBuilder { Host = \"pgbouncer\", SearchPath = url, NoResetOnClose = true }", "new NpgsqlConnectionStringBuilder { Host = \"pgbouncer\", NoResetOnClose = true }", "PGTX307.RemoveSearchPath")]
    public Task PGTX307_takes_the_keyword_out(string before, string after, string key) => Fixed("PGTX307", key, $"GC.KeepAlive({before}); // fix: PGTX307", $"GC.KeepAlive({after});");

    [Fact]
    public Task PGTX309_puts_both_into_one_transaction() => TestCode.Method("", """
        public async Task<int> Count(ShopContext db, string tenant, CancellationToken ct)
        {
            await db.Database.ExecuteSqlAsync($"SELECT set_config('a.b', {tenant}, false)", ct); // fix: PGTX309
            return await db.Orders.CountAsync(ct);
        }
        """).Fix("PGTX309", "PGTX309.SetLocalInTransaction").Becomes(TestCode.Method("", """
        public async Task<int> Count(ShopContext db, string tenant, CancellationToken ct)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Database.ExecuteSqlAsync($"SELECT set_config('a.b', {tenant}, true)", ct);
            var result = await db.Orders.CountAsync(ct);
            await transaction.CommitAsync(ct);
            return result;
        }
        """));

    [Fact]
    public Task PGTX309_in_a_method_of_the_context() => TestCode.Method("", """
        private sealed class NoteContext : DbContext
        {
            public DbSet<Order> Notes => Set<Order>();
            public async Task<int> CountAsync(CancellationToken ct)
            {
                await Database.ExecuteSqlAsync($"SELECT set_config('a.b', '1', false)", ct); // fix: PGTX309
                return await Notes.CountAsync(ct);
            }
        }
        """).Fix("PGTX309", "PGTX309.SetLocalInTransaction").Becomes(TestCode.Method("", """
        private sealed class NoteContext : DbContext
        {
            public DbSet<Order> Notes => Set<Order>();
            public async Task<int> CountAsync(CancellationToken ct)
            {
                await using var transaction = await Database.BeginTransactionAsync(ct);
                await Database.ExecuteSqlAsync($"SELECT set_config('a.b', '1', true)", ct);
                var result = await Notes.CountAsync(ct);
                await transaction.CommitAsync(ct);
                return result;
            }
        }
        """));

    /// <summary>Whoever has begun a transaction saves in it: a second begin is refused there.</summary>
    [Fact]
    public Task PGTX309_begins_no_transaction_in_SaveChanges_itself() => TestCode.Method("", """
        private sealed class NoteContext : DbContext
        {
            public override async Task<int> SaveChangesAsync(CancellationToken ct = default)
            {
                await Database.ExecuteSqlAsync($"SELECT set_config('a.b', '1', false)", ct); // fix: PGTX309
                return await base.SaveChangesAsync(ct);
            }
        }
        """).Fix("PGTX309").IsNotOffered();

    [Fact]
    public Task PGTX310_ends_with_the_transaction() => Kept("SET x = 1", "// fix: PGTX310").Fix("PGTX310").Becomes(Kept("SET LOCAL x = 1", ""));

    [Theory]
    [InlineData("appsettings.json", "{ \"A\": \"Host=pgbouncer;Username=\\u0061;Password=s\\\"3;Timeout=5\" }", "{ \"A\": \"Host=pgbouncer;Username=\\u0061;Password=s\\\"3;Timeout=5;No Reset On Close=true\" }")]
    [InlineData("appsettings.json", "{ \"A\": \"Host=pgbouncer;Max Auto Prepare=9;Username=a;No Reset On Close=true\" }", "{ \"A\": \"Host=pgbouncer;Max Auto Prepare=0;Username=a;No Reset On Close=true\" }")]
    [InlineData("appsettings.json", "{ \"A\": \"Host=pgbouncer;Search Path=a;Username=a;No Reset On Close=true\" }", "{ \"A\": \"Host=pgbouncer;Username=a;No Reset On Close=true\" }")]
    [InlineData("web.config", "<add name=\"A\" value=\"Host=pgbouncer;Username=a;Password=&quot;x&quot;\"/>", "<add name=\"A\" value=\"Host=pgbouncer;Username=a;Password=&quot;x&quot;;No Reset On Close=true\"/>")]
    [InlineData(".env", "A='Host=pgbouncer;Username=a'", "A='Host=pgbouncer;Username=a;No Reset On Close=true'")]
    public async Task A_configuration_file_is_changed_at_its_place(string path, string before, string after)
    {
        await FileBecomes(path, before, after);
        Assert.DoesNotContain(await TestCode.Method("").WithAdditionalFile(path, after).Findings(), f => f.Severity == DiagnosticSeverity.Warning);
    }

    [Fact]
    public Task Of_a_configuration_file_one_line_is_changed() => FileBecomes(
        "appsettings.json",
        "{\r\n\t// The pooler's port.\r\n\t\"ConnectionStrings\": {\r\n\t\t\"Shop\": \"Host=pgbouncer;Username=app\",\r\n\t\t\"Direct\": \"Host=db;Username=app\"\r\n\t},\r\n\r\n\t\"AllowedHosts\": \"*\"\r\n}\r\n",
        "{\r\n\t// The pooler's port.\r\n\t\"ConnectionStrings\": {\r\n\t\t\"Shop\": \"Host=pgbouncer;Username=app;No Reset On Close=true\",\r\n\t\t\"Direct\": \"Host=db;Username=app\"\r\n\t},\r\n\r\n\t\"AllowedHosts\": \"*\"\r\n}\r\n");

    /// <summary>The host asks a provider for actions in a file of a kind that its export names, and for no other.</summary>
    [Theory]
    [InlineData("PGTX304")]
    [InlineData("PGTX306")]
    [InlineData("PGTX307")]
    public void A_fix_of_connection_strings_says_that_it_is_for_additional_files_too(string id)
    {
        var fix = Product.CreateFixes().Single(provider => provider.FixableDiagnosticIds.Contains(id));
        var export = (ExportCodeFixProviderAttribute)Attribute.GetCustomAttribute(fix.GetType(), typeof(ExportCodeFixProviderAttribute))!;
        Assert.Equal([nameof(TextDocumentKind.Document), nameof(TextDocumentKind.AdditionalDocument)], export.DocumentKinds);
        Assert.Null(export.DocumentExtensions);
    }

    /// <summary>Applies the only action for the only finding of a workspace with that additional file, which changes nothing else.</summary>
    private static async Task FileBecomes(string path, string before, string after)
    {
        var code = TestCode.Method("").WithAdditionalFile(path, before);
        var project = FixWorkspace.Open(code);
        var finding = Assert.Single(await code.Findings());
        var document = project.AdditionalDocuments.Single();
        List<CodeAction> actions = [];
        foreach (var fix in Product.CreateFixes().Where(fix => fix.FixableDiagnosticIds.Contains(finding.Id)))
        {
            await fix.RegisterCodeFixesAsync(new CodeFixContext(document, finding.Location.SourceSpan, [finding], (action, _) => actions.Add(action), CancellationToken.None));
        }

        var changed = await FixActions.Apply(Assert.Single(actions), project);
        var changes = changed.GetChanges(project);
        Assert.Equal(document.Id, Assert.Single(changes.GetChangedAdditionalDocuments()));
        Assert.Empty(changes.GetChangedDocuments());
        Assert.Equal(after, (await changed.AdditionalDocuments.Single().GetTextAsync(TestContext.Current.CancellationToken)).ToString());
    }

    [Fact]
    public Task FixAll_makes_every_setting_local() => Shown("await conn.ExecuteAsync(\"SET x = 1\"); // expect: PGTX301\nawait conn.ExecuteAsync(\"SET y = 1\"); // expect: PGTX301")
        .FixAll("PGTX301", "PGTX301.SetLocal").Becomes(Shown("await conn.ExecuteAsync(\"SET LOCAL x = 1\");\nawait conn.ExecuteAsync(\"SET LOCAL y = 1\");"));

    [Fact]
    public Task PGTX302_takes_all_locks_of_a_function() => Fixed("PGTX302", "PGTX302.TransactionLock", InTransaction("""
        await conn.ExecuteAsync("SELECT pg_advisory_lock(1)"); // fix: PGTX302
        await conn.ExecuteAsync("SELECT pg_advisory_lock(2)");
        await conn.ExecuteAsync("UPDATE jobs SET ran_at = now()");
        await conn.ExecuteAsync("SELECT pg_advisory_unlock(2)");
        await conn.ExecuteAsync("SELECT pg_advisory_unlock(1)");
        """), InTransaction("""
        await conn.ExecuteAsync("SELECT pg_advisory_xact_lock(1)");
        await conn.ExecuteAsync("SELECT pg_advisory_xact_lock(2)");
        await conn.ExecuteAsync("UPDATE jobs SET ran_at = now()");
        """));

    [Fact]
    public Task PGTX302_is_not_offered_where_another_lock_is_taken_outside() => Pooled.Method("await conn.ExecuteAsync(\"SELECT pg_advisory_lock(2)\");\n" + InTransaction("""
        await conn.ExecuteAsync("SELECT pg_advisory_lock(1)"); // fix: PGTX302
        await conn.ExecuteAsync("SELECT pg_advisory_unlock(1)");
        """) + "await conn.ExecuteAsync(\"SELECT pg_advisory_unlock(2)\");").Fix("PGTX302").IsNotOffered();

    [Fact]
    public Task FixAll_takes_transaction_locks() => Shown("""
        await conn.ExecuteAsync("SELECT pg_advisory_lock(1)"); // expect: PGTX302
        await conn.ExecuteAsync("UPDATE jobs SET ran_at = now()");
        await conn.ExecuteAsync("SELECT pg_advisory_unlock(1)"); // expect: PGTX302
        """, Locks("""
                await conn.ExecuteAsync("SELECT pg_advisory_lock_shared(2)"); // expect: PGTX302
                await conn.ExecuteAsync("DELETE FROM jobs WHERE done");
                await conn.ExecuteAsync("SELECT pg_advisory_unlock_shared(2)"); // expect: PGTX302
        """)).FixAll("PGTX302", "PGTX302.TransactionLock").Becomes(Shown("""
        await conn.ExecuteAsync("SELECT pg_advisory_xact_lock(1)");
        await conn.ExecuteAsync("UPDATE jobs SET ran_at = now()");
        """, Locks("""
                await conn.ExecuteAsync("SELECT pg_advisory_xact_lock_shared(2)");
                await conn.ExecuteAsync("DELETE FROM jobs WHERE done");
        """)));

    /// <summary>The lock would be released by the commit, before what it may protect is done.</summary>
    [Fact]
    public async Task FixAll_leaves_locks_that_outlive_the_transaction()
    {
        var code = TestCode.Method(InTransaction("await conn.ExecuteAsync(\"SELECT pg_advisory_lock(1)\"); // expect: PGTX302") + """
            await conn.ExecuteAsync("UPDATE jobs SET ran_at = now()");
            await conn.ExecuteAsync("SELECT pg_advisory_unlock(1)"); // expect: PGTX302
            """, Pooler);
        Assert.Equal(Markers.Strip(code.Sources[0].Text), await AfterFixAll(code, "PGTX302", "PGTX302.TransactionLock"));
    }

    [Fact]
    public Task FixAll_takes_every_prepare_out() => Shown("""
        await using var a = new NpgsqlCommand("SELECT 1", conn);
        await a.PrepareAsync(ct); // expect: PGTX304
        await a.ExecuteNonQueryAsync(ct);
        await using var b = new NpgsqlCommand("SELECT 2", conn);
        b.Prepare(); // expect: PGTX304
        await b.ExecuteNonQueryAsync(ct);
        """).FixAll("PGTX304", "PGTX304.RemovePrepare").Becomes(Shown("""
        await using var a = new NpgsqlCommand("SELECT 1", conn);
        await a.ExecuteNonQueryAsync(ct);
        await using var b = new NpgsqlCommand("SELECT 2", conn);
        await b.ExecuteNonQueryAsync(ct);
        """));

    [Fact]
    public async Task FixAll_of_one_kind_leaves_the_other()
    {
        var code = TestCode.Method("""
            await using var a = new NpgsqlCommand("SELECT 1", conn);
            await a.PrepareAsync(ct); // expect: PGTX304
            GC.KeepAlive("Host=pgbouncer;Username=a;No Reset On Close=true;Max Auto Prepare=20"); // expect: PGTX304
            """);
        var text = Markers.Strip(code.Sources[0].Text);
        Assert.Equal(text.Replace("Max Auto Prepare=20", "Max Auto Prepare=0"), await AfterFixAll(code, "PGTX304", "PGTX304.NoAutoPrepare"));
        Assert.Equal(text.Replace("        await a.PrepareAsync(ct);\n", ""), await AfterFixAll(code, "PGTX304", "PGTX304.RemovePrepare"));
    }

    [Fact]
    public Task FixAll_keeps_the_sessions_of_every_string() => TestCode.Method("""
        GC.KeepAlive("Host=pgbouncer;Username=a"); // expect: PGTX306
        GC.KeepAlive("Host=pgbouncer;Username=b"); // expect: PGTX306
        GC.KeepAlive(new NpgsqlConnectionStringBuilder { Host = "pgbouncer" }); // expect: PGTX306
        """).FixAll("PGTX306", "PGTX306.NoResetOnClose").Becomes(TestCode.Method("""
        GC.KeepAlive("Host=pgbouncer;Username=a;No Reset On Close=true");
        GC.KeepAlive("Host=pgbouncer;Username=b;No Reset On Close=true");
        GC.KeepAlive(new NpgsqlConnectionStringBuilder { Host = "pgbouncer", NoResetOnClose = true });
        """));

    [Fact]
    public Task PGTX307_has_no_FixAll() => TestCode.Method("GC.KeepAlive(\"Host=pgbouncer;No Reset On Close=true;Search Path=a\"); // fix: PGTX307").Fix("PGTX307", "PGTX307.RemoveSearchPath").HasNoFixAll();

    private static async Task<string> AfterFixAll(TestCode code, string id, string key)
    {
        var project = FixWorkspace.Open(code);
        var fix = Product.CreateFixes().Single(provider => provider.FixableDiagnosticIds.Contains(id));
        var document = project.Documents.Single(d => d.FilePath == TestCode.MainFile);
        var action = await FixActions.FixAllAction(fix.GetFixAllProvider()!, fix, project, document, FixAllScope.Document, id, key, p => FixWorkspace.Findings(p, code));
        return await FixWorkspace.TextOf(action is null ? project : await FixActions.Apply(action, project), TestCode.MainFile);
    }

    private const string Pooler = "private const string Pooler = \"Host=pgbouncer;Username=app;No Reset On Close=true\";";

    private static string Locks(string statements) => $$"""
        public async Task Second(NpgsqlConnection conn)
        {
            await using (var tx = await conn.BeginTransactionAsync())
            {
        {{statements}}
                await tx.CommitAsync();
            }
        }
        """;

    /// <summary>The Roslyn SDK's harness knows no options: a string shows the pooler.</summary>
    private static TestCode Shown(string statements, string members = "") => TestCode.Method(InTransaction(statements), Pooler + "\n" + members);

    private static string InTransaction(string statements) => $"await using (var tx = await conn.BeginTransactionAsync(ct))\n{{\n{string.Join("\n", statements.Split('\n').Select(line => line.Length == 0 ? line : "    " + line))}\n    await tx.CommitAsync(ct);\n}}\n";

    private static async Task Fixed(string id, string key, string before, string after, string tail = "")
    {
        var code = id is "PGTX301" or "PGTX302" or "PGTX304" && !before.Contains("pgbouncer") || id == "PGTX305" ? Pooled.Method(before) : TestCode.Method(before);
        var expected = TestCode.Method(after);
        if (tail.Length > 0)
            expected = expected with { Sources = [(TestCode.MainFile, expected.Sources[0].Text.Replace("await Task.CompletedTask;\n", "await Task.CompletedTask;\n        " + tail))] };
        await code.Fix(id, key).Becomes(expected);
    }

    private static TestCode Kept(string sql, string mark) => TestCode.Method($$"""
        await using var c = await Keeping.OpenConnectionAsync(ct);
        await using var tx = await c.BeginTransactionAsync(ct);
        await c.ExecuteAsync("{{sql}}"); {{mark}}
        await tx.CommitAsync(ct);
        """.Replace("; \n", ";\n"), "private static readonly NpgsqlDataSource Keeping = NpgsqlDataSource.Create(\"Host=db.internal;Username=app;No Reset On Close=true\");").WithOption("pgtx.pooling", "none");
}
