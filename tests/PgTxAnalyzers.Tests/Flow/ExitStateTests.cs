using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>The set of states in which a body is left: levels, kinds, what was changed, lost, given away.</summary>
public class ExitStateTests
{
    private const string Begin = "var tx = await conn.BeginTransactionAsync(ct);\n";

    private const string Commit = "\nawait tx.CommitAsync(ct);";

    [Theory]
    [InlineData(Begin, "Transaction Pinned")]
    [InlineData(Begin + "await conn.QueryAsync(\"SELECT 1\");", "Transaction Open")]
    [InlineData(Begin + "await conn.QueryAsync(url);", "Transaction Open")]
    [InlineData(Begin + "await conn.QueryAsync(\"SELECT 1 FROM orders FOR UPDATE\");", "Transaction Locking")]
    [InlineData(Begin + "await conn.ExecuteAsync(\"UPDATE orders SET status = 'paid'\");", "Transaction Locking changed")]
    [InlineData(Begin + "await conn.ExecuteAsync(\"SELECT 1; DELETE FROM orders; SELECT 2\");", "Transaction Locking changed")]
    [InlineData(Begin + "await conn.ExecuteAsync(\"SET LOCAL idle_in_transaction_session_timeout = 0\");", "Transaction Open intended")]
    [InlineData("await conn.ExecuteAsync(\"BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0\");", "Sql Open intended")]
    [InlineData("await conn.ExecuteAsync(\"BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; COMMIT; BEGIN\");", "Sql Open")]
    [InlineData("await conn.ExecuteAsync(\"SET LOCAL idle_in_transaction_session_timeout = 0\");\n" + Begin, "Transaction Pinned")]
    [InlineData(Begin + "await tx.SaveAsync(\"a\", ct);", "Transaction Open")]
    [InlineData(Begin + "await tx.CommitAsync(ct);", "")]
    [InlineData(Begin + "await tx.RollbackAsync(ct);", "")]
    [InlineData(Begin + "await tx.DisposeAsync();", "")]
    [InlineData(Begin + "await conn.CloseAsync();", "")]
    [InlineData(Begin + "await conn.ExecuteAsync(\"UPDATE orders SET status = 'paid'\");\nawait tx.DisposeAsync();", "Transaction lost changed")]
    [InlineData("await db.Database.BeginTransactionAsync(ct);\nawait db.SaveChangesAsync(ct);", "Facade Locking changed")]
    [InlineData("await conn.ExecuteAsync(\"BEGIN\");", "Sql Open")]
    [InlineData("await conn.ExecuteAsync(\"BEGIN; INSERT INTO a VALUES (1); COMMIT\");", "")]
    [InlineData("await conn.ExecuteAsync(\"BEGIN; INSERT INTO a VALUES (1); COMMIT AND CHAIN\");", "Sql Open")]
    [InlineData("var scope = new TransactionScope();", "Scope None thread-bound")]
    [InlineData("var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);\nvar own = await source.OpenConnectionAsync(ct);", "Scope Pinned")]
    [InlineData("var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);\nawait db.SaveChangesAsync(ct);\nscope.Complete();", "Scope Locking changed completed")]
    [InlineData("using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)) { await db.SaveChangesAsync(ct); scope.Complete(); }", "")]
    [InlineData("using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)) { await db.SaveChangesAsync(ct); }", "Scope lost changed")]
    [InlineData("var outer = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);\nvar none = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);", "Scope None, Suppress None")]
    public void Straight_code_has_one_exit_state(string statements, string regions) => Assert.Equal(regions, FlowOf.Describe(FlowOf.Statements(statements).Exit));

    [Fact]
    public void What_a_lambda_of_the_body_loses_in_a_loop_is_lost_once()
    {
        var flow = FlowOf.Statements("""
            while (url.Length > 3)
            {
                Run(() =>
                {
                    using var tx = conn.BeginTransaction();
                    conn.Execute("DELETE FROM orders");
                });
            }
            """, "void Run(Action action) => action();");

        Assert.Equal(["", "Transaction lost changed"], flow.ExitRegions);
    }

    /// <summary>It is told where it was begun; each such call would double the paths of its caller.</summary>
    [Fact]
    public void What_a_callee_has_begun_and_lost_does_not_come_home()
    {
        var flow = FlowOf.Statements("while (url.Length > 3) Lose(conn);", """
            void Lose(NpgsqlConnection c)
            {
                var tx = c.BeginTransaction();
                using (tx)
                {
                    c.Execute("DELETE FROM orders");
                    c.Execute("BEGIN");
                }
            }
            """);

        Assert.Equal([""], flow.ExitRegions);
    }

    [Fact]
    public void A_connection_that_nobody_can_come_to_any_more_is_not_kept()
    {
        var flow = FlowOf.Statements("Leak(); Leak(); Leak();", """
            void Leak()
            {
                var own = new NpgsqlConnection("");
                own.Open();
                if (own.Execute("DELETE FROM orders") > 0) own.Dispose();
            }
            """);

        Assert.Equal([""], flow.ExitRegions);
    }

    [Theory]
    [InlineData("NpgsqlDataReader Opened() { var own = new NpgsqlConnection(\"\"); own.Open(); return new NpgsqlCommand(\"SELECT 1\", own).ExecuteReader(); }", "Resource Resource")]
    [InlineData("NpgsqlTransaction Opened() { var own = new NpgsqlConnection(\"\"); own.Open(); return own.BeginTransaction(); }", "Resource Transaction")]
    [InlineData("NpgsqlCommand Opened() { var own = new NpgsqlConnection(\"\"); own.Open(); return new NpgsqlCommand(\"SELECT 1\", own); }", "Resource")]
    public void One_that_somebody_can_come_to_is(string helper, string regions)
    {
        var flow = FlowOf.Statements("var kept = Opened();", helper);

        Assert.Equal(regions, string.Join(" ", flow.Exit.Regions.Select(r => r.Kind)));
    }

    /// <summary>What a call has begun the last time round is the caller's no more than what the body itself has.</summary>
    [Fact]
    public void What_the_same_call_begins_again_and_again_is_begun_once()
    {
        var flow = FlowOf.Statements("var all = new List<NpgsqlTransaction>(); while (url.Length > 3) all.Add(Begun());",
            "NpgsqlTransaction Begun() { var own = new NpgsqlConnection(\"\"); own.Open(); return own.BeginTransaction(); }");

        Assert.All(flow.Exits, exit => Assert.True(exit.Regions.Count(r => r.Kind == RegionKind.Transaction) < 2));
    }

    [Fact]
    public void Two_transactions_stand_in_the_order_of_their_begins()
    {
        var flow = FlowOf.Statements(Begin + "var own = await source.OpenConnectionAsync(ct);\nvar second = await own.BeginTransactionAsync(ct);\nawait own.QueryAsync(\"SELECT 1\");");

        Assert.Equal("Transaction Pinned, Transaction Open", FlowOf.Describe(flow.Exit));
        Assert.All(flow.Exit.Regions, r => Assert.Equal(0, r.Owner));
    }

    [Fact]
    public Task A_setting_on_a_connection_of_its_own_says_nothing_of_the_caller_s_transaction() => TestCode.Of("""
        using Npgsql;
        using Dapper;
        public class Service(NpgsqlDataSource source, HttpClient http)
        {
            public async Task Run(NpgsqlTransaction tx, string url)
            {
                await using var other = await source.OpenConnectionAsync();
                await other.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0");
                await http.GetStringAsync(url); // expect: PGTX101
            }

            public async Task Intended(NpgsqlTransaction tx, string url)
            {
                await tx.Connection!.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0");
                await http.GetStringAsync(url);
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public void A_begin_on_a_connection_that_has_one_throws()
    {
        var flow = FlowOf.Statements(Begin + "var again = await conn.BeginTransactionAsync(ct);", observed: true);

        Assert.Empty(flow.Exits);
        Assert.Contains("Transaction Pinned", flow.Throws.Select(FlowOf.Describe));
    }

    [Fact]
    public void Paths_that_differ_in_their_regions_are_kept_apart() => Assert.Equal(
        ["", "Transaction Locking changed", "Transaction Open"],
        FlowOf.Statements(Begin + """
            if (url.Length > 3)
                await conn.QueryAsync("SELECT 1");
            else if (url.Length > 2)
                await conn.ExecuteAsync("DELETE FROM orders");
            else
                await tx.CommitAsync(ct);
            """).ExitRegions.Distinct());

    [Fact]
    public void Paths_that_differ_only_in_the_statement_that_opened_the_transaction_are_one() => Assert.Single(
        FlowOf.Statements(Begin + """
            if (url.Length > 3)
                await conn.QueryAsync("SELECT 1");
            else
                await conn.QueryAsync("SELECT 2");
            """).Exits);

    [Fact]
    public void Ten_tests_that_nobody_asks_again_leave_one_state()
    {
        var tests = string.Concat(Enumerable.Range(0, 10).Select(i => $"if (url.Length > {i}) url += \"x\";\n"));

        Assert.Single(FlowOf.Statements(Begin + tests).Exits);
    }

    [Theory]
    [InlineData("while (url.Length > 3) await conn.QueryAsync(\"SELECT 1\");", 2)]
    [InlineData("for (var i = 0; i < 9; i++) { if (i == 3) continue; await conn.ExecuteAsync(\"DELETE FROM a\"); if (i == 5) break; }", 2)]
    [InlineData("do await conn.QueryAsync(\"SELECT 1\"); while (url.Length > 3);", 1)]
    [InlineData("foreach (var c in url) { using var command = new NpgsqlCommand(\"SELECT 1\", conn); command.ExecuteNonQuery(); }", 2)]
    [InlineData("foreach (var c in url) { var own = source.CreateConnection(); await own.DisposeAsync(); }", 1)]
    [InlineData("foreach (var a in url) foreach (var b in url) foreach (var c in url) await conn.QueryAsync(\"SELECT 1\");", 2)]
    public void A_loop_has_finitely_many_states(string loop, int states) => Assert.Equal(states, FlowOf.Statements(Begin + loop).ExitRegions.Distinct().Count());

    [Fact]
    public void A_begin_in_a_loop_is_one_region_however_often_it_runs() => Assert.Equal(
        ["", "Transaction Pinned"],
        FlowOf.Statements("""
            foreach (var c in url)
            {
                var own = await source.OpenConnectionAsync(ct);
                var tx = await own.BeginTransactionAsync(ct);
            }
            """).ExitRegions.Distinct());

    [Fact]
    public void What_goes_into_a_field_or_out_of_the_body_can_be_ended_by_others()
    {
        const string Members = """
            private NpgsqlTransaction? kept;
            private NpgsqlTransaction[] many = new NpgsqlTransaction[3];
            public NpgsqlTransaction Give(NpgsqlConnection conn) => conn.BeginTransaction();
            """;

        Assert.Equal("Transaction Pinned escaped", FlowOf.Describe(FlowOf.Statements("kept = await conn.BeginTransactionAsync(ct);", Members).Exit));
        Assert.Equal("Transaction Pinned escaped", FlowOf.Describe(FlowOf.Statements("many[0] = await conn.BeginTransactionAsync(ct);", Members).Exit));
        Assert.Equal("Transaction Pinned returned", FlowOf.Describe(FlowOf.Of(Verification.TestCode.Method("", Members), "Give").Exit));
    }

    [Fact]
    public void A_callee_s_begin_becomes_its_caller_s()
    {
        var flow = FlowOf.Statements("var tx = Outer(conn);\nawait conn.QueryAsync(\"SELECT 1\");", """
            NpgsqlTransaction Outer(NpgsqlConnection c) => Inner(c);
            NpgsqlTransaction Inner(NpgsqlConnection c) => c.BeginTransaction();
            """);

        var region = Assert.Single(flow.Exit.Regions);
        Assert.Equal(0, region.Owner);
        Assert.Equal("Outer(conn)", region.Begin.ToString());
        Assert.Equal(Level.Open, region.Level);
        Assert.IsType<Place.Variable>(region.Connection);
    }

    [Fact]
    public void What_a_callee_begins_and_ends_leaves_nothing_behind() => Assert.Equal("", FlowOf.Describe(
        FlowOf.Statements("Whole(conn);", "void Whole(NpgsqlConnection c) { using var tx = c.BeginTransaction(); c.Execute(\"DELETE FROM a\"); tx.Commit(); }").Exit));

    [Fact]
    public void A_callee_runs_in_its_caller_s_state() => Assert.Equal("Transaction Locking changed", FlowOf.Describe(
        FlowOf.Statements(Begin + "Write(conn);", "void Write(NpgsqlConnection c) => c.Execute(\"DELETE FROM a\");").Exit));

    [Fact]
    public void Only_a_body_whose_exceptions_somebody_looks_at_has_throw_states()
    {
        const string Body = Begin + "await conn.QueryAsync(\"SELECT 1\");" + Commit;

        Assert.Empty(FlowOf.Statements(Body).Throws);
        Assert.Equal(
            ["", "Transaction Open", "Transaction Pinned"],
            FlowOf.Statements(Body, observed: true).Throws.Select(FlowOf.Describe).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_using_ends_the_region_on_the_way_of_an_exception_without_losing_a_commit()
    {
        var flow = FlowOf.Statements("await using var tx = await conn.BeginTransactionAsync(ct);\nawait conn.ExecuteAsync(\"DELETE FROM a\");" + Commit, observed: true);

        Assert.All(flow.Throws, s => Assert.Equal("", FlowOf.Describe(s)));
        Assert.Equal("", FlowOf.Describe(flow.Exit));
    }

    [Fact]
    public void Objects_that_nothing_refers_to_are_forgotten()
    {
        var flow = FlowOf.Statements("""
            for (var i = 0; i < 9; i++)
            {
                using var command = new NpgsqlCommand("SELECT 1", conn);
                command.ExecuteNonQuery();
            }
            """);

        Assert.All(flow.Exits, s => Assert.DoesNotContain(s.Values.Keys, k => k is Place.Slot or Place.Member { Owner: Place.Made }));
    }

    [Fact]
    public void A_list_of_tasks_is_remembered_as_long_as_the_list()
    {
        var flow = FlowOf.Statements(Begin + """
            {
                var tasks = new List<Task>();
                tasks.Add(http.GetStringAsync(url, ct));
                await Task.WhenAll(tasks);
            }

            if (url.Length > 3)
                url += "x";
            """);

        Assert.Equal("HttpClient.GetStringAsync", Assert.Single(flow.Run.Held).Reach.Sink.Name);
        Assert.DoesNotContain(flow.Exit.Values.Keys, k => k is Place.Slot);
    }

    [Fact]
    public void A_task_carries_a_few_reaches_and_no_more()
    {
        var tasks = string.Join(", ", Enumerable.Range(0, 20).Select(_ => "http.GetStringAsync(url, ct)"));
        var flow = FlowOf.Statements(Begin + $"var tasks = new[] {{ {tasks} }};\nawait Task.WhenAll(tasks);");

        Assert.InRange(flow.Run.Held.Select(h => h.Reach).Distinct().Count(), 1, 6);
        Assert.All(flow.Run.Held, h => Assert.Equal("Task.WhenAll(tasks)", h.Place!.ToString()));
    }
}
