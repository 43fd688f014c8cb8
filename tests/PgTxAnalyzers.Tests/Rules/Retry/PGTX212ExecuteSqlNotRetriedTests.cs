using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>ExecuteSql on a context that retries.</summary>
public sealed class PGTX212ExecuteSqlNotRetriedTests
{
    private const string Retries = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure([\"25P03\"])));";

    private static TestCode With(string members, string registration = Retries) => RetryCode.Service(members, registration).Counting("PGTX212");

    [Theory]
    [InlineData("db.Database.ExecuteSql($\"DELETE FROM orders\");")]
    [InlineData("db.Database.ExecuteSqlRaw(\"DELETE FROM orders\");")]
    [InlineData("await db.Database.ExecuteSqlRawAsync(\"DELETE FROM orders\", ct);")]
    [InlineData("await db.Database.ExecuteSqlInterpolatedAsync($\"DELETE FROM orders\", ct);")]
    [InlineData("var facade = db.Database; await facade.ExecuteSqlAsync($\"DELETE FROM orders\", ct);")]
    [InlineData("await Task.Run(() => db.Database.ExecuteSqlAsync($\"DELETE FROM orders\", ct));")]
    public async Task Every_member_is_found(string statement)
    {
        var body = $"public async Task RunAsync(CancellationToken ct) {{ {statement} await Task.CompletedTask; }}";
        await With(body + " // expect: PGTX212").HasMarkedFindings();
        await With(body, "").IsQuiet();
        await With(body + " // expect: PGTX212", "").WithOption("pgtx.retrying_strategy", "true").HasMarkedFindings();
        await With(body).WithOption("pgtx.retrying_strategy", "false").IsQuiet();
    }

    [Theory]
    [InlineData("db.Database.CreateExecutionStrategy().ExecuteAsync(token => db.Database.ExecuteSqlAsync($\"DELETE FROM orders\", token), ct)")]
    [InlineData("db.Database.CreateExecutionStrategy().ExecuteAsync(OnceAsync, ct)")]
    [InlineData("db.Database.CreateExecutionStrategy().ExecuteAsync(async token => { await Task.Yield(); await OnceAsync(token); }, ct)")]
    [InlineData("pipeline.ExecuteAsync(async token => await OnceAsync(token), ct).AsTask()")]
    [InlineData("HelpAsync(OnceAsync, ct)")]
    public Task Inside_a_scope_it_is_quiet(string call) => With($$"""
            public Task RunAsync(CancellationToken ct) => {{call}};

            private async Task OnceAsync(CancellationToken token)
            {
                if (token.CanBeCanceled)
                {
                    {{(call.Contains("OnceAsync") ? "await db.Database.ExecuteSqlAsync($\"DELETE FROM orders\", token);" : "await Task.Yield();")}}
                }
            }

            private Task HelpAsync(Func<CancellationToken, Task> work, CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(work, ct);
        """).IsQuiet();

    [Fact]
    public Task One_caller_without_a_scope_is_enough() => With("""
            public Task RunAsync(CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(OnceAsync, ct);

            public Task AtOnceAsync(CancellationToken ct) => OnceAsync(ct);

            private Task OnceAsync(CancellationToken token) => db.Database.ExecuteSqlAsync($"DELETE FROM orders", token); // expect: PGTX212
        """).HasMarkedFindings();

    [Fact]
    public Task A_pipeline_that_only_ends_after_a_time_is_no_scope() => With("""
            private static readonly ResiliencePipeline InTime = new ResiliencePipelineBuilder().AddTimeout(TimeSpan.FromSeconds(3)).Build();

            public async Task RunAsync(CancellationToken ct) =>
                await InTime.ExecuteAsync(async token => await db.Database.ExecuteSqlAsync($"DELETE FROM orders", token), ct); // expect: PGTX212
        """).HasMarkedFindings();

    [Fact]
    public Task A_policy_for_other_failures_is_no_scope() => With("""
            private static readonly IAsyncPolicy Web = Policy.Handle<HttpRequestException>().WaitAndRetryAsync(3, _ => TimeSpan.FromSeconds(1));

            public Task RunAsync(CancellationToken ct) =>
                Web.ExecuteAsync(() => db.Database.ExecuteSqlAsync($"DELETE FROM orders", ct)); // expect: PGTX212
        """).HasMarkedFindings();

    [Fact]
    public async Task The_message_names_the_context_and_the_member()
    {
        var finding = Assert.Single(await With("public int Run() => db.Database.ExecuteSqlRaw(\"DELETE FROM orders\"); // expect: PGTX212").HasMarkedFindings());

        Assert.Equal("A lost connection fails this command, although ShopContext retries its queries: 'ExecuteSqlRaw' does not go through the execution strategy", finding.GetMessage());
        Assert.Equal(DiagnosticSeverity.Info, finding.Severity);
        Assert.Equal("ExecuteSqlRaw(\"DELETE FROM orders\")", finding.Location.Text());
    }
}
