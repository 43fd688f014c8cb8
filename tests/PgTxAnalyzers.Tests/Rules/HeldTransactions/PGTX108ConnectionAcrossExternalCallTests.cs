using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>What PGTX108 says: only of a connection that the code itself has opened, and that it uses again.</summary>
public class PGTX108ConnectionAcrossExternalCallTests
{
    [Fact]
    public async Task The_message_names_the_opening_and_the_chain()
    {
        var findings = await TestCode.Method("""
            await using var own = await source.OpenConnectionAsync(ct);
            await own.ExecuteAsync("UPDATE orders SET name = 'a'");
            await SendAsync(http, url, ct); // expect: PGTX108
            await own.ExecuteAsync("UPDATE orders SET name = 'b'");
            """, "private static Task SendAsync(HttpClient http, string url, CancellationToken ct) => http.PostAsync(url, null, ct);").HasMarkedFindings();
        var finding = Assert.Single(findings);
        Assert.Equal(
            "The connection opened at line 22 is out of the pool and does nothing while 'Service.SendAsync → HttpClient.PostAsync' (an HTTP call) runs, before it is used again",
            finding.GetMessage());
        Assert.Equal(DiagnosticSeverity.Info, finding.Severity);
        Assert.Equal([22, 28], finding.AdditionalLocations.Select(l => l.GetLineSpan().StartLinePosition.Line + 1));
    }

    [Fact]
    public Task Each_call_before_the_next_use_counts_and_none_after_the_last() => TestCode.Method("""
        await using var own = await source.OpenConnectionAsync(ct);
        await http.PostAsync(url, null, ct); // expect: PGTX108
        await http.PostAsync(url, null, ct); // expect: PGTX108
        await own.ExecuteAsync("UPDATE orders SET name = 'b'");
        await http.PostAsync(url, null, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task In_a_loop_the_next_round_uses_it_again() => TestCode.Method("""
        await using var own = await source.OpenConnectionAsync(ct);
        for (var i = 0; i < 3; i++)
        {
            await own.ExecuteAsync("UPDATE orders SET name = 'b'");
            await http.PostAsync(url, null, ct); // expect: PGTX108
        }
        """).HasMarkedFindings();

    [Fact]
    public Task A_branch_that_does_not_use_it_again_is_quiet() => TestCode.Method("""
        await using var own = await source.OpenConnectionAsync(ct);
        if (await own.ExecuteScalarAsync<bool>("SELECT true"))
        {
            await http.PostAsync(url, null, ct);
            return;
        }

        await own.ExecuteAsync("UPDATE orders SET name = 'b'");
        """).IsQuiet();

    [Fact]
    public Task What_a_callee_does_with_it_is_a_use() => TestCode.Method("""
        await using var own = await OpenAsync(source, ct);
        await http.PostAsync(url, null, ct); // expect: PGTX108
        await SaveAsync(own);
        await BothAsync(own, http); // expect: PGTX108
        """, """
        private static async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource source, CancellationToken ct)
        {
            var own = source.CreateConnection();
            await own.OpenAsync(ct);
            return own;
        }

        private static Task SaveAsync(NpgsqlConnection own) => own.ExecuteAsync("UPDATE orders SET name = 'b'");

        private static async Task BothAsync(NpgsqlConnection own, HttpClient http)
        {
            await http.GetStringAsync("/");
            await own.ExecuteAsync("UPDATE orders SET name = 'b'");
        }
        """).HasMarkedFindings();

    [Fact]
    public Task A_stored_task_is_found_at_its_await() => TestCode.Method("""
        await using var own = await source.OpenConnectionAsync(ct);
        var answer = http.GetStringAsync(url, ct);
        await own.ExecuteAsync("UPDATE orders SET name = 'b'");
        await answer; // expect: PGTX108
        await own.ExecuteAsync("UPDATE orders SET name = 'b'");
        """).HasMarkedFindings();

    [Fact]
    public Task A_call_in_a_lambda_that_runs_here_is_found_in_it() => TestCode.Method("""
        await using var own = await source.OpenConnectionAsync(ct);
        Func<Task> send = async () => await http.PostAsync(url, null, ct); // expect: PGTX108
        await send();
        await own.ExecuteAsync("UPDATE orders SET name = 'b'");
        """).HasMarkedFindings();

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"SELECT 1\");\nawait http.PostAsync(url, null, ct);\nawait conn.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("await db.Database.OpenConnectionAsync(ct);\nawait http.PostAsync(url, null, ct);\nawait db.SaveChangesAsync(ct);")]
    [InlineData("var own = db.Database.GetDbConnection();\nawait own.OpenAsync(ct);\nawait http.PostAsync(url, null, ct);\nawait own.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("await using var own = source.CreateConnection();\nawait http.PostAsync(url, null, ct);\nawait own.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("await using var own = await source.OpenConnectionAsync(ct);\nawait own.CloseAsync();\nawait http.PostAsync(url, null, ct);\nawait own.OpenAsync(ct);\nawait own.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("await using var own = await source.OpenConnectionAsync(ct);\nawait Task.Delay(10, ct);\nawait own.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("await using var own = await source.OpenConnectionAsync(ct);\n_ = http.PostAsync(url, null, ct);\nawait own.ExecuteAsync(\"SELECT 1\");")]
    public Task A_connection_that_is_not_open_or_not_the_codes_own_is_quiet(string statements) => TestCode.Method(statements).IsQuiet();

    [Fact]
    public Task A_transaction_and_a_reader_say_more() => TestCode.Method("""
        await using var own = await source.OpenConnectionAsync(ct);
        await using (var tx = await own.BeginTransactionAsync(ct))
        {
            await http.PostAsync(url, null, ct); // expect: PGTX103
            await own.ExecuteAsync("UPDATE orders SET name = 'b'", transaction: tx);
            await http.PostAsync(url, null, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
        }

        await using (var reader = await new NpgsqlCommand("SELECT 1", own).ExecuteReaderAsync(ct))
        {
            await http.PostAsync(url, null, ct); // expect: PGTX104
        }

        await own.ExecuteAsync("UPDATE orders SET name = 'b'");
        """).HasMarkedFindings();
}
