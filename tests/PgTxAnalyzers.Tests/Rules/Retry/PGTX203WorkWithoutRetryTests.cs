using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Entry points whose database work nobody repeats.</summary>
public sealed class PGTX203WorkWithoutRetryTests
{
    private const string Usings = """
        using Dapper;
        using DotNetCore.CAP;
        using MassTransit;
        using Microsoft.AspNetCore.Builder;
        using Microsoft.AspNetCore.Mvc;
        using Microsoft.AspNetCore.Mvc.RazorPages;
        using Microsoft.AspNetCore.SignalR;
        using Microsoft.Extensions.Hosting;
        using Npgsql;
        using Polly;
        using Rebus.Config;
        using Rebus.Handlers;
        using Rebus.Retry.Simple;

        """;

    private const string Store = """

        public sealed record Paid(int Id);

        public sealed class Store(NpgsqlDataSource dataSource)
        {
            public async Task SaveAsync(CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("UPDATE orders SET paid = true");
            }

            public int Count() => dataSource.OpenConnection().ExecuteScalar<int>("SELECT count(*) FROM orders");
        }
        """;

    private static TestCode Code(string types) => TestCode.Of(Usings + types + Store).Counting("PGTX203");

    [Theory]
    [InlineData("class W(Store store) : BackgroundService { protected override async Task ExecuteAsync(CancellationToken ct) { await store.SaveAsync(ct); } }")]
    [InlineData("class W(Store store) : IHostedService { public Task StartAsync(CancellationToken ct) => store.SaveAsync(ct); public Task StopAsync(CancellationToken ct) => Task.CompletedTask; }")]
    [InlineData("class W(Store store) : IConsumer<Paid> { public Task Consume(ConsumeContext<Paid> context) => store.SaveAsync(context.CancellationToken); }")]
    [InlineData("class W(Store store) : IHandleMessages<Paid> { public Task Handle(Paid message) => store.SaveAsync(default); }")]
    [InlineData("class W(Store store) : Quartz.IJob { public async ValueTask Execute(Quartz.IJobExecutionContext context, CancellationToken ct) => await store.SaveAsync(ct); }")]
    [InlineData("class W(Store store) { private readonly Timer timer = new(_ => store.Count()); }")]
    [InlineData("class W { public W(Store store, System.Timers.Timer timer) { timer.Elapsed += (sender, e) => store.Count(); } }")]
    public async Task Where_nobody_waits_it_is_a_warning(string type)
    {
        var finding = Assert.Single(await Code(type + " // expect: PGTX203").HasMarkedFindings());

        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
    }

    [Theory]
    [InlineData("class W(Store store) : ControllerBase { public Task Get(CancellationToken ct) => store.SaveAsync(ct); }")]
    [InlineData("class W(Store store) : PageModel { public Task OnPostAsync(CancellationToken ct) => store.SaveAsync(ct); }")]
    [InlineData("class W(Store store) : Hub { public Task Send(CancellationToken ct) => store.SaveAsync(ct); }")]
    [InlineData("static class W { static void Map(WebApplication app) { app.MapPost(\"/\", (Store store, CancellationToken ct) => store.SaveAsync(ct)); } }")]
    [InlineData("static class W { static void Map(WebApplication app) { app.MapPost(\"/\", Save); } static Task Save(Store store, CancellationToken ct) => store.SaveAsync(ct); }")]
    public async Task Where_somebody_may_ask_again_it_is_a_suggestion(string type)
    {
        var finding = Assert.Single(await Code(type + " // expect: PGTX203").HasMarkedFindings());

        Assert.Equal(DiagnosticSeverity.Info, finding.Severity);
    }

    [Theory]
    [InlineData("class W(Store store) { public Task RunAsync(CancellationToken ct) => store.SaveAsync(ct); }")]
    [InlineData("class W(Store store) : ControllerBase { [NonAction] public Task Get(CancellationToken ct) => store.SaveAsync(ct); }")]
    [InlineData("class W(Store store) : ICapSubscribe { [CapSubscribe(\"paid\")] public Task Handle(CancellationToken ct) => store.SaveAsync(ct); }")]
    [InlineData("class W(Store store, ResiliencePipeline pipeline) : BackgroundService { protected override async Task ExecuteAsync(CancellationToken ct) => await pipeline.ExecuteAsync(async token => await store.SaveAsync(token), ct); }")]
    [InlineData("class W(Store store) : BackgroundService { protected override Task ExecuteAsync(CancellationToken ct) { Func<Task> later = () => store.SaveAsync(ct); return Task.CompletedTask; } }")]
    public Task What_is_no_entry_point_or_is_repeated_is_quiet(string type) => Code(type).IsQuiet();

    [Fact]
    public async Task A_queue_s_own_retry_counts_where_it_is_configured()
    {
        const string Consumer = "class W(Store store) : IConsumer<Paid> { public Task Consume(ConsumeContext<Paid> context) => store.SaveAsync(context.CancellationToken); }";
        const string Handler = "class H(Store store) : IHandleMessages<Paid> { public Task Handle(Paid message) => store.SaveAsync(default); }";
        await Code(Consumer + "\nstatic class Bus { static void Configure(IReceiveEndpointConfigurator endpoint) => endpoint.UseMessageRetry(r => r.Exponential(5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1))); }").IsQuiet();
        await Code(Handler + "\nstatic class Bus { static void Configure(OptionsConfigurer options) => options.RetryStrategy(maxDeliveryAttempts: 7); }").IsQuiet();
        await Code(Handler + " // expect: PGTX203\nstatic class Bus { static void Configure(IReceiveEndpointConfigurator endpoint) => endpoint.UseMessageRetry(r => r.Immediate(5)); }").HasMarkedFindings();
    }

    [Fact]
    public async Task One_finding_per_entry_point_at_its_first_such_call_with_the_chain()
    {
        var finding = Assert.Single(await Code("""
            class W(Store store, Facade facade) : BackgroundService
            {
                protected override async Task ExecuteAsync(CancellationToken ct)
                {
                    await Task.Yield();
                    await facade.RunAsync(ct); // expect: PGTX203
                    await store.SaveAsync(ct);
                }
            }

            class Facade(Store store) { public Task RunAsync(CancellationToken ct) => store.SaveAsync(ct); }
            """).HasMarkedFindings());

        Assert.Equal(
            "A database restart (57P01, a broken socket) fails this hosted service: nothing repeats 'Facade.RunAsync → Store.SaveAsync → NpgsqlDataSource.OpenConnectionAsync'", finding.GetMessage());
        Assert.Equal("facade.RunAsync(ct)", finding.Location.Text());
    }

    [Fact]
    public async Task A_polling_loop_that_goes_on_loses_a_round()
    {
        var finding = Assert.Single(await Code("""
            class W(Store store) : BackgroundService
            {
                protected override async Task ExecuteAsync(CancellationToken ct)
                {
                    while (!ct.IsCancellationRequested)
                    {
                        try
                        {
                            await store.SaveAsync(ct); // expect: PGTX203
                        }
                        catch (Exception e)
                        {
                            Console.Error.WriteLine(e);
                        }

                        await Task.Delay(1000, ct);
                    }
                }
            }
            """).HasMarkedFindings());

        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
        Assert.Equal("A database restart (57P01, a broken socket) costs a round of this hosted service: nothing repeats 'Store.SaveAsync → NpgsqlDataSource.OpenConnectionAsync'", finding.GetMessage());
    }

    /// <summary>An endpoint, or a message's handler, has no rounds: what fails in its loop is not done, and nobody comes by again.</summary>
    [Theory]
    [InlineData("ControllerBase", "public async Task<int> Post(int[] ids, CancellationToken ct)", "this endpoint")]
    [InlineData("Hub", "public async Task<int> Post(int[] ids, CancellationToken ct)", "this hub method")]
    public async Task What_has_no_rounds_loses_work(string type, string method, string subject)
    {
        var finding = Assert.Single(await Code($$"""
            class W(Store store) : {{type}}
            {
                {{method}}
                {
                    foreach (var id in ids)
                    {
                        try
                        {
                            await store.SaveAsync(ct); // expect: PGTX203
                        }
                        catch (Exception e)
                        {
                            Console.Error.WriteLine(e);
                        }
                    }

                    return ids.Length;
                }
            }
            """).HasMarkedFindings());
        Assert.StartsWith($"A database restart (57P01, a broken socket) loses work of {subject}: nothing repeats 'Store.SaveAsync → ", finding.GetMessage());
    }

    /// <summary>miningcore's <c>StatsRecorder</c>: the loop that survives the failure stands in a method below the entry point.</summary>
    [Fact]
    public async Task A_loop_further_down_that_goes_on_loses_a_round_too_and_each_call_is_a_place()
    {
        var finding = Assert.Single(await Code("""
            class W(Store store) : BackgroundService
            {
                protected override async Task ExecuteAsync(CancellationToken ct)
                {
                    await Task.WhenAll(UpdateAsync(ct), Task.Delay(10, ct)); // expect: PGTX203
                }

                private async Task UpdateAsync(CancellationToken ct)
                {
                    using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
                    do
                    {
                        try
                        {
                            await store.SaveAsync(ct);
                        }
                        catch (Exception e)
                        {
                            Console.Error.WriteLine(e);
                        }
                    }
                    while (await timer.WaitForNextTickAsync(ct));
                }
            }
            """).HasMarkedFindings());

        Assert.StartsWith("A database restart (57P01, a broken socket) costs a round of this hosted service: nothing repeats 'W.UpdateAsync → Store.SaveAsync → ", finding.GetMessage());
        Assert.Equal(["store.SaveAsync(ct)", "dataSource.OpenConnectionAsync(ct)"], finding.AdditionalLocations.Select(l => l.SourceTree!.GetText(TestContext.Current.CancellationToken).ToString(l.SourceSpan)));
    }

    /// <summary>healthgateway's <c>BannerListener</c>: a listener opens its connection again whenever it breaks. A query that polls on it is lost all the same.</summary>
    [Theory]
    [InlineData("while (!ct.IsCancellationRequested) await connection.WaitAsync(ct);", false)]
    [InlineData("while (true) { await connection.WaitAsync(ct); ct.ThrowIfCancellationRequested(); }", false)]
    [InlineData("while (!ct.IsCancellationRequested) { await store.SaveAsync(ct); // expect: PGTX203\nawait connection.WaitAsync(ct); }", false)]
    [InlineData("while (connection.State == System.Data.ConnectionState.Open) await connection.WaitAsync(ct);", false)]
    [InlineData("while (connection.State == System.Data.ConnectionState.Open && !ct.IsCancellationRequested) await connection.WaitAsync(ct);", false)]
    [InlineData("while (connection.State == System.Data.ConnectionState.Open && await connection.WaitAsync(5, ct)) { }", true)]
    [InlineData("await connection.ExecuteAsync(\"UPDATE orders SET paid = true\");", true)]
    public async Task A_loop_that_opens_again_what_has_broken_repeats_the_opening(string use, bool found) => await Code($$"""
        class W(Store store, NpgsqlDataSource source) : BackgroundService
        {
            protected override async Task ExecuteAsync(CancellationToken ct)
            {
                while (!ct.IsCancellationRequested)
                {
                    try
                    {
                        await using var connection = source.CreateConnection();
                        await connection.OpenAsync(ct);{{(found ? " // expect: PGTX203" : "")}}
                        await connection.ExecuteAsync("LISTEN orders");
                        {{use}}
                    }
                    catch (NpgsqlException e)
                    {
                        Console.Error.WriteLine(e);
                        await Task.Delay(1000, ct);
                    }
                }
            }
        }
        """).HasMarkedFindings();

    /// <summary>The opening and the inner loop stand in a method of their own.</summary>
    [Theory]
    [InlineData("while (!ct.IsCancellationRequested) await connection.WaitAsync(ct);", "catch (Exception) { await Task.Delay(1000, stopping); }", false)]
    [InlineData("while (connection.State == System.Data.ConnectionState.Open && !ct.IsCancellationRequested) await connection.WaitAsync(ct);", "catch (Exception) { await Task.Delay(1000, stopping); }", false)]
    [InlineData("while (connection.State == System.Data.ConnectionState.Open && await connection.WaitAsync(5, ct)) { }", "catch (Exception) { await Task.Delay(1000, stopping); }", true)]
    [InlineData("while (true) { await connection.WaitAsync(ct); ct.ThrowIfCancellationRequested(); }", "catch (OperationCanceledException) { break; } catch (Exception) { await Task.Delay(1000, stopping); }", false)]
    [InlineData("while (true) { if (!await connection.WaitAsync(5, ct)) break; }", "catch (Exception) { await Task.Delay(1000, stopping); }", true)]
    [InlineData("while (!ct.IsCancellationRequested) await store.SaveAsync(ct);", "catch (Exception) { await Task.Delay(1000, stopping); }", true)]
    [InlineData("while (!ct.IsCancellationRequested) await connection.WaitAsync(ct);", "catch (Exception) { break; }", true)]
    [InlineData("while (!ct.IsCancellationRequested) await connection.WaitAsync(ct);", "catch (HttpRequestException) { await Task.Delay(1000, stopping); }", true)]
    [InlineData("await connection.WaitAsync(ct);", "catch (Exception) { await Task.Delay(1000, stopping); }", true)]
    public Task A_loop_that_calls_again_what_opens(string use, string handlers, bool found) => Code($$"""
        class W(Store store, NpgsqlDataSource source) : BackgroundService
        {
            protected override async Task ExecuteAsync(CancellationToken stopping)
            {
                while (!stopping.IsCancellationRequested)
                {
                    try
                    {
                        await ListenAsync(stopping);{{(found ? " // expect: PGTX203" : "")}}
                    }
                    {{handlers}}
                }
            }

            private async Task ListenAsync(CancellationToken ct)
            {
                await using var connection = source.CreateConnection();
                await connection.OpenAsync(ct);
                await connection.ExecuteAsync("LISTEN orders");
                {{use}}
            }
        }
        """).HasMarkedFindings();

    /// <summary>What is learned for one caller holds for that one alone.</summary>
    [Fact]
    public Task Somebody_else_calls_it_once() => Code("""
        class Ear(NpgsqlDataSource source)
        {
            public async Task ListenAsync(CancellationToken ct)
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("LISTEN orders");
                while (!ct.IsCancellationRequested)
                    await connection.WaitAsync(ct);
            }
        }

        class A(Ear ear) : BackgroundService
        {
            protected override async Task ExecuteAsync(CancellationToken ct)
            {
                while (!ct.IsCancellationRequested)
                {
                    try { await ear.ListenAsync(ct); } catch (Exception) { await Task.Delay(1000, ct); }
                }
            }
        }

        class B(Ear ear) : BackgroundService
        {
            protected override Task ExecuteAsync(CancellationToken ct) => ear.ListenAsync(ct); // expect: PGTX203
        }
        """).HasMarkedFindings();

    /// <summary>btcpayserver's <c>InvoiceWatcher</c>: the handler puts the item back into the queue, by a method of its own and later.</summary>
    [Theory]
    [InlineData("queue.Writer.TryWrite(id);", false)]
    [InlineData("_ = Task.Delay(10000, ct).ContinueWith(t => Again(id), TaskScheduler.Default);", false)]
    [InlineData("Log(id);", true)]
    [InlineData("queue.Writer.TryWrite(\"stop\");", true)]
    public async Task An_item_that_is_put_back_is_tried_again(string handling, bool found)
    {
        var findings = await Code($$"""
            class W(Store store) : BackgroundService
            {
                private readonly System.Threading.Channels.Channel<string> queue = System.Threading.Channels.Channel.CreateUnbounded<string>();

                protected override async Task ExecuteAsync(CancellationToken ct)
                {
                    await foreach (var id in queue.Reader.ReadAllAsync(ct))
                    {
                        try
                        {
                            Console.WriteLine(id);
                            await store.SaveAsync(ct);{{(found ? " // expect: PGTX203" : "")}}
                        }
                        catch (Exception)
                        {
                            {{handling}}
                        }
                    }
                }

                private void Again(string id) => queue.Writer.TryWrite(id);

                private void Log(string id) => Console.Error.WriteLine(id);
            }
            """).HasMarkedFindings();
        Assert.All(findings, f => Assert.Contains("costs a round of this hosted service", f.GetMessage()));
    }

    /// <summary>Nothing fails where a handler swallows: what was to be done is not done.</summary>
    [Fact]
    public async Task Where_the_failure_is_swallowed_work_is_lost()
    {
        var finding = Assert.Single(await Code("""
            class W(Store store) { private readonly Timer timer = new(_ => { try { store.Count(); } catch (NpgsqlException e) { Console.Error.WriteLine(e); } }); } // expect: PGTX203
            """).HasMarkedFindings());
        Assert.StartsWith("A database restart (57P01, a broken socket) loses work of this hosted service: nothing repeats 'Store.Count → ", finding.GetMessage());
    }

    /// <summary>eShop's <c>GracePeriodManagerService</c>: the failure is logged and answered with an empty list, and the loop above polls on.</summary>
    [Fact]
    public async Task A_failure_that_is_answered_with_an_empty_list_is_retried_by_nobody()
    {
        var finding = Assert.Single(await Code("""
            class W(NpgsqlDataSource dataSource) : BackgroundService
            {
                protected override async Task ExecuteAsync(CancellationToken ct)
                {
                    while (!ct.IsCancellationRequested)
                    {
                        foreach (var id in await DueAsync()) // expect: PGTX203
                        {
                            Console.WriteLine(id);
                        }

                        await Task.Delay(1000, ct);
                    }
                }

                private async ValueTask<IReadOnlyList<int>> DueAsync()
                {
                    try
                    {
                        await using var connection = dataSource.CreateConnection();
                        await connection.OpenAsync();
                        return (await connection.QueryAsync<int>("SELECT id FROM orders")).AsList();
                    }
                    catch (NpgsqlException exception)
                    {
                        Console.Error.WriteLine(exception);
                    }

                    return [];
                }
            }
            """).HasMarkedFindings());

        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
    }

    [Fact]
    public Task A_program_s_own_text_ends_where_its_types_begin() => TestCode.Of("""
        using Dapper;
        using Npgsql;

        await using var dataSource = NpgsqlDataSource.Create(args[0]);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await new Report(dataSource).RunAsync();
                break;
            }
            catch (NpgsqlException ex) when (ex.IsTransient && attempt < 5)
            {
                await Task.Delay(100);
            }
        }

        public sealed class Report(NpgsqlDataSource dataSource)
        {
            public async Task RunAsync()
            {
                await using var connection = await dataSource.OpenConnectionAsync();
                await connection.ExecuteAsync("ANALYZE");
            }
        }
        """).Counting("PGTX203").IsQuiet();

    [Theory]
    [InlineData("catch (NpgsqlException e) when (e.IsTransient && attempt < 5) { await Task.Delay(100, ct); }", false)]
    [InlineData("catch (PostgresException e) when (e.SqlState is \"40001\" or \"40P01\" && attempt < 5) { await Task.Delay(100, ct); }", true)]
    [InlineData("catch (FormatException) when (attempt < 5) { await Task.Delay(100, ct); }", true)]
    public Task A_loop_counts_for_what_it_repeats(string handler, bool found) => Code($$"""
        class W(Store store) : BackgroundService
        {
            protected override async Task ExecuteAsync(CancellationToken ct)
            {
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        await store.SaveAsync(ct);{{(found ? " // expect: PGTX203" : "")}}
                        return;
                    }
                    {{handler}}
                }
            }
        }
        """).HasMarkedFindings();

    [Fact]
    public Task Recursion_ends() => Code("""
        class W(Store store) : BackgroundService
        {
            protected override Task ExecuteAsync(CancellationToken ct) => AAsync(ct); // expect: PGTX203
            private Task AAsync(CancellationToken ct) => ct.CanBeCanceled ? BAsync(ct) : store.SaveAsync(ct);
            private Task BAsync(CancellationToken ct) => AAsync(ct);
        }
        """).HasMarkedFindings();

    /// <summary>What a query runs for each element runs here where its result is taken at once.</summary>
    [Theory]
    [InlineData("loops = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => LoopAsync(ct)).ToArray());", true)]
    [InlineData("loops = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => LoopAsync(ct)));", true)]
    [InlineData("loops = Task.WhenAny(Enumerable.Range(0, 3).Select(n => n + 1).Select(async _ => await LoopAsync(ct)).ToList());", true)]
    [InlineData("var later = Enumerable.Range(0, 3).Select(_ => LoopAsync(ct)); loops = Task.FromResult(later);", false)]
    [InlineData("Later = Enumerable.Range(0, 3).Select(_ => (Func<Task>)(() => LoopAsync(ct))).ToArray();", false)]
    [InlineData("loops = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => pipeline.ExecuteAsync(async t => await LoopAsync(t), ct).AsTask()));", false)]
    [InlineData("loops = pipeline.ExecuteAsync(async t => await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => LoopAsync(t))), ct).AsTask();", false)]
    public Task Loops_that_a_query_starts(string start, bool found) => Code($$"""
        class W(Store store, Polly.ResiliencePipeline pipeline) : IHostedService
        {
            private Task? loops;

            public object? Later { get; private set; }

            public Task StartAsync(CancellationToken ct)
            {
                {{start}}{{(found ? " // expect: PGTX203" : "")}}
                return Task.CompletedTask;
            }

            private async Task LoopAsync(CancellationToken ct) => await store.SaveAsync(ct);

            public Task StopAsync(CancellationToken ct) => loops ?? Task.CompletedTask;
        }
        """).HasMarkedFindings();
}
