using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Exponential pauses with jitter, and an end.</summary>
public sealed class PGTX208RetryWithoutBackoffFixTests
{
    private const string Key = "PGTX208.BackOff";

    private static TestCode Loop(string head, string handler, string signature = "public async Task RunAsync(CancellationToken ct)", string work = "await WorkAsync(ct);") => RetryCode.Service($$"""
            {{signature}}
            {
                var tries = 0;
                {{head}}
                {
                    try
                    {
                        {{work}}
                        return;
                    }
                    {{handler}}
                }
            }

            private async Task WorkAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("UPDATE orders SET closed = true");
            }

            private void Work() => WorkAsync(default).GetAwaiter().GetResult();
        """);

    [Theory]
    [InlineData("for (var attempt = 0; ; attempt++)", "for (var attempt = 0; ; attempt++)", "ex.IsTransient && attempt < 10", "ex.IsTransient && attempt < 10", "attempt")]
    [InlineData("for (var n = 0; n < 100; n++)", "for (var n = 0; n < 100; n++)", "ex.IsTransient", "ex.IsTransient", "Math.Min(n, 10)")]
    [InlineData("while (true)", "while (true)", "ex.IsTransient && tries++ < 5", "ex.IsTransient && tries++ < 5", "tries")]
    public async Task A_loop_that_waits_for_nothing_waits_longer_each_time(string head, string newHead, string filter, string newFilter, string exponent) => await Loop(head, $$"""
        catch (NpgsqlException ex) when ({{filter}}) // expect: PGTX208
                    {
                        // The last failure reaches the caller.
                    }
        """).Fix("PGTX208", Key).Becomes(Loop(newHead, $$"""
        catch (NpgsqlException ex) when ({{newFilter}})
                    {
                        // The last failure reaches the caller.
                        await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << {{exponent}}) + Random.Shared.Next(100)), ct);
                    }
        """));

    [Fact]
    public async Task It_waits_as_the_work_is_awaited() => await Loop("for (var attempt = 0; ; attempt++)", """
        catch (NpgsqlException ex) when (ex.IsTransient && attempt < 10) // expect: PGTX208
                    {
                    }
        """, work: "await WorkAsync(ct).ConfigureAwait(false);").Fix("PGTX208", Key).Becomes(Loop("for (var attempt = 0; ; attempt++)", """
        catch (NpgsqlException ex) when (ex.IsTransient && attempt < 10)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt) + Random.Shared.Next(100)), ct).ConfigureAwait(false);
                    }
        """, work: "await WorkAsync(ct).ConfigureAwait(false);"));

    [Fact]
    public async Task A_loop_without_an_end_gets_one() => await Loop("while (true)", """
        catch (NpgsqlException ex) when (ex.IsTransient || ex.SqlState == "25P03") // expect: PGTX208
                    {
                        await Task.Delay(TimeSpan.FromSeconds(1));
                    }
        """, "public async Task RunAsync()", "await WorkAsync(default);").Fix("PGTX208", Key).Becomes(Loop("for (var attempt = 1; ; attempt++)", """
        catch (NpgsqlException ex) when ((ex.IsTransient || ex.SqlState == "25P03") && attempt < 5)
                    {
                        await Task.Delay(TimeSpan.FromSeconds(1));
                    }
        """, "public async Task RunAsync()", "await WorkAsync(default);"));

    [Fact]
    public async Task Both_are_missing_in_a_method_that_awaits_nothing() => await Loop("while (true)", """
        catch (NpgsqlException) { continue; } // expect: PGTX208
        """, "public void Run()", "Work();").Fix("PGTX208", Key).Becomes(Loop("for (var attempt = 1; ; attempt++)", """
        catch (NpgsqlException) when (attempt < 5) { Thread.Sleep(100 * (1 << attempt) + Random.Shared.Next(100)); continue; }
        """, "public void Run()", "Work();"));

    [Fact]
    public async Task A_pause_of_nothing_becomes_one() => await Loop("for (var attempt = 1; attempt < 4; attempt++)", """
        catch (NpgsqlException) // expect: PGTX208
                    {
                        await Task.Delay(0, ct);
                    }
        """).Fix("PGTX208", Key).Becomes(Loop("for (var attempt = 1; attempt < 4; attempt++)", """
        catch (NpgsqlException)
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt) + Random.Shared.Next(100)), ct);
                    }
        """));

    private const string Provider = "attempt => TimeSpan.FromMilliseconds(100 * (1 << attempt) + Random.Shared.Next(100))";

    [Theory]
    [InlineData("Policy.Handle<NpgsqlException>().RetryAsync(7)", "Policy.Handle<NpgsqlException>().WaitAndRetryAsync(7, " + Provider + ")")]
    [InlineData("Policy.Handle<NpgsqlException>().RetryForeverAsync()", "Policy.Handle<NpgsqlException>().WaitAndRetryAsync(5, " + Provider + ")")]
    [InlineData("Policy.Handle<NpgsqlException>().WaitAndRetryAsync(3, _ => TimeSpan.Zero)", "Policy.Handle<NpgsqlException>().WaitAndRetryAsync(3, " + Provider + ")")]
    [InlineData("Policy.Handle<NpgsqlException>().WaitAndRetryForeverAsync(_ => TimeSpan.FromSeconds(1))", "Policy.Handle<NpgsqlException>().WaitAndRetryAsync(5, _ => TimeSpan.FromSeconds(1))")]
    [InlineData("Policy.Handle<NpgsqlException>().Retry(3)", "Policy.Handle<NpgsqlException>().WaitAndRetry(3, " + Provider + ")")]
    [InlineData("new ResiliencePipelineBuilder().AddRetry(new() { ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(), MaxRetryAttempts = int.MaxValue })", "new ResiliencePipelineBuilder().AddRetry(new() { ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(), MaxRetryAttempts = 5 })")]
    [InlineData("new ResiliencePipelineBuilder().AddRetry(new() { ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(), Delay = TimeSpan.Zero })", "new ResiliencePipelineBuilder().AddRetry(new() { ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(), Delay = TimeSpan.FromMilliseconds(200), BackoffType = DelayBackoffType.Exponential, UseJitter = true })")]
    public async Task A_policy_or_a_pipeline(string before, string after)
    {
        await RetryCode.Service($"    public object Make() => {before}; // expect: PGTX208").Fix("PGTX208", Key).Becomes(RetryCode.Service($"    public object Make() => {after};"));
    }

    /// <summary>What the action is called is what it writes.</summary>
    [Theory]
    [InlineData("while (true)", "catch (NpgsqlException ex) when (ex.IsTransient) // fix: PGTX208\n{\n}\n", "await WorkAsync(ct);", "Back off exponentially")]
    [InlineData("for (var attempt = 0; ; attempt++)", "catch (NpgsqlException) when (attempt < 10) // fix: PGTX208\n{\n}\n", "await WorkAsync(ct);", "Back off exponentially")]
    [InlineData("while (true)", "catch (NpgsqlException) // fix: PGTX208\n{\n}\n", "await WorkAsync(default);", "Back off exponentially, five attempts")]
    [InlineData("while (true)", "catch (NpgsqlException) // fix: PGTX208\n{\nawait Task.Delay(1000);\n}\n", "await WorkAsync(default);", "Give up after five attempts")]
    public async Task The_title_names_what_is_missing(string head, string handler, string work, string title) =>
        Assert.Equal(title, Assert.Single(await Loop(head, handler, work.Contains("default") ? "public async Task RunAsync()" : "public async Task RunAsync(CancellationToken ct)", work).Fix("PGTX208").Offers()).Title);

    [Fact]
    public async Task A_policy_without_a_count_gets_five() => Assert.Equal(
        "Back off exponentially, five attempts",
        Assert.Single(await RetryCode.Service("    public object Make() => Policy.Handle<NpgsqlException>().RetryForeverAsync(); // fix: PGTX208").Fix("PGTX208").Offers()).Title);

    /// <summary><c>onRetry</c> has other parameters where there is a pause.</summary>
    [Fact]
    public async Task A_policy_that_tells_of_its_attempts_is_left_alone() =>
        await RetryCode.Service("    public object Make() => Policy.Handle<NpgsqlException>().RetryAsync(3, (ex, n) => Console.WriteLine(n)); // fix: PGTX208").Fix("PGTX208").IsNotOffered();

    /// <summary>Somebody else says how often: there is no number to make the pause from.</summary>
    [Fact]
    public async Task A_loop_that_counts_nothing_is_left_alone() => await Loop("while (!ct.IsCancellationRequested)", """
        catch (NpgsqlException) // fix: PGTX208
                    {
                    }
        """).Fix("PGTX208").IsNotOffered();

    /// <summary>A jump has no counter of its own; what a loop around it counts is something else.</summary>
    [Fact]
    public async Task A_jump_is_left_alone() => await RetryCode.Service("""
            public async Task RunAsync()
            {
                for (var shop = 0; shop < 100; shop++)
                {
                again:
                    try
                    {
                        await dataSource.CreateCommand("UPDATE orders SET closed = true").ExecuteNonQueryAsync();
                    }
                    catch (NpgsqlException) // fix: PGTX208
                    {
                        goto again;
                    }
                }
            }
        """).Fix("PGTX208").IsNotOffered();
}
