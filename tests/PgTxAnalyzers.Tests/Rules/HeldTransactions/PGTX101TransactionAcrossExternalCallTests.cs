using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

public class PGTX101TransactionAcrossExternalCallTests
{
    [Fact]
    public async Task The_message_names_the_begin_the_locks_and_the_call()
    {
        var finding = Assert.Single(await TestCode.Method("""
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            """).HasMarkedFindings());

        var begin = Assert.Single(finding.AdditionalLocations, location => TextAt(location).Contains("BeginTransactionAsync"));
        Assert.Same(begin, finding.AdditionalLocations[0]);
        Assert.Contains($"line {begin.GetLineSpan().StartLinePosition.Line + 1}", finding.GetMessage());
        Assert.Contains("UPDATE orders", finding.GetMessage());
        Assert.Contains("HttpClient.GetStringAsync", finding.GetMessage());
        Assert.StartsWith("http.GetStringAsync", TextAt(finding.Location));
        Assert.Equal("true", finding.Properties["pgtx.direct"]);
        Assert.Equal("transaction", finding.Properties["pgtx.region"]);
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
    }

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("await conn.QueryAsync<Order>(\"SELECT * FROM orders FOR UPDATE\");")]
    [InlineData("await new NpgsqlCommand(\"SELECT 1\", conn, tx).ExecuteScalarAsync(ct);")]
    [InlineData("using (var command = conn.CreateCommand()) { command.CommandText = url; await command.ExecuteNonQueryAsync(ct); }")]
    public Task Any_command_opens_the_transaction(string command) => TestCode.Method($"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        {command}
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("await tx.CommitAsync(ct);")]
    [InlineData("await tx.RollbackAsync(ct);")]
    [InlineData("tx.Commit();")]
    [InlineData("await tx.DisposeAsync();")]
    [InlineData("await tx.DisposeAsync().ConfigureAwait(false);")]
    [InlineData("await conn.CloseAsync();")]
    [InlineData("conn.Dispose();")]
    public Task Quiet_behind_what_ends_the_transaction(string end) => TestCode.Method($"""
        var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        {end}
        await http.GetStringAsync(url, ct);
        """).Counting("PGTX101", "PGTX102", "PGTX103").IsQuiet();

    [Theory]
    [InlineData("await tx.SaveAsync(\"a\", ct);")]
    [InlineData("await tx.RollbackAsync(\"a\", ct);")]
    [InlineData("await tx.ReleaseAsync(\"a\", ct);")]
    public Task A_savepoint_ends_nothing(string statement) => TestCode.Method($"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        {statement}
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_using_ends_with_its_scope() => TestCode.Method("""
        await using (var tx = await conn.BeginTransactionAsync(ct))
        {
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
        }

        await http.GetStringAsync(url, ct);
        {
            await using var second = (await conn.BeginTransactionAsync(ct)).ConfigureAwait(false);
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await http.GetStringAsync(url, ct); // expect: PGTX101
        }

        await http.GetStringAsync(url, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task One_path_that_holds_is_enough() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        if (url.Length > 3)
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        if (url.Length > 5)
            await tx.CommitAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX101
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task All_paths_that_have_ended_are_quiet() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        switch (url.Length)
        {
            case 1:
                await tx.RollbackAsync(ct);
                break;
            case 2:
                throw new InvalidOperationException();
            case 3:
                return;
            default:
                await tx.CommitAsync(ct);
                break;
        }

        await http.GetStringAsync(url, ct);
        """).Counting("PGTX101").IsQuiet();

    [Fact]
    public Task The_second_round_of_a_loop_sees_the_first() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        for (var i = 0; i < 3; i++)
        {
            await http.GetStringAsync(url, ct); // expect: PGTX101 // maybe: PGTX103
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        }

        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_loop_that_begins_and_commits_in_each_round_is_quiet() => TestCode.Method("""
        foreach (var letter in url)
        {
            await http.GetStringAsync(url, ct);
            await using var tx = await conn.BeginTransactionAsync(ct);
            if (letter == 'a')
                continue;
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await tx.CommitAsync(ct);
            if (letter == 'b')
                break;
        }

        await http.GetStringAsync(url, ct);
        """).Counting("PGTX101").IsQuiet();

    [Fact]
    public Task A_handler_runs_inside_the_transaction_unless_it_rolled_back() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        try
        {
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await tx.CommitAsync(ct);
        }
        catch (PostgresException)
        {
            await http.GetStringAsync(url, ct); // expect: PGTX101
            throw;
        }
        catch (TimeoutException) when (url.Length > 3)
        {
            await tx.RollbackAsync(ct);
            await http.GetStringAsync(url, ct);
            throw;
        }
        """).HasMarkedFindings();

    [Fact]
    public Task A_finally_that_disposes_ends_the_transaction() => TestCode.Method("""
        NpgsqlTransaction? tx = null;
        try
        {
            tx = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await tx.CommitAsync(ct);
        }
        finally
        {
            if (tx is not null)
                await tx.DisposeAsync();
        }

        await http.GetStringAsync(url, ct);
        """).Counting("PGTX101").IsQuiet();

    [Fact]
    public Task A_conditional_commit_counts() => TestCode.Method("""
        NpgsqlTransaction? tx = null;
        tx ??= await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct); // expect: PGTX101
        if (tx != null)
            await tx.CommitAsync(ct);
        await http.GetStringAsync(url, ct);
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task A_variable_that_begins_again_is_a_new_transaction() => TestCode.Method("""
        var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await tx.CommitAsync(ct);
        await http.GetStringAsync(url, ct);
        tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'sent'");
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task One_of_two_transactions_is_enough() => TestCode.Method("""
        await using var other = await source.OpenConnectionAsync(ct);
        await using var first = await conn.BeginTransactionAsync(ct);
        await using var second = await other.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await other.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await first.CommitAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await second.CommitAsync(ct);
        await http.GetStringAsync(url, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_transaction_in_sql_text() => TestCode.Method("""
        await conn.ExecuteAsync("BEGIN");
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await conn.ExecuteAsync("COMMIT");
        await http.GetStringAsync(url, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_scope_ends_with_its_disposal_and_not_with_complete() => TestCode.Method("""
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await http.GetStringAsync(url, ct);
            await using (var inner = await source.OpenConnectionAsync(ct))
                await inner.ExecuteAsync("UPDATE orders SET status = 'paid'");
            scope.Complete();
            await http.GetStringAsync(url, ct); // expect: PGTX101
        }

        await http.GetStringAsync(url, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_suppressing_scope_is_no_transaction() => TestCode.Method("""
        using var scope = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        await using var inner = await source.OpenConnectionAsync(ct);
        await inner.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct);
        scope.Complete();
        """).IsQuiet();

    [Fact]
    public Task An_ef_transaction() => TestCode.Method("""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        db.Orders.Add(new Order());
        await db.SaveChangesAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        await http.GetStringAsync(url, ct);
        """).HasMarkedFindings();

    [Fact]
    public async Task An_ef_transaction_in_nobody_s_variable()
    {
        var findings = await TestCode.Method("""
            await db.Database.BeginTransactionAsync(ct);
            await db.SaveChangesAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await db.Database.CommitTransactionAsync(ct);
            await http.GetStringAsync(url, ct);
            """).HasMarkedFindings();
        Assert.Equal("facade", Assert.Single(findings).Properties["pgtx.region"]);
    }

    [Fact]
    public Task A_transaction_parameter_is_open_from_the_first_line() => TestCode.Method("await Task.Yield();", """

        public static async Task Inside(NpgsqlTransaction tx, HttpClient http, string url)
        {
            await http.GetStringAsync(url); // expect: PGTX101
        }
        """).HasMarkedFindings();

    [Fact]
    public Task A_task_holds_where_it_is_awaited() => TestCode.Method("""
        var early = http.GetStringAsync(url, ct);
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        var dropped = http.GetStringAsync(url, ct);
        var later = http.GetStringAsync(url, ct);
        await early; // expect: PGTX101
        await Task.WhenAll(later, conn.ExecuteAsync("SELECT 1")); // expect: PGTX101
        await tx.CommitAsync(ct);
        await dropped;
        """).HasMarkedFindings();

    [Fact]
    public Task A_lambda_or_local_function_holds_where_it_runs() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        Func<Task> afterwards = () => http.GetStringAsync(url, ct);
        await Local(); // expect: PGTX101
        await tx.CommitAsync(ct);
        await afterwards();
        await Local();

        async Task Local() => await http.GetStringAsync(url, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_transaction_that_is_long_on_purpose_is_quiet() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0");
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct);
        await tx.CommitAsync(ct);
        """).IsQuiet();

    [Theory]
    [InlineData(nameof(ReferenceSet.NpgsqlOnly))]
    [InlineData(nameof(ReferenceSet.Npgsql9Ef8))]
    public Task Every_supported_version_is_known(string references) => TestCode.Of("""
        using Npgsql;
        public class Service
        {
            public async Task Run(NpgsqlDataSource source, HttpClient http, string url)
            {
                await using var conn = await source.OpenConnectionAsync();
                await using var tx = await conn.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("DELETE FROM carts", conn, tx);
                await command.ExecuteNonQueryAsync();
                await http.GetStringAsync(url); // expect: PGTX101
                await tx.CommitAsync();
            }
        }
        """).WithReferences(ReferenceSet.All.Single(set => set.Name == references)).HasMarkedFindings();

    [Fact]
    public Task A_library_on_dapper_alone() => TestCode.Of("""
        using System.Data;
        using Dapper;
        public class Service
        {
            public async Task Run(IDbConnection conn, HttpClient http, string url)
            {
                using var tx = conn.BeginTransaction();
                await conn.ExecuteAsync("DELETE FROM carts", transaction: tx);
                await http.GetStringAsync(url); // expect: PGTX101
                tx.Commit();
            }
        }
        """).WithReferences(ReferenceSet.DapperOnly).HasMarkedFindings();

    [Fact]
    public Task A_call_of_the_user_s_own_by_option() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await Ledger.PostAsync(); // expect: PGTX101
        await tx.CommitAsync(ct);
        """, "private static class Ledger { public static Task PostAsync() => Task.CompletedTask; }")
        .WithOption("pgtx.external_calls", "M:Service.Ledger.PostAsync")
        .HasMarkedFindings();

    [Fact]
    public Task A_call_that_the_user_says_is_safe() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await Ledger.PostAsync(http, url);
        await tx.CommitAsync(ct);
        """, "private static class Ledger { public static Task PostAsync(HttpClient http, string url) => http.GetStringAsync(url); }")
        .WithOption("pgtx.safe_calls", "M:Service.Ledger.PostAsync*")
        .IsQuiet();

    private static string TextAt(Location location) => location.SourceTree!.ToString().Substring(location.SourceSpan.Start, location.SourceSpan.Length);
}
