using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>What the rules about retries ask of a callee in another project: a build finds what an IDE finds, and is as quiet.</summary>
public class WorkBelowTests
{
    private const string Store = """
        using Npgsql;
        public interface IStore { Task SaveAsync(int id, CancellationToken ct); }
        public sealed class Store(NpgsqlDataSource source) : IStore
        {
            public Task SaveAsync(int id, CancellationToken ct) => WriteAsync(id, ct);
            private async Task WriteAsync(int id, CancellationToken ct)
            {
                await using var conn = await source.OpenConnectionAsync(ct);
            }
        }
        """;

    private const string Worker = """
        public class Worker(IStore store) : Microsoft.Extensions.Hosting.BackgroundService
        {
            protected override async Task ExecuteAsync(CancellationToken ct)
            {
                await store.SaveAsync(1, ct);
            }
        }
        """;

    private const string Retry = """
        using Npgsql;
        using Polly;
        using Polly.Retry;
        using Microsoft.EntityFrameworkCore;
        public static class Again
        {
            private static readonly ResiliencePipeline Pipeline = new ResiliencePipelineBuilder()
                .AddRetry(new RetryStrategyOptions { ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(ex => ex.IsTransient) }).Build();
            public static async Task PolicyAsync(Func<CancellationToken, Task> work, CancellationToken ct) => await Pipeline.ExecuteAsync(async token => await work(token), ct);
            public static Task StrategyAsync(DbContext db, Func<Task> work) => db.Database.CreateExecutionStrategy().ExecuteAsync(work);
            public static Task OuterAsync(Func<CancellationToken, Task> work, CancellationToken ct) => PolicyAsync(work, ct);
            public static async Task LoopAsync(Func<CancellationToken, Task> work, CancellationToken ct)
            {
                for (var attempt = 0; ; attempt++)
                {
                    try
                    {
                        await work(ct);
                        return;
                    }
                    catch (NpgsqlException ex) when (ex.IsTransient && attempt < 5)
                    {
                        await Task.Delay(100, ct);
                    }
                }
            }
            public static async Task OnceAsync(Func<CancellationToken, Task> work, CancellationToken ct) => await work(ct);
        }
        """;

    [Fact]
    public async Task Work_below_an_entry_point()
    {
        var found = await new Projects { Rules = ["PGTX203"] }.With("Infra", Store).With("App", Worker).FindTheSame("App.cs:5 PGTX203");
        Assert.Equal("A database restart (57P01, a broken socket) fails this hosted service: nothing repeats 'IStore.SaveAsync → Store.WriteAsync → NpgsqlDataSource.OpenConnectionAsync'", found[0].GetMessage());
    }

    [Fact]
    public async Task Both_say_it_in_the_same_words()
    {
        var projects = new Projects { Rules = ["PGTX203"] }.With("Infra", Store).With("App", Worker);
        Assert.Equal((await projects.Followed()).Select(f => f.GetMessage()), (await projects.Built()).Select(f => f.GetMessage()));
    }

    [Fact]
    public Task Work_that_is_retried_where_it_stands() => new Projects { Rules = ["PGTX203"] }.With("Infra", Retry, null).With("Data", """
        using Npgsql;
        public interface IStore { Task SaveAsync(int id, CancellationToken ct); }
        public sealed class Store(NpgsqlDataSource source) : IStore
        {
            public Task SaveAsync(int id, CancellationToken ct) => Again.PolicyAsync(async token => await source.OpenConnectionAsync(token), ct);
        }
        """).With("App", Worker).FindTheSame();

    [Theory]
    [InlineData("try { await store.SaveAsync(1, ct); } catch (Npgsql.NpgsqlException) { }", "loses work of")]
    [InlineData("while (true) { try { await store.SaveAsync(1, ct); } catch (Npgsql.NpgsqlException) { } }", "costs a round of")]
    public async Task What_becomes_of_the_failure(string body, string said)
    {
        var found = await new Projects { Rules = ["PGTX203"] }.With("Infra", Store).With("Application", $$"""
            public class Job(IStore store)
            {
                public async Task RunAsync(CancellationToken ct)
                {
                    {{body}}
                }
            }
            """).With("App", Worker.Replace("IStore store", "Job job").Replace("store.SaveAsync(1, ct)", "job.RunAsync(ct)")).FindTheSame("App.cs:5 PGTX203");
        Assert.Contains(said, found[0].GetMessage());
    }

    [Theory]
    [InlineData("await store.SaveAsync(1, ct);", "App.cs:5 PGTX203")]
    [InlineData("await Twice(1, ct);", "App.cs:5 PGTX203")]
    [InlineData("await Again.PolicyAsync(async token => await store.SaveAsync(1, token), ct);", "")]
    [InlineData("await Again.LoopAsync(async token => await store.SaveAsync(1, token), ct);", "")]
    [InlineData("Later = async () => await store.SaveAsync(1, ct); await Task.Yield();", "")]
    public Task An_implementation_that_a_third_project_brings(string body, string found) => new Projects { Rules = ["PGTX203"] }
        .With("Domain", "public interface IStore { Task SaveAsync(int id, CancellationToken ct); }", [])
        .With("Retry", Retry, [])
        .With("Application", $$"""
            public class Handler(IStore store, IUnknown unknown)
            {
                public Func<Task>? Later { get; private set; }
                public async Task HandleAsync(CancellationToken ct)
                {
                    await unknown.AskAsync();
                    {{body}}
                }
                private async Task Twice(int id, CancellationToken ct) => await store.SaveAsync(id, ct);
            }
            public interface IUnknown { Task AskAsync(); }
            """, ["Domain", "Retry"])
        .With("Infra", Store.Replace("public interface IStore { Task SaveAsync(int id, CancellationToken ct); }\n", "").Replace("public sealed", "internal sealed"), ["Domain"])
        .With("App", Worker.Replace("IStore store", "Handler handler").Replace("store.SaveAsync(1, ct)", "handler.HandleAsync(ct)"), ["Domain", "Retry", "Application", "Infra"])
        .FindTheSame(found.Length == 0 ? [] : [found]);

    [Fact]
    public Task An_implementation_in_the_project_of_the_entry_point() => new Projects { Rules = ["PGTX203"] }
        .With("Application", """
            public interface IStore { Task SaveAsync(int id, CancellationToken ct); }
            public class Handler(IStore store) { public Task HandleAsync(CancellationToken ct) => store.SaveAsync(1, ct); }
            """)
        .With("App", Worker.Replace("IStore store", "Handler handler").Replace("store.SaveAsync(1, ct)", "handler.HandleAsync(ct)") + "\n"
            + Store.Replace("using Npgsql;\n", "").Replace("public interface IStore { Task SaveAsync(int id, CancellationToken ct); }\n", "").Replace("NpgsqlDataSource", "Npgsql.NpgsqlDataSource"))
        .FindTheSame("App.cs:5 PGTX203");

    [Fact]
    public Task Who_implements_it_without_a_database_is_quiet() => new Projects { Rules = ["PGTX203"] }
        .With("Application", """
            public interface IStore { Task SaveAsync(int id, CancellationToken ct); }
            public class Handler(IStore store) { public Task HandleAsync(CancellationToken ct) => store.SaveAsync(1, ct); }
            """)
        .With("App", Worker.Replace("IStore store", "Handler handler").Replace("store.SaveAsync(1, ct)", "handler.HandleAsync(ct)") + "\npublic sealed class Store : IStore { public Task SaveAsync(int id, CancellationToken ct) => Task.CompletedTask; }")
        .FindTheSame();

    [Theory]
    [InlineData("PolicyAsync", "")]
    [InlineData("OuterAsync", "")]
    [InlineData("LoopAsync", "")]
    [InlineData("OnceAsync", "App.cs:6 PGTX203")]
    public Task A_helper_that_runs_its_delegate_again(string helper, string found) => new Projects { Rules = ["PGTX203"] }.With("Infra", Retry).With("App", $$"""
        public class Worker(Npgsql.NpgsqlDataSource source) : Microsoft.Extensions.Hosting.BackgroundService
        {
            protected override async Task ExecuteAsync(CancellationToken ct)
            {
                await Again.{{helper}}(async token =>
                    await source.OpenConnectionAsync(token),
                    ct);
            }
        }
        """).FindTheSame(found.Length == 0 ? [] : [found]);

    /// <summary>The worst of both: a transaction that the strategy sees begin, in a helper below.</summary>
    [Theory]
    [InlineData("Again.StrategyAsync(db, async () =>", ")", "")]
    [InlineData("Again.OnceAsync(async _ =>", ", ct)", "App.cs:8 PGTX202")]
    public Task A_helper_that_runs_its_delegate_in_a_strategy(string open, string close, string found) => new Projects { Rules = ["PGTX202"] }.With("Infra", Retry).With("App", $$"""
        using Microsoft.EntityFrameworkCore;
        public class Orders(ShopContext db)
        {
            public async Task PlaceAsync(CancellationToken ct)
            {
                await {{open}}
                {
                    await using var tx = await db.Database.BeginTransactionAsync(ct);
                    await db.SaveChangesAsync(ct);
                    await tx.CommitAsync(ct);
                }{{close}};
            }
        }
        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
        {
            protected override void OnConfiguring(DbContextOptionsBuilder builder) => builder.UseNpgsql("", npgsql => npgsql.EnableRetryOnFailure());
        }
        """).FindTheSame(found.Length == 0 ? [] : [found]);

    [Theory]
    [InlineData("LoopAsync", "")]
    [InlineData("OnceAsync", "App.cs:8 PGTX204")]
    public Task A_serializable_transaction_in_a_helper(string helper, string found) => new Projects { Rules = ["PGTX204"] }.With("Infra", Retry).With("App", $$"""
        using Npgsql;
        public class Orders(NpgsqlConnection conn)
        {
            public async Task PlaceAsync(CancellationToken ct)
            {
                await Again.{{helper}}(async token =>
                {
                    await using var tx = await conn.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, token);
                    await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn, tx);
                    await insert.ExecuteNonQueryAsync(token);
                    await tx.CommitAsync(token);
                }, ct);
            }
        }
        """.Replace("NpgsqlException ex) when (ex.IsTransient && attempt < 5)", "NpgsqlException ex) when (attempt < 5)")).FindTheSame(found.Length == 0 ? [] : [found]);

    private const string Shop = """
        using Microsoft.EntityFrameworkCore;
        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
        {
            public Task<int> TouchAsync(CancellationToken ct) => Database.ExecuteSqlRawAsync("UPDATE orders SET touched = true", ct);
            public int Count() => 1;
        }
        public class Payments(HttpClient http)
        {
            public async Task ChargeAsync(CancellationToken ct) => await http.PostAsync("https://pay.example", null, ct);
            public async Task LookAsync(CancellationToken ct) => await http.GetAsync("https://pay.example", ct);
            public async Task ChargeOnceAsync(CancellationToken ct)
            {
                var idempotencyKey = Guid.NewGuid();
                await http.PostAsync("https://pay.example/" + idempotencyKey, null, ct);
            }
            public async Task ChargeInTransactionAsync(ShopContext db, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await db.TouchAsync(ct);
                await http.PostAsync("https://pay.example", null, ct);
                await tx.CommitAsync(ct);
            }
        }
        """;

    [Theory]
    [InlineData("await db.TouchAsync(token); await payments.ChargeAsync(token);", "App.cs:6 PGTX207")]
    [InlineData("db.Count(); await payments.ChargeAsync(token);", "")]
    [InlineData("await db.TouchAsync(token); await payments.LookAsync(token);", "")]
    [InlineData("await db.TouchAsync(token); await payments.ChargeOnceAsync(token);", "")]
    [InlineData("await db.TouchAsync(token); await payments.ChargeInTransactionAsync(db, token);", "")]
    public Task A_unit_that_cannot_be_replayed(string body, string found) => new Projects { Rules = ["PGTX207"] }.With("Infra", Shop).With("App", $$"""
        using Microsoft.EntityFrameworkCore;
        public class Orders(ShopContext db, Payments payments)
        {
            public Task PlaceAsync(CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(async token =>
            {
                {{body}}
            }, ct);
        }
        """).FindTheSame(found.Length == 0 ? [] : [found]);

    [Fact]
    public async Task A_payment_is_said_in_the_same_words()
    {
        var projects = new Projects { Rules = ["PGTX207"] }.With("Infra", Shop).With("App", """
            using Microsoft.EntityFrameworkCore;
            public class Orders(ShopContext db, Payments payments)
            {
                public Task PlaceAsync(CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(async token =>
                {
                    await db.TouchAsync(token);
                    await payments.ChargeAsync(token);
                }, ct);
            }
            """);
        Assert.Equal(["'Payments.ChargeAsync → HttpClient.PostAsync' is done twice: the retry at line 4 runs the unit again after a lost connection"], (await projects.Built()).Select(f => f.GetMessage()));
        Assert.Equal((await projects.Followed()).Select(f => f.GetMessage()), (await projects.Built()).Select(f => f.GetMessage()));
    }

    /// <summary>Else PGTX101 would say it, and PGTX207 as well.</summary>
    [Fact]
    public Task A_helper_that_begins_a_transaction_around_its_delegate() => new Projects { Rules = ["PGTX207"] }.With("Infra", Shop + """

        public static class Unit
        {
            public static Task RunAsync(ShopContext db, Func<CancellationToken, Task> work, CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await work(ct);
                await tx.CommitAsync(ct);
            });
        }
        """).With("App", """
        public class Orders(ShopContext db, Payments payments)
        {
            public Task PlaceAsync(CancellationToken ct) => Unit.RunAsync(db, async token =>
            {
                await db.TouchAsync(token);
                await payments.ChargeAsync(token);
            }, ct);
        }
        """).FindTheSame();

    [Fact]
    public void What_is_carried_is_read_as_it_was()
    {
        var text = new Projects().With("Infra", Store).Exported()!;
        Assert.Contains(":SaveAsync 0 c:*,*\n", text);
        Assert.Equal(text, EffectText.Write(EffectText.Read(text)!.All));
        text = new Projects().With("Infra", Retry).Exported()!;
        Assert.Contains("s:0:1lc", text);
        Assert.Contains("s:1:2lc", text);
        Assert.Equal(text, EffectText.Write(EffectText.Read(text)!.All));
    }

    /// <summary>What is said for the first time, just now, long ago, and among the first.</summary>
    [Fact]
    public void A_name_is_heard_as_it_was_said()
    {
        MethodWork Work(params string[] names) => new([.. names], Aftermath.IsSwallowed, [.. names], [new(1, RetryKind.Loop, true, false)]);
        var methods = Enumerable.Range(0, 80).Select(i => new CarriedMethod("T", $"M{i:00}", null, Work($"N{i}", $"N{i / 2}", "N0", $"N{Math.Max(0, i - 40)}"))).ToList();
        var read = EffectText.Read(EffectText.Write(methods))!.All.ToList();
        Assert.Equal(methods.Select(m => string.Join(",", m.Work!.Chain.Concat(m.Work.Open))), read.Select(m => string.Join(",", m.Work!.Chain.Concat(m.Work.Open))));
        Assert.All(read, m => Assert.Equal((Aftermath.IsSwallowed, new DelegateScope(1, RetryKind.Loop, true, false)), (m.Work!.Aftermath, m.Work.Scopes.Single())));
    }

    [Fact]
    public void Who_is_called_from_outside_carries_no_work() =>
        Assert.DoesNotContain("c:", new Projects().With("App", Store.Replace("IStore", "Microsoft.Extensions.Hosting.IHostedService").Replace("public interface Microsoft.Extensions.Hosting.IHostedService { Task SaveAsync(int id, CancellationToken ct); }\n", "")
            .Replace("SaveAsync(int id, CancellationToken ct) => WriteAsync(id, ct)", "StartAsync(CancellationToken ct) => WriteAsync(1, ct);\n    public Task StopAsync(CancellationToken ct) => Task.CompletedTask")).Exported() ?? "");
}
