using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

public class PGTX102TransactionWaitsTests
{
    [Theory]
    [InlineData("await Task.Delay(1000, ct);")]
    [InlineData("Thread.Sleep(1000);")]
    [InlineData("await new PeriodicTimer(TimeSpan.FromSeconds(1)).WaitForNextTickAsync(ct);")]
    [InlineData("Console.ReadLine();")]
    [InlineData("await new SemaphoreSlim(1).WaitAsync(ct);")]
    [InlineData("new SemaphoreSlim(1).Wait(ct);")]
    [InlineData("lock (url) Monitor.Wait(url);")]
    [InlineData("new ManualResetEventSlim().Wait(ct);")]
    [InlineData("await System.Threading.Channels.Channel.CreateUnbounded<int>().Reader.ReadAsync(ct);")]
    [InlineData("await new TaskCompletionSource().Task;")]
    [InlineData("await System.Diagnostics.Process.GetCurrentProcess().WaitForExitAsync(ct);")]
    public Task Each_kind_of_wait(string wait) => TestCode.Method($"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        {wait} // expect: PGTX102
        await tx.CommitAsync(ct);
        {wait}
        """).HasMarkedFindings();

    [Fact]
    public async Task A_transaction_that_no_command_has_opened_keeps_a_connection()
    {
        var finding = Assert.Single(await TestCode.Method("""
            await using var tx = await conn.BeginTransactionAsync(ct);
            await Task.Delay(1000, ct); // expect: PGTX102
            await tx.CommitAsync(ct);
            """).HasMarkedFindings());
        Assert.Contains("pooled connection", finding.GetMessage());
        Assert.DoesNotContain("idle in transaction", finding.GetMessage());
    }

    [Fact]
    public async Task An_open_one_is_idle_with_its_locks()
    {
        var finding = Assert.Single(await TestCode.Method("""
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("DELETE FROM carts");
            await Task.Delay(1000, ct); // expect: PGTX102
            await tx.CommitAsync(ct);
            """).HasMarkedFindings());
        Assert.Contains("idle in transaction", finding.GetMessage());
        Assert.Contains("DELETE carts", finding.GetMessage());
        Assert.Contains("Task.Delay", finding.GetMessage());
    }

    [Fact]
    public Task A_retry_loop_waits_outside_of_what_it_repeats() => TestCode.Method("""
        for (var attempt = 1; attempt < 5; attempt++)
        {
            try
            {
                await using var tx = await conn.BeginTransactionAsync(ct);
                await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
                await tx.CommitAsync(ct);
                return;
            }
            catch (NpgsqlException failure) when (failure.IsTransient)
            {
                await Task.Delay(100 * attempt, ct);
            }
        }
        """).IsQuiet();

    [Fact]
    public Task A_call_that_reaches_both_is_the_call_s() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await Poll(http, url); // expect: PGTX101
        await tx.CommitAsync(ct);
        """, """
        private static async Task Poll(HttpClient http, string url)
        {
            while ((await http.GetStringAsync(url)).Length == 0)
                await Task.Delay(100);
        }
        """).HasMarkedFindings();

    [Fact]
    public Task A_wait_that_has_nothing_to_wait_for_is_quiet() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await Task.Yield();
        await Task.CompletedTask;
        var timer = Task.Delay(1000, ct);
        await tx.CommitAsync(ct);
        await timer;
        """).IsQuiet();
}
