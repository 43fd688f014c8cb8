using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>A tracker that is emptied behind the failed attempt is as empty as one that the next attempt empties.</summary>
public sealed class PGTX207BetweenAttemptsTests
{
    private const string Unit = "var order = await db.Orders.SingleAsync(o => o.Id == id); order.Count--; await db.SaveChangesAsync();";

    private const string Found = Unit + " // expect: PGTX207\n";

    private static TestCode Loop(string unit, string handlers, string before = "", string after = "") => RetryCode.Service($$"""
            private ShopContext other = null!;

            public async Task RunAsync(int id)
            {
                for (var attempt = 1; attempt <= 3; attempt++)
                {
                    {{before}}
                    try
                    {
                        {{unit}}
                        return;
                    }
                    {{handlers}}
                    {{after}}
                }
            }

            private void Forget() => db.ChangeTracker.Clear();
        """).Counting("PGTX207");

    [Theory]
    [InlineData("catch (Exception) { db.ChangeTracker.Clear(); if (attempt == 3) throw; }")]
    [InlineData("catch (Exception) { if (attempt == 3) throw; await Task.Delay(100); this.Forget(); }")]
    [InlineData("catch (Exception) { if (attempt < 3) { db.ChangeTracker.Clear(); continue; } throw; }")]
    [InlineData("catch (Exception e) { if (e is TimeoutException) { db.ChangeTracker.Clear(); } else { db.ChangeTracker.Clear(); await Task.Delay(100); } }")]
    [InlineData("catch (DbUpdateException) { db.ChangeTracker.Clear(); } catch (NpgsqlException) when (attempt < 3) { db.ChangeTracker.Clear(); }")]
    [InlineData("catch (FormatException) { } catch (Exception) when (attempt < 3) { db.ChangeTracker.Clear(); }")]
    [InlineData("catch (Exception) when (attempt < 3) { await Task.Delay(100); } finally { db.ChangeTracker.Clear(); }")]
    [InlineData("catch (Exception) { try { await Task.Delay(100); } finally { db.ChangeTracker.Clear(); } }")]
    public Task A_clear_on_each_way_from_the_failure(string handlers) => Loop(Unit, handlers).IsQuiet();

    [Theory]
    [InlineData("catch (Exception) { if (attempt == 3) throw; }")]
    [InlineData("catch (Exception) { other.ChangeTracker.Clear(); }")]
    [InlineData("catch (Exception e) { if (e is TimeoutException) { db.ChangeTracker.Clear(); } }")]
    [InlineData("catch (Exception e) { if (e is TimeoutException) continue; db.ChangeTracker.Clear(); }")]
    [InlineData("catch (Exception) { if (attempt == 3) { db.ChangeTracker.Clear(); throw; } }")]
    [InlineData("catch (DbUpdateException) { db.ChangeTracker.Clear(); } catch (NpgsqlException) when (attempt < 3) { }")]
    [InlineData("catch (Exception) { Action later = () => db.ChangeTracker.Clear(); GC.KeepAlive(later); }")]
    [InlineData("catch (Exception) { } finally { if (attempt == 3) db.ChangeTracker.Clear(); }")]
    public Task A_way_without_a_clear(string handlers) => Loop(Found, handlers).HasMarkedFindings();

    /// <summary>A condition there asks which attempt it is, or whether it has failed.</summary>
    [Theory]
    [InlineData("if (attempt > 1) { db.ChangeTracker.Clear(); }", "")]
    [InlineData("db.ChangeTracker.Clear();", "")]
    [InlineData("var failed = true;", "if (failed) { db.ChangeTracker.Clear(); }")]
    public Task A_clear_in_the_loop_beside_the_try(string before, string after) => Loop(Unit, "catch (Exception) when (attempt < 3) { await Task.Delay(100); }", before, after).IsQuiet();

    [Fact]
    public Task The_function_around_the_loop_may_be_a_lambda_or_a_local_one() => RetryCode.Service($$"""
            public Task RunAsync(int id) => Task.Run(async () =>
            {
                for (var attempt = 1; attempt <= 3; attempt++)
                {
                    try { {{Unit}} return; } catch (Exception) when (attempt < 3) { db.ChangeTracker.Clear(); }
                }
            });

            public async Task LocalAsync(int id)
            {
                await OnceAsync();
                async Task OnceAsync()
                {
                    for (var attempt = 1; attempt <= 3; attempt++)
                    {
                        try { {{Unit}} return; } catch (Exception) when (attempt < 3) { db.ChangeTracker.Clear(); }
                    }
                }
            }
        """).Counting("PGTX207").IsQuiet();

    [Theory]
    [InlineData("Policy.Handle<NpgsqlException>().WaitAndRetryAsync(3, i => TimeSpan.FromSeconds(i), (e, pause) => db.ChangeTracker.Clear())", true)]
    [InlineData("Policy.Handle<NpgsqlException>().RetryAsync(3, onRetry: (e, i) => { db.ChangeTracker.Clear(); })", true)]
    [InlineData("Policy.Handle<NpgsqlException>().WaitAndRetryAsync(3, i => TimeSpan.FromSeconds(i), (e, pause) => other.ChangeTracker.Clear())", false)]
    [InlineData("Policy.Handle<NpgsqlException>().WaitAndRetryAsync(3, i => { db.ChangeTracker.Clear(); return TimeSpan.FromSeconds(i); })", false)]
    [InlineData("Policy.Handle<NpgsqlException>().WaitAndRetryAsync(3, i => TimeSpan.FromSeconds(i), (e, pause) => Console.WriteLine(e))", false)]
    [InlineData("new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions { OnRetry = args => { db.ChangeTracker.Clear(); return default; } }).Build()", true)]
    [InlineData("new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions { OnRetry = args => default }).Build()", false)]
    public Task A_policy_may_clear_before_it_tries_again(string policy, bool clears) => RetryCode.Service($$"""
            private ShopContext other = null!;

            public async Task RunAsync(int id)
            {
                var retry = {{policy}};
                await retry.ExecuteAsync(async {{(policy.StartsWith("new") ? "ct" : "()")}} =>
                {
                    {{(clears ? Unit : Found)}}
                });
            }
        """).Counting("PGTX207").HasMarkedFindings();

    [Theory]
    [InlineData("db.ChangeTracker.Clear();", true)]
    [InlineData("", false)]
    public Task So_may_a_helper_that_tries_again(string cleared, bool clears) => RetryCode.Service($$"""
            public Task RunAsync(int id) => AgainAsync(async () =>
            {
                {{(clears ? Unit : Found)}}
            });

            private Task AgainAsync(Func<Task> work) => db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                {{cleared}}
                await work();
            });
        """).Counting("PGTX207").HasMarkedFindings();

    [Fact]
    public Task The_unit_may_clear_by_a_method() => Loop("this.Forget(); " + Unit, "catch (Exception) when (attempt < 3) { await Task.Delay(100); }").IsQuiet();
}
