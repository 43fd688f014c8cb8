using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>
/// What is configured once for a whole program, in a project far below: a build knows of it what an IDE reads in its source. Each time with and without it, for a rule that is quiet for
/// another reason would prove nothing.
/// </summary>
public class ConfiguredBelowTests
{
    private const string Publishing = """
        using MassTransit;
        using Npgsql;
        public record Placed(int Order);
        public class Orders(NpgsqlConnection conn, IPublishEndpoint endpoint)
        {
            public async Task PlaceAsync(CancellationToken ct)
            {
                await using var tx = await conn.BeginTransactionAsync(ct);
                await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn, tx);
                await insert.ExecuteNonQueryAsync(ct);
                await endpoint.Publish(new Placed(1), ct);
                await tx.CommitAsync(ct);
            }
        }
        """;

    private const string Reading = """
        using Microsoft.EntityFrameworkCore;
        public class Meter { public int Id { get; set; } }
        public class MeterContext(DbContextOptions<MeterContext> options) : DbContext(options) { public DbSet<Meter> Meters => Set<Meter>(); }
        public class Export(MeterContext db, HttpClient http)
        {
            public async Task ExportAsync(CancellationToken ct)
            {
                foreach (var meter in db.Meters)
                    await http.PostAsync($"/{meter.Id}", null, ct);
            }
        }
        """;

    private const string Context = """
        using Microsoft.EntityFrameworkCore;
        using Microsoft.Extensions.DependencyInjection;
        public class Order { public int Id { get; set; } }
        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }
        public class AuditContext(DbContextOptions<AuditContext> options) : DbContext(options) { public DbSet<Order> Lines => Set<Order>(); }
        public static class Data
        {
            public static void Add(IServiceCollection services, string text, Npgsql.NpgsqlConnection conn)
            {
                // here
            }
        }
        """;

    private const string Retrying = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(text, npgsql => npgsql.EnableRetryOnFailure()));";
    private const string Plain = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(text, npgsql => npgsql.CommandTimeout(3)));";

    private const string Executing = """
        using Microsoft.EntityFrameworkCore;
        public class Cleanup(ShopContext db)
        {
            public Task RunAsync(CancellationToken ct) => db.Database.ExecuteSqlRawAsync("DELETE FROM orders", ct);
        }
        """;

    [Theory]
    [InlineData("endpoint.UseInMemoryOutbox(context);", "")]
    [InlineData("endpoint.UseMessageRetry(r => r.Immediate(5));", "App.cs:11 PGTX101")]
    public Task An_outbox(string said, string found) => Same("PGTX101", found, $$"""
        using MassTransit;
        public static class Bus { public static void Configure(IReceiveEndpointConfigurator endpoint, IRegistrationContext context) { {{said}} } }
        """, Publishing);

    [Theory]
    [InlineData("endpoint.UseMessageRetry(r => r.Immediate(5));", "")]
    [InlineData("endpoint.UseInMemoryOutbox(context);", "App.cs:7 PGTX203")]
    public Task Retries_of_a_queue(string said, string found) => Same("PGTX203", found, $$"""
        using MassTransit;
        public static class Bus { public static void Configure(IReceiveEndpointConfigurator endpoint, IRegistrationContext context) { {{said}} } }
        """, """
        using MassTransit;
        using Npgsql;
        public record Placed(int Order);
        public class PlacedConsumer(NpgsqlDataSource source) : IConsumer<Placed>
        {
            public async Task Consume(ConsumeContext<Placed> context) =>
                await source.OpenConnectionAsync();
        }
        """);

    [Theory]
    [InlineData("options.UseNpgsql(text, npgsql => npgsql.EnableRetryOnFailure());", "")]
    [InlineData("options.UseNpgsql(text, npgsql => npgsql.CommandTimeout(3));", "App.cs:9 PGTX104")]
    public Task A_retrying_strategy(string said, string found) => Same("PGTX104", found, $$"""
        using Microsoft.EntityFrameworkCore;
        public static class Data { public static void Configure(DbContextOptionsBuilder options, string text) { {{said}} } }
        """, Reading);

    [Theory]
    [InlineData(Retrying, "App.cs:4 PGTX212")]
    [InlineData(Plain, "")]
    [InlineData("services.AddDbContext<AuditContext>(options => options.UseNpgsql(text, npgsql => npgsql.EnableRetryOnFailure()));", "")]
    [InlineData("services.AddDbContextPool<DbContext>(options => options.UseNpgsql(text, npgsql => npgsql.EnableRetryOnFailure()));", "App.cs:4 PGTX212")]
    public Task Retries_of_one_context(string said, string found) => Same("PGTX212", found, Context.Replace("// here", said), Executing);

    [Theory]
    [InlineData(Plain, "App.cs:13 PGTX205")]
    [InlineData(Retrying, "")]
    public Task What_one_project_says_and_another_does_not(string said, string found) => Same("PGTX205", found, Context.Replace("// here", said), """
        using Microsoft.EntityFrameworkCore;
        using Microsoft.Extensions.DependencyInjection;
        using Npgsql;
        public class Cleanup(ShopContext db, IServiceCollection services)
        {
            public void Add(string text) => services.AddDbContext<ShopContext>(options => options.UseNpgsql(text));
            public async Task<bool> RunAsync(CancellationToken ct)
            {
                try
                {
                    return await db.Orders.AnyAsync(ct);
                }
                catch (NpgsqlException ex) when (ex.IsTransient)
                {
                    return false;
                }
            }
        }
        """);

    [Theory]
    [InlineData("endpoint.UseInMemoryOutbox(context);", "")]
    [InlineData("endpoint.UseMessageRetry(r => r.Immediate(5));", "App.cs:10 PGTX207")]
    public Task An_outbox_for_a_unit_that_is_retried(string said, string found) => Same("PGTX207", found, $$"""
        using MassTransit;
        public static class Bus { public static void Configure(IReceiveEndpointConfigurator endpoint, IRegistrationContext context) { {{said}} } }
        """, """
        using MassTransit;
        using Microsoft.EntityFrameworkCore;
        public record Placed(int Order);
        public class Orders(DbContext db, IPublishEndpoint endpoint)
        {
            public Task PlaceAsync(CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(async token =>
            {
                db.ChangeTracker.Clear();
                await db.SaveChangesAsync(token);
                await endpoint.Publish(new Placed(1), token);
            }, ct);
        }
        """);

    [Theory]
    [InlineData("_ = source.WithTargetSession(TargetSessionAttributes.Primary);", "")]
    [InlineData("_ = source.OpenConnection(TargetSessionAttributes.Primary);", "")]
    [InlineData("_ = new NpgsqlConnectionStringBuilder().TargetSessionAttributes;", "App.cs:4 PGTX211")]
    public Task A_host_that_is_chosen(string said, string found) => Same("PGTX211", found, $$"""
        using Npgsql;
        public static class Hosts { public static void Choose(NpgsqlMultiHostDataSource source) { {{said}} } }
        """, """
        using Npgsql;
        public static class Data
        {
            public static object Make() => new NpgsqlDataSourceBuilder("Host=a.internal,b.internal;Database=shop");
        }
        """);

    [Theory]
    [InlineData("new DbContextOptionsBuilder().UseNpgsql(conn);", "")]
    [InlineData("audit.Database.SetDbConnection(conn);", "")]
    [InlineData("shop.Database.SetDbConnection(conn);", "App.cs:8 PGTX105")]
    public Task A_connection_that_contexts_share(string said, string found) => Same("PGTX105", found, Context.Replace("Add(IServiceCollection services, string text, ", "Share(ShopContext shop, AuditContext audit, ").Replace("// here", said), """
        using Microsoft.EntityFrameworkCore;
        public class Service(ShopContext db, AuditContext audit)
        {
            public async Task RunAsync(CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct);
                await audit.SaveChangesAsync(ct);
                await tx.CommitAsync(ct);
            }
        }
        """);

    /// <summary>A base class, or whoever is handed the implementation, retries around a member that a later project writes.</summary>
    [Theory]
    [InlineData("strategy.ExecuteAsync(() => WorkAsync(ct))", "", "App.cs:12 PGTX202")]
    [InlineData("strategy.ExecuteAsync(() => work.RunAsync(ct))", "", "App.cs:6 PGTX202")]
    [InlineData("strategy.ExecuteAsync(() => WorkAsync(ct))", "public Task OnceAsync(CancellationToken ct) => WorkAsync(ct);", "App.cs:6 PGTX202,App.cs:12 PGTX202")]
    [InlineData("WorkAsync(ct)", "", "App.cs:6 PGTX202,App.cs:12 PGTX202")]
    public async Task A_scope_around_a_member_that_is_implemented_above(string run, string also, string found)
    {
        var projects = new Projects { Rules = ["PGTX202"] }
            .With("Base", Context.Replace("// here", Retrying) + $$"""

                public interface IWork { Task RunAsync(CancellationToken ct); }
                public abstract class Job(DbContext db, IWork work)
                {
                    public IWork Work => work;
                    public Task RunAsync(CancellationToken ct)
                    {
                        var strategy = db.Database.CreateExecutionStrategy();
                        return {{run}};
                    }
                    protected abstract Task WorkAsync(CancellationToken ct);
                    {{also}}
                }
                """)
            .With("App", """
                using Microsoft.EntityFrameworkCore;
                public class PlaceJob(ShopContext db, IWork work) : Job(db, work)
                {
                    protected override async Task WorkAsync(CancellationToken ct)
                    {
                        await using var tx = await db.Database.BeginTransactionAsync(ct); await db.SaveChangesAsync(ct); await tx.CommitAsync(ct);
                    }
                }
                public class PlaceWork(ShopContext db) : IWork
                {
                    public async Task RunAsync(CancellationToken ct) {
                        await using var tx = await db.Database.BeginTransactionAsync(ct); await db.SaveChangesAsync(ct); await tx.CommitAsync(ct);
                    }
                }
                """);
        await projects.FindTheSame(found.Split(','));
    }

    /// <summary>What a list of states lacks depends on whether anybody begins a transaction.</summary>
    [Theory]
    [InlineData("await using var tx = await conn.BeginTransactionAsync(); await tx.CommitAsync();", "App.cs:6 PGTX209")]
    [InlineData("await using var insert = new NpgsqlCommand(\"BEGIN; COMMIT\", conn); await insert.ExecuteNonQueryAsync();", "App.cs:6 PGTX209")]
    [InlineData("await Task.Yield();", "")]
    public Task A_transaction_that_is_begun(string said, string found) => Same("PGTX209", found, $$"""
        using Npgsql;
        public static class Unit { public static async Task RunAsync(NpgsqlConnection conn) { {{said}} } }
        """, """
        using Microsoft.EntityFrameworkCore;
        using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;
        public static class Data
        {
            public static void Configure(DbContextOptionsBuilder options, string text) => options.UseNpgsql(text, npgsql =>
                npgsql.EnableRetryOnFailure(3));
        }
        """);

    /// <summary>The project in between knows, for those above that do not reference the one below.</summary>
    [Fact]
    public async Task Through_a_project_in_between()
    {
        var projects = new Projects { Rules = ["PGTX101"] }
            .With("Base", "using MassTransit; public static class Bus { public static void Configure(IReceiveEndpointConfigurator endpoint, IRegistrationContext context) => endpoint.UseInMemoryOutbox(context); }")
            .With("Middle", "public class Nothing { }", ["Base"])
            .With("App", Publishing, ["Middle"]);
        await projects.FindTheSame();
    }

    [Fact]
    public void Equal_facts_are_written_once_and_in_order()
    {
        ProjectFact[] facts = [new(FactKind.Outbox, "Wolverine"), new(FactKind.Begins, "*"), new(FactKind.Outbox, "MassTransit"), new(FactKind.Outbox, "Wolverine")];
        var text = ProjectFactsText.Write(new ProjectFacts(facts));
        Assert.Equal("1\nb *\no MassTransit\no Wolverine\n", text);
        Assert.Equal(text, ProjectFactsText.Write(ProjectFactsText.Read(text)!));
        Assert.Null(ProjectFactsText.Write(ProjectFacts.None));
    }

    [Fact]
    public void Who_configures_nothing_carries_nothing() => Assert.Null(new Projects().With("Base", "public class Nothing { }").Exported(ProjectFactsText.Key));

    [Fact]
    public void A_program_carries_none() => Assert.Null(new Projects()
        .With("App", "using MassTransit; var app = Microsoft.AspNetCore.Builder.WebApplication.CreateBuilder(); class Bus { void Configure(IReceiveEndpointConfigurator e, IRegistrationContext c) => e.UseInMemoryOutbox(c); }")
        .Exported(ProjectFactsText.Key));

    private static async Task Same(string rule, string found, string below, string above, string? between = null)
    {
        var projects = new Projects { Rules = [rule] }.With("Base", below);
        if (between is not null)
            projects = projects.With("Middle", between);
        await projects.With("App", above).FindTheSame(found.Length == 0 ? [] : [found]);
    }
}
