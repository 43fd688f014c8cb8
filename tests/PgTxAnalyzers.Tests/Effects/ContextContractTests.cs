using PgTxAnalyzers.Tests.CrossProject;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>An application that knows its context by an interface of its own: to save through it is to save, whether or not the class is in sight.</summary>
public sealed class ContextContractTests
{
    private const string Sets = "DbSet<Order> Orders { get; } ";
    private const string Facade = "DatabaseFacade Database { get; } ";
    private const string Class = "public class Shop(DbContextOptions<Shop> options) : DbContext(options), IShop { public DbSet<Order> Orders => Set<Order>(); }";

    /// <param name="members">Of the interface.</param>
    /// <param name="save">How it saves.</param>
    /// <param name="isInSight">The class that implements it is in the project.</param>
    [Theory]
    [InlineData(Sets + Facade + "Task<int> SaveChangesAsync(CancellationToken ct = default);", "await db.SaveChangesAsync(ct);", true)]
    [InlineData(Sets + Facade + "Task<int> SaveChangesAsync(CancellationToken ct = default);", "await db.SaveChangesAsync(ct);", false)]
    [InlineData(Facade + "Task<int> SaveChangesAsync(CancellationToken ct);", "await db.SaveChangesAsync(ct);", false)]
    [InlineData("DbSet<T> Set<T>() where T : class; DatabaseFacade Database { get; } int SaveChanges();", "db.SaveChanges();", false)]
    [InlineData(Facade + "Task<int> SaveChangesAsync();", "await db.SaveChangesAsync();", false)]
    public Task What_is_saved_through_it_locks_and_changes(string members, string save, bool isInSight) => TestCode.Of($$"""
        using System.Data;
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Infrastructure;

        public class Order { public int Id { get; set; } }
        public interface IShop { {{members}} }
        {{(isInSight ? Class : "")}}

        public class Checkout(IShop db, HttpClient http)
        {
            public async Task CallAsync(CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                {{save}}
                await http.GetStringAsync("https://a", ct); // expect: PGTX101
                await tx.CommitAsync(ct);
            }

            public async Task LeaveAsync(bool early, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                {{save}}
                if (early)
                    return; // expect: PGTX704
                await tx.CommitAsync(ct);
            }

            public async Task StrictAsync(CancellationToken ct)
            {
                await using var tx = await ((DbContext)db).Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct); // expect: PGTX204
                {{save}}
                await tx.CommitAsync(ct);
            }
        }
        """).Counting("PGTX101", "PGTX103", "PGTX204", "PGTX704").HasMarkedFindings();

    /// <summary>The class in sight does more, in an override or in a method of its own.</summary>
    [Theory]
    [InlineData("public override async Task<int> SaveChangesAsync(CancellationToken ct = default) { var n = await base.SaveChangesAsync(ct); await http.GetAsync(\"/\"); return n; }")]
    [InlineData("async Task<int> IShop.SaveChangesAsync(CancellationToken ct) { var n = await SaveChangesAsync(ct); await http.GetAsync(\"/\"); return n; }")]
    public Task Its_own_way_of_saving_runs(string own) => TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Infrastructure;

        public class Order { public int Id { get; set; } }
        public interface IShop { {{Sets}}{{Facade}}Task<int> SaveChangesAsync(CancellationToken ct = default); }
        public class Shop(DbContextOptions<Shop> options, HttpClient http) : DbContext(options), IShop
        {
            public DbSet<Order> Orders => Set<Order>();
            {{own}}
        }

        public class Checkout(IShop db)
        {
            public async Task RunAsync(CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct); // expect: PGTX101
                await tx.CommitAsync(ct);
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    /// <summary>The name alone proves nothing: nobody knows what such an interface is about.</summary>
    [Fact]
    public Task An_interface_that_lends_nothing_of_a_context_is_none() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await settings.SaveChangesAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX103
        await tx.CommitAsync(ct);
        """, "public interface ISettings { Task<int> SaveChangesAsync(CancellationToken ct); }\nprivate static readonly ISettings settings = null!;").Counting("PGTX101", "PGTX103").HasMarkedFindings();

    [Fact]
    public Task The_class_may_stand_in_a_later_project() => new Projects().With("Application", """
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Infrastructure;
        public class Order { public int Id { get; set; } }
        public interface IShop { DbSet<Order> Orders { get; } DatabaseFacade Database { get; } Task<int> SaveChangesAsync(CancellationToken ct = default); }
        public class Saver(IShop db) { public Task SaveAsync(CancellationToken ct) => db.SaveChangesAsync(ct); }
        """).With("Infrastructure", """
        using Microsoft.EntityFrameworkCore;
        public class Shop(DbContextOptions<Shop> options) : DbContext(options), IShop { public DbSet<Order> Orders => Set<Order>(); }
        """).With("Api", """
        public class Checkout(IShop db, Saver saver, HttpClient http)
        {
            public async Task RunAsync(CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await saver.SaveAsync(ct);
                await http.GetStringAsync("https://a", ct);
                await tx.CommitAsync(ct);
            }
        }
        """).FindTheSame("Api.cs:7 PGTX101");

    /// <summary>The context is the unit of work, by an interface that lends nothing of it.</summary>
    /// <param name="work">What is done between the begin and the call.</param>
    [Theory]
    [InlineData("await unit.SaveChangesAsync(ct);")]
    [InlineData("await orders.CountAsync();")]
    [InlineData("await db.SaveChangesAsync(ct);")]
    [InlineData("await saver.RunAsync(ct);")]
    public Task A_context_that_is_the_unit_of_work(string work) => TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Storage;

        public class Order { public int Id { get; set; } }
        public interface IUnitOfWork
        {
            Task<int> SaveChangesAsync(CancellationToken ct = default);
            Task<IDbContextTransaction> BeginAsync(CancellationToken ct = default);
        }
        public class Shop(DbContextOptions<Shop> options) : DbContext(options), IUnitOfWork { public Task<IDbContextTransaction> BeginAsync(CancellationToken ct = default) => Database.BeginTransactionAsync(ct); }
        public class Orders(Shop db) { public Task<int> CountAsync() => db.Set<Order>().CountAsync(); }
        public class Saver(IUnitOfWork unit) { public async Task RunAsync(CancellationToken ct) => await unit.SaveChangesAsync(ct); }

        public class Checkout(IUnitOfWork unit, Orders orders, Saver saver, Shop db, HttpClient http)
        {
            public async Task RunAsync(CancellationToken ct)
            {
                await using var tx = await unit.BeginAsync(ct);
                {{work}}
                await http.GetStringAsync("https://a", ct); // expect: PGTX101
                await tx.CommitAsync(ct);
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();
}
