using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>What PGTX102 says, where it stands, and when it gives way.</summary>
public class PGTX102TransactionWaitsTests
{
    private const string Begin = """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");

        """;

    private const string Commit = "\nawait tx.CommitAsync(ct);";

    private const string Members = """
        private readonly SemaphoreSlim gate = new(1);
        private readonly PeriodicTimer timer = new(TimeSpan.FromSeconds(1));
        private readonly ManualResetEventSlim ready = new();
        private readonly System.Threading.Channels.Channel<int> queue = System.Threading.Channels.Channel.CreateUnbounded<int>();
        private readonly System.Diagnostics.Process process = new();
        """;

    [Theory]
    [InlineData("await Task.Delay(100, ct);")]
    [InlineData("Thread.Sleep(100);")]
    [InlineData("await gate.WaitAsync(ct);")]
    [InlineData("gate.Wait(ct);")]
    [InlineData("await timer.WaitForNextTickAsync(ct);")]
    [InlineData("ready.Wait(ct);")]
    [InlineData("var next = await queue.Reader.ReadAsync(ct);")]
    [InlineData("await process.WaitForExitAsync(ct);")]
    [InlineData("var answer = Console.ReadLine();")]
    [InlineData("lock (gate) Monitor.Wait(gate);")]
    [InlineData("await new TaskCompletionSource().Task;")]
    [InlineData("Task.Delay(100).Wait();")]
    [InlineData("Task.Delay(100).GetAwaiter().GetResult();")]
    [InlineData("await Task.WhenAll(Task.Delay(100), Task.CompletedTask);")]
    public Task A_wait_in_an_open_transaction_is_found(string wait) =>
        TestCode.Method(Begin + wait + " // expect: PGTX102" + Commit, Members).HasMarkedFindings();

    [Fact]
    public Task A_wait_before_the_first_command_is_found_as_well() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await Task.Delay(100, ct); // expect: PGTX102
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("await Task.Yield();")]
    [InlineData("_ = Task.Delay(100, ct);")]
    [InlineData("gate.Release();")]
    [InlineData("queue.Writer.TryWrite(1);")]
    [InlineData("await Task.CompletedTask;")]
    [InlineData("process.Kill();")]
    public Task What_does_not_wait_is_quiet(string statement) => TestCode.Method(Begin + statement + Commit, Members).IsQuiet();

    [Fact]
    public Task A_back_off_after_the_end_of_each_attempt_is_quiet() => TestCode.Method("""
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                await using var tx = await conn.BeginTransactionAsync(ct);
                await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
                await tx.CommitAsync(ct);
                break;
            }
            catch (PostgresException)
            {
                await Task.Delay(100, ct);
            }
        }
        """).IsQuiet();

    [Fact]
    public Task A_back_off_inside_the_transaction_is_found() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
                break;
            }
            catch (PostgresException)
            {
                await Task.Delay(100, ct); // expect: PGTX102
            }
        }

        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("", "The transaction begun at line 5 keeps a pooled connection that does nothing while 'Task.Delay' waits")]
    [InlineData("SELECT 1", "The transaction begun at line 5 stays idle in transaction while 'Task.Delay' waits")]
    [InlineData("LOCK TABLE orders", "The transaction begun at line 5 stays idle in transaction, holding the row locks of LOCK orders (line 6), while 'Task.Delay' waits")]
    public async Task The_message_says_what_the_wait_costs(string sql, string message)
    {
        var finding = Assert.Single(await TestCode.Of($$"""
            public class Orders(Npgsql.NpgsqlConnection conn)
            {
                public async Task PayAsync()
                {
                    await using var tx = await conn.BeginTransactionAsync();
                    {{(sql.Length == 0 ? "" : $"await Dapper.SqlMapper.ExecuteAsync(conn, \"{sql}\");")}}
                    await Task.Delay(100); // expect: PGTX102
                }
            }
            """).HasMarkedFindings());

        Assert.Equal(message, finding.GetMessage());
        Assert.Equal("Task.Delay(100)", finding.Location.Text());
        Assert.Equal(["conn.BeginTransactionAsync()"], finding.OtherTexts());
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
        Assert.EndsWith("/docs/rules/PGTX102.md", finding.Descriptor.HelpLinkUri);
        Assert.Equal("true", finding.Properties["pgtx.direct"]);
    }

    [Fact]
    public async Task A_wait_in_a_helper_shows_its_chain()
    {
        var finding = Assert.Single(await TestCode.Method(
            Begin + "await BackOffAsync(2); // expect: PGTX102" + Commit,
            "static async Task BackOffAsync(int attempt) => await Task.Delay(100 * attempt);").HasMarkedFindings());

        Assert.EndsWith("while 'Service.BackOffAsync → Task.Delay' waits", finding.GetMessage());
        Assert.Equal(["conn.BeginTransactionAsync(ct)", "Task.Delay(100 * attempt)"], finding.OtherTexts());
        Assert.Equal("false", finding.Properties["pgtx.direct"]);
    }

    [Fact]
    public Task Before_the_first_command_a_wait_is_stronger_than_a_call() => TestCode.Method(
        """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await BothAsync(http, url); // expect: PGTX102
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await tx.CommitAsync(ct);
        """,
        """
        async Task BothAsync(HttpClient http, string url)
        {
            await Task.Delay(100);
            await http.GetStringAsync(url);
        }
        """).HasMarkedFindings();

    [Theory]
    [InlineData("var done = new TaskCompletionSource<int>(); done.SetResult(1); await done.Task;")]
    [InlineData("var done = new TaskCompletionSource(); done.TrySetResult(); await done.Task.ConfigureAwait(false);")]
    [InlineData("TaskCompletionSource done = new(); if (ct.CanBeCanceled) done.TrySetCanceled(ct); else done.SetException(new InvalidOperationException()); done.Task.Wait();")]
    [InlineData("var done = new TaskCompletionSource<int>(); try { done.SetResult(await LoadAsync()); } catch (Exception e) { done.TrySetException(e); } await done.Task;")]
    [InlineData("var done = new TaskCompletionSource(); Complete(done); await done.Task;")]
    [InlineData("var done = new TaskCompletionSource(); await Task.Run(() => done.SetResult()); await done.Task;")]
    [InlineData("held.TrySetResult(); await held.Task;")]
    [InlineData("await Completed();")]
    public Task A_task_that_the_code_has_completed_itself_is_not_waited_for(string statements) => TestCode.Method(Begin + statements + Commit, Sources).IsQuiet();

    [Theory]
    [InlineData("var done = new TaskCompletionSource(); if (ct.CanBeCanceled) done.SetResult(); await done.Task; // expect: PGTX102")]
    [InlineData("var done = new TaskCompletionSource(); await done.Task; done.SetResult(); // expect: PGTX102")]
    [InlineData("TaskCompletionSource one = new(), two = new(); one.SetResult(); await two.Task; // expect: PGTX102")]
    [InlineData("for (var i = 0; i < 2; i++) { var done = new TaskCompletionSource(); if (i == 1) await done.Task; done.SetResult(); } // expect: PGTX102")]
    [InlineData("var done = new TaskCompletionSource(); _ = Task.Run(() => done.SetResult()); await done.Task; // expect: PGTX102")]
    [InlineData("var done = new TaskCompletionSource(); _ = Task.Run(done.SetResult); await done.Task; // expect: PGTX102")]
    [InlineData("var done = new TaskCompletionSource(); _ = CompleteAsync(done); await done.Task; // expect: PGTX102")]
    [InlineData("var done = new TaskCompletionSource(); using var registered = ct.Register(() => done.TrySetCanceled()); await done.Task; // expect: PGTX102")]
    [InlineData("held.TrySetResult(); held = new(); await held.Task; // expect: PGTX102")]
    public Task A_task_that_somebody_else_completes_is_waited_for(string statements) => TestCode.Method(Begin + statements + Commit, Sources).HasMarkedFindings();

    private const string Sources = """
        private TaskCompletionSource held = new();

        static Task<int> LoadAsync() => Task.FromResult(1);

        static void Complete(TaskCompletionSource source) => source.TrySetResult();

        static async Task CompleteAsync(TaskCompletionSource source)
        {
            await Task.Yield();
            source.SetResult();
        }

        static Task<int> Completed()
        {
            var done = new TaskCompletionSource<int>();
            done.SetResult(1);
            return done.Task;
        }
        """;

    [Fact]
    public Task A_pragma_silences_it() => TestCode.Method(Begin + """
        #pragma warning disable PGTX102
        await Task.Delay(100, ct);
        #pragma warning restore PGTX102
        """ + Commit).IsQuiet();

    [Fact]
    public async Task The_severity_is_the_user_s()
    {
        var code = TestCode.Method(Begin + "await Task.Delay(100, ct);" + Commit).WithSeverity("PGTX110", ReportDiagnostic.Suppress);

        Assert.Equal(DiagnosticSeverity.Error, Assert.Single(await code.WithSeverity("PGTX102", ReportDiagnostic.Error).Findings()).Severity);
        Assert.Empty(await code.WithSeverity("PGTX102", ReportDiagnostic.Suppress).Findings());
    }
}
