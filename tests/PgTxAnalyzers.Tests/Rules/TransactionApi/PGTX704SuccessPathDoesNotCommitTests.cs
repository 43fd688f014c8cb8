using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>A path that has written and leaves normally, while another one commits.</summary>
public class PGTX704SuccessPathDoesNotCommitTests
{
    private const string Begin = "await using var tx = await conn.BeginTransactionAsync(ct);\n";

    private const string Update = "await conn.ExecuteAsync(\"UPDATE orders SET status = 'paid'\");\n";

    private const string Commit = "await tx.CommitAsync(ct);\n";

    private static readonly Dictionary<string, string> Found = new()
    {
        ["an early return after the change"] = Begin + Update + "if (url.Length > 3)\n    return; // expect: PGTX704\n" + Commit,
        ["a return in a block of its own"] = Begin + Update + "if (url.Length > 3)\n{\n    return; // expect: PGTX704\n}\n" + Commit,
        ["a return in the second arm"] = Begin + Update + "if (url.Length > 3)\n    " + Commit + "else\n    return; // expect: PGTX704\n",
        ["a return out of a loop"] = Begin + "while (true)\n{\n" + Update + "if (url.Length > 3)\n    return; // expect: PGTX704\nif (url.Length > 2)\n    break;\n}\n" + Commit,
        ["a return out of a switch"] = Begin + Update + "switch (url.Length)\n{\n    case 1:\n        return; // expect: PGTX704\n}\n" + Commit,
        ["a return out of the default of a switch"] = Begin + Update + "switch (url.Length)\n{\n    case 1:\n        break;\n    default:\n        return; // expect: PGTX704\n}\n" + Commit,
        ["a return behind a negation"] = Begin + Update + "if (!url.Contains('x'))\n    return; // expect: PGTX704\n" + Commit,
        ["a return behind two conditions"] = Begin + Update + "if (url.Length > 3 && !(url.Length > 5 || url.Contains('x')))\n    return; // expect: PGTX704\n" + Commit,
        ["a return that two branches lead to"] = Begin + Update + "if (url.Length > 3)\n{\n    if (url.Length > 5)\n    {\n        url = \"\";\n    }\n    return; // expect: PGTX704\n}\n" + Commit,
        ["a return behind a loop"] = Begin + Update + "if (url.Length > 3)\n{\n    foreach (var c in url)\n        GC.KeepAlive(c);\n    return; // expect: PGTX704\n}\n" + Commit,
        ["a return in the body of a loop"] = Begin + Update + "foreach (var c in url)\n    return; // expect: PGTX704\n" + Commit,
        ["a return behind the block of the transaction"] = "await using (var tx = await conn.BeginTransactionAsync(ct))\n{\n" + Update + "if (url.Length > 3)\n    " + Commit + "}\nreturn; // expect: PGTX704\n",
        ["a return out of a try"] = Begin + Update + "try\n{\n    if (url.Length > 3)\n        return; // expect: PGTX704\n    " + Commit + "}\nfinally\n{\n    url = \"\";\n}\n",
        ["a commit under a condition"] = "await using var tx = await conn.BeginTransactionAsync(ct); // expect: PGTX704\n" + Update + "if (url.Length > 3)\n    " + Commit,
        ["a scope that is not completed on one path"] = """
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await db.SaveChangesAsync(ct);
            if (url.Length > 3)
                return; // expect: PGTX704
            scope.Complete();
            """,
        ["EF Core's own transaction"] = """
            await using var tx = await db.Database.BeginTransactionAsync(ct);
            await db.SaveChangesAsync(ct);
            if (url.Length > 3)
                return; // expect: PGTX704
            await tx.CommitAsync(ct);
            """,
        ["a connection that is closed instead"] = """
            var own = await source.OpenConnectionAsync(ct);
            var tx = await own.BeginTransactionAsync(ct); // expect: PGTX704
            await own.ExecuteAsync("UPDATE orders SET status = 'paid'");
            if (url.Length > 3)
                await tx.CommitAsync(ct);
            await own.CloseAsync();
            """,
        ["a savepoint that is released is no commit"] = Begin + Update + "await tx.SaveAsync(\"a\", ct);\nawait tx.ReleaseAsync(\"a\", ct);\nif (url.Length > 3)\n    return; // expect: PGTX704\n" + Commit,
    };

    private static readonly Dictionary<string, string> Quiet = new()
    {
        ["a return in front of the change"] = Begin + "if (url.Length > 3)\n    return;\n" + Update + Commit,
        ["a path that only reads"] = Begin + "await conn.QueryAsync(\"SELECT 1\");\nif (url.Length > 3)\n    return;\n" + Update + Commit,
        ["a path that locks rows and changes none"] = Begin + "await conn.QueryAsync(\"SELECT 1 FROM orders FOR UPDATE\");\nif (url.Length > 3)\n    return;\n" + Update + Commit,
        ["an explicit rollback"] = Begin + Update + "if (url.Length > 3)\n{\n    await tx.RollbackAsync(ct);\n    return;\n}\n" + Commit,
        ["a throw"] = Begin + Update + "if (url.Length > 3)\n    throw new InvalidOperationException();\n" + Commit,
        ["a handler that swallows the failure"] = Begin + "try\n{\n" + Update + Commit + "}\ncatch (PostgresException)\n{\n    await tx.RollbackAsync(ct);\n}\n",
        ["no path that commits: a trial run"] = Begin + Update + "if (url.Length > 3)\n    return;\n",
        ["a commit on each path"] = Begin + Update + "if (url.Length > 3)\n{\n" + Commit + "    return;\n}\n" + Commit,
        ["a commit in the finally block"] = Begin + "try\n{\n" + Update + "if (url.Length > 3)\n    return;\n}\nfinally\n{\n" + Commit + "}\n",
        ["a flag that goes with the begin"] = """
            var tx = url.Length > 3 ? await conn.BeginTransactionAsync(ct) : null;
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            if (tx != null)
            {
                await tx.CommitAsync(ct);
                await tx.DisposeAsync();
            }
            """,
    };

    public static TheoryData<string> FoundShapes => [.. Found.Keys];

    public static TheoryData<string> QuietShapes => [.. Quiet.Keys];

    [Theory]
    [MemberData(nameof(FoundShapes))]
    public Task A_change_that_is_rolled_back_silently_is_found(string shape) => TestCode.Method(Found[shape]).HasMarkedFindings();

    [Theory]
    [MemberData(nameof(QuietShapes))]
    public Task A_path_that_means_what_it_does_is_quiet(string shape) => TestCode.Method(Quiet[shape]).IsQuiet();

    [Theory]
    [InlineData("INSERT INTO orders VALUES (1)", true)]
    [InlineData("MERGE INTO orders o USING items i ON o.id = i.id WHEN MATCHED THEN DO NOTHING", true)]
    [InlineData("CREATE TABLE log (n int)", true)]
    [InlineData("WITH gone AS (DELETE FROM orders RETURNING id) SELECT * FROM gone", true)]
    [InlineData("SELECT 1", false)]
    [InlineData("SELECT pg_advisory_xact_lock(1)", false)]
    [InlineData("SET LOCAL statement_timeout = 0", false)]
    public async Task What_counts_is_whether_the_statement_changes_data(string sql, bool changes)
    {
        var findings = await TestCode.Method($"{Begin}await conn.ExecuteAsync(\"{sql}\");\nif (url.Length > 3)\n    return;\n{Commit}").Findings();

        Assert.Equal(changes, findings.Any(f => f.Id == "PGTX704"));
    }

    [Fact]
    public async Task A_bare_dispose_is_no_rollback()
    {
        var findings = await TestCode.Method($$"""
            var tx = await conn.BeginTransactionAsync(ct);
            {{Update}}
            if (url.Length > 3)
            {
                await tx.DisposeAsync();
                return;
            }

            {{Commit}}
            """).WithSeverity("PGTX110", ReportDiagnostic.Suppress).Findings();

        Assert.Equal("PGTX704", Assert.Single(findings).Id);
    }

    [Fact]
    public async Task The_message_names_the_change_and_the_begin()
    {
        var finding = Assert.Single(await TestCode.Of("""
            public class Orders(Npgsql.NpgsqlConnection conn)
            {
                public async Task<bool> PayAsync(int id)
                {
                    await using var tx = await conn.BeginTransactionAsync();
                    await Dapper.SqlMapper.ExecuteAsync(conn, "UPDATE orders SET status = 'paid'");
                    if (id == 0)
                        return false; // expect: PGTX704
                    await tx.CommitAsync();
                    return true;
                }
            }
            """).HasMarkedFindings());

        Assert.Equal(
            "What was written by UPDATE orders (line 6) is rolled back without an error: this path leaves the transaction begun at line 5 without Commit or Rollback",
            finding.GetMessage());
        Assert.Equal("return false;", finding.Location.Text());
        Assert.Equal(["conn.BeginTransactionAsync()"], finding.OtherTexts());
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
        Assert.EndsWith("/docs/rules/PGTX704.md", finding.Descriptor.HelpLinkUri);
    }

    [Fact]
    public async Task For_a_scope_the_message_asks_for_Complete()
    {
        var finding = Assert.Single(await TestCode.Method(Found["a scope that is not completed on one path"]).HasMarkedFindings());

        Assert.EndsWith("is rolled back without an error: this path leaves the scope without Complete", finding.GetMessage());
        Assert.Equal(["new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)"], finding.OtherTexts());
    }

    [Fact]
    public Task Each_return_is_found_and_one_return_of_two_transactions_twice_is_one_per_transaction() => TestCode.Method("""
        await using var first = await conn.BeginTransactionAsync(ct);
        await using var own = await source.OpenConnectionAsync(ct); // expect: PGTX105
        await using var second = await own.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        if (url.Length > 3)
            return; // expect: PGTX704
        await own.ExecuteAsync("UPDATE orders SET status = 'paid'");
        if (url.Length > 2)
            return; // expect: PGTX704
        await first.CommitAsync(ct);
        await second.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_transaction_that_somebody_else_can_end_is_quiet() => TestCode.Method("", """
        private NpgsqlTransaction? current;

        public async Task Keep(NpgsqlConnection conn, bool now)
        {
            current = await conn.BeginTransactionAsync();
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            if (now)
                await current.CommitAsync();
        }

        public static async Task<NpgsqlTransaction?> Hand(NpgsqlConnection conn, bool now)
        {
            var tx = await conn.BeginTransactionAsync();
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            if (!now)
                return tx;
            await tx.CommitAsync();
            return null;
        }
        """).IsQuiet();

    [Fact]
    public Task A_caller_s_transaction_is_the_caller_s_to_commit() => TestCode.Method("", """
        public static async Task Inner(NpgsqlTransaction tx, bool now)
        {
            await tx.Connection!.ExecuteAsync("UPDATE orders SET status = 'paid'");
            if (now)
                await tx.CommitAsync();
        }
        """).IsQuiet();

    [Fact]
    public Task A_pragma_silences_it() => TestCode.Method(Begin + Update + """
        #pragma warning disable PGTX704
        if (url.Length > 3)
            return;
        #pragma warning restore PGTX704

        """ + Commit).IsQuiet();

    [Fact]
    public async Task The_severity_is_the_user_s()
    {
        var code = TestCode.Method(Begin + Update + "if (url.Length > 3)\n    return;\n" + Commit).WithSeverity("PGTX110", ReportDiagnostic.Suppress);

        Assert.Equal(DiagnosticSeverity.Error, Assert.Single(await code.WithSeverity("PGTX704", ReportDiagnostic.Error).Findings()).Severity);
        Assert.Empty(await code.WithSeverity("PGTX704", ReportDiagnostic.Suppress).Findings());
    }

    /// <summary>The rollback of what a failed statement left behind is what the handler's return is for.</summary>
    [Fact]
    public Task A_path_that_a_handled_failure_took_is_no_successful_one() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        try
        {
            await conn.ExecuteAsync("INSERT INTO orders (n) VALUES (1)");
        }
        catch (NpgsqlException e) when (e.SqlState == PostgresErrorCodes.SyntaxError)
        {
            return;
        }

        await tx.CommitAsync(ct);
        """).Counting("PGTX704").IsQuiet();

    [Fact]
    public Task A_change_after_a_handled_failure_counts_again() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        try
        {
            await conn.ExecuteAsync("INSERT INTO orders (n) VALUES (1)");
        }
        catch (NpgsqlException)
        {
            await conn.ExecuteAsync("UPDATE orders SET n = 2");
            return;   // expect: PGTX704
        }

        await tx.CommitAsync(ct);
        """).Counting("PGTX704").HasMarkedFindings();

    [Theory]
    [InlineData("if (!dryRun) { await tx.CommitAsync(); }", "")]
    [InlineData("if (keep) await tx.CommitAsync();", "")]
    [InlineData("if (url.Length > 0) { await tx.CommitAsync(); }", " // expect: PGTX704")]
    public async Task A_trial_run_that_the_caller_asks_for_is_none(string commit, string mark) => await TestCode.Of($$"""
        using Npgsql;

        public sealed class Repair(NpgsqlConnection conn)
        {
            public async Task RunAsync(string url, bool dryRun, bool keep)
            {
                await using var tx = await conn.BeginTransactionAsync();{{mark}}
                await using var command = new NpgsqlCommand("UPDATE orders SET paid = true", conn);
                await command.ExecuteNonQueryAsync();
                {{commit}}
            }
        }
        """).Counting("PGTX704").HasMarkedFindings();
}
