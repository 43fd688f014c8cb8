using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Transactions that are begun and ended through the project's own types: inside they are seen, behind their end they are over.</summary>
public sealed class WrapperTests
{
    private const string Usings = """
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Storage;
        using Npgsql;

        public sealed class Order { public int Id { get; set; } }

        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
        {
            public DbSet<Order> Orders => Set<Order>();
        }


        """;

    public static TheoryData<string, string, string, string> Shapes => new()
    {
        {
            "a unit of work over a field",
            "Unit unit",
            "await unit.BeginAsync(); try { await unit.Orders.AddAsync(new Order()); await unit.SaveAsync(); CALL await unit.CommitAsync(); AFTER } finally { await unit.DisposeAsync(); }",
            """
            public sealed class Unit(ShopContext db) : IAsyncDisposable
            {
                private IDbContextTransaction? transaction;
                public DbSet<Order> Orders => db.Orders;
                public async Task BeginAsync() => transaction = await db.Database.BeginTransactionAsync();
                public Task SaveAsync() => db.SaveChangesAsync();
                public async Task CommitAsync() { await transaction!.CommitAsync(); await transaction.DisposeAsync(); transaction = null; }
                public async ValueTask DisposeAsync() { if (transaction is not null) await transaction.DisposeAsync(); }
            }
            """
        },
        {
            "an interface of a unit of work",
            "IUnit unit, ShopContext db",
            "await unit.BeginAsync(); await db.SaveChangesAsync(); CALL await unit.CommitAsync(); AFTER",
            """
            public interface IUnit { Task BeginAsync(); Task CommitAsync(); }
            internal sealed class Unit(ShopContext db) : IUnit
            {
                private IDbContextTransaction? transaction;
                public async Task BeginAsync() => transaction = await db.Database.BeginTransactionAsync();
                public async Task CommitAsync() { await transaction!.CommitAsync(); await transaction.DisposeAsync(); }
            }
            """
        },
        {
            "an object that is given the transaction, or none where a caller has one, beside a disposable of its own",
            "Repository repository",
            "using (var unit = await repository.BeginAsync()) { await repository.SaveAsync(); CALL unit.Commit(); } AFTER using (var again = await repository.BeginAsync()) { await repository.SaveAsync(); again.Commit(); } AFTER",
            """
            public interface IUnit : IDisposable { void Commit(); }
            public sealed class Repository(ShopContext db)
            {
                private static readonly Factory factory = new Factory();
                public Task<IUnit> BeginAsync() => factory.BeginAsync(db.Database);
                public Task SaveAsync() => db.SaveChangesAsync();
            }
            public sealed class Factory
            {
                private readonly SemaphoreSlim gate = new(1);
                public async Task<IUnit> BeginAsync(Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade database)
                {
                    var transaction = database.CurrentTransaction is null ? await database.BeginTransactionAsync() : null;
                    return new Unit(transaction, gate);
                }
                private sealed class Unit : IUnit
                {
                    private readonly IDbContextTransaction? transaction;
                    private readonly IDisposable inner;
                    private bool committed;
                    private bool disposed;
                    public Unit(IDbContextTransaction? transaction, IDisposable inner) { this.transaction = transaction; this.inner = inner; }
                    public void Commit() { if (!committed) { transaction?.Commit(); committed = true; } }
                    public void Dispose() { if (!disposed) { if (!committed) transaction?.Rollback(); inner.Dispose(); disposed = true; } }
                }
            }
            """
        },
        {
            "a helper that runs its delegate in a transaction",
            "Helper helper, ShopContext db",
            "await helper.InTransactionAsync(async () => { await db.SaveChangesAsync(); CALL }); AFTER",
            """
            public sealed class Helper(ShopContext db)
            {
                public async Task InTransactionAsync(Func<Task> work)
                {
                    await using var transaction = await db.Database.BeginTransactionAsync();
                    await work();
                    await transaction.CommitAsync();
                }
            }
            """
        },
        {
            "a generic helper of helpers",
            "ShopContext db",
            "await Helper.RunAsync(db, async ct => { await db.SaveChangesAsync(ct); CALL return 1; }); AFTER",
            """
            public static class Helper
            {
                public static Task<T> RunAsync<T>(DbContext db, Func<CancellationToken, Task<T>> work, CancellationToken token = default) =>
                    db.Database.CreateExecutionStrategy().ExecuteAsync(async ct =>
                    {
                        await using var transaction = await db.Database.BeginTransactionAsync(ct);
                        var result = await work(ct);
                        await transaction.CommitAsync(ct);
                        return result;
                    }, token);
            }
            """
        },
        {
            "a method that begins and returns a transaction",
            "Store store, ShopContext db",
            "await using (var transaction = await store.BeginAsync()) { await db.SaveChangesAsync(); CALL await transaction.CommitAsync(); } AFTER",
            "public sealed class Store(ShopContext db) { public async Task<IDbContextTransaction> BeginAsync() => await db.Database.BeginTransactionAsync(); }"
        },
        {
            "a method that returns an open connection with a transaction",
            "Store store",
            "await using (var session = await store.OpenAsync()) { await session.ExecuteAsync(\"UPDATE orders SET paid = true\"); CALL await session.CommitAsync(); AFTER }",
            """
            public sealed class Session(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
            {
                public async Task ExecuteAsync(string sql) { await using var command = new NpgsqlCommand(sql, connection, transaction); await command.ExecuteNonQueryAsync(); }
                public Task CommitAsync() => transaction.CommitAsync();
                public async ValueTask DisposeAsync() { await transaction.DisposeAsync(); await connection.DisposeAsync(); }
            }
            public sealed class Store(NpgsqlDataSource source)
            {
                public async Task<Session> OpenAsync() { var connection = await source.OpenConnectionAsync(); return new Session(connection, await connection.BeginTransactionAsync()); }
            }
            """
        },
        {
            "repositories that share a context",
            "Repository repository, ShopContext db",
            "await using (var transaction = await db.Database.BeginTransactionAsync()) { await repository.AddAsync(); CALL await transaction.CommitAsync(); } AFTER",
            "public sealed class Repository(ShopContext shared) { public async Task AddAsync() { shared.Orders.Add(new Order()); await shared.SaveChangesAsync(); } }"
        },
        {
            "a context of a factory",
            "IDbContextFactory<ShopContext> factory",
            "await using (var db = await factory.CreateDbContextAsync()) { await using var transaction = await db.Database.BeginTransactionAsync(); await db.SaveChangesAsync(); CALL await transaction.CommitAsync(); AFTER }",
            ""
        },
        {
            "a using of a generic wrapper that begins in its constructor",
            "ShopContext db",
            "using (var scope = new Scope<ShopContext>(db)) { await db.SaveChangesAsync(); CALL scope.Commit(); AFTER }",
            """
            public sealed class Scope<T> : IDisposable where T : DbContext
            {
                private readonly IDbContextTransaction transaction;
                public Scope(T db) => transaction = db.Database.BeginTransaction();
                public void Commit() => transaction.Commit();
                public void Dispose() => transaction.Dispose();
            }
            """
        },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Calls_inside_are_found_and_calls_behind_are_not(string shape, string parameters, string body, string types)
    {
        var code = body.Replace("CALL", "\nawait http.GetAsync(\"/\"); // expect: PGTX101\n").Replace("AFTER", "\nawait http.GetAsync(\"/\");\n");
        await TestCode.Of(Usings + $$"""
            public sealed class Service
            {
                public async Task RunAsync(HttpClient http, {{parameters}})
                {
                    {{code}}
                }
            }

            {{types}}
            """).Counting("PGTX101", "PGTX102", "PGTX103").HasMarkedFindings();
        Assert.NotEmpty(shape);
    }

    [Theory]
    [InlineData("http.GetAsync(\"/\")", " // expect: PGTX101")]
    [InlineData("Task.CompletedTask", "")]
    public async Task A_template_method_runs_what_derived_classes_fill_in(string step, string mark) => await TestCode.Of(Usings + $$"""
        public abstract class Job(ShopContext db)
        {
            public async Task ExecuteAsync()
            {
                await using var transaction = await db.Database.BeginTransactionAsync();
                await db.SaveChangesAsync();
                await RunAsync();{{mark}}
                await transaction.CommitAsync();
            }

            protected abstract Task RunAsync();
        }

        public sealed class Charging(ShopContext db, HttpClient http) : Job(db)
        {
            protected override Task RunAsync() => {{step}};
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public async Task A_long_chain_is_elided_in_its_middle_and_each_step_is_a_location()
    {
        var finding = Assert.Single(await TestCode.Of(Usings + """
            public sealed class Service(ShopContext db, HttpClient http)
            {
                public async Task RunAsync()
                {
                    await using var transaction = await db.Database.BeginTransactionAsync();
                    await db.SaveChangesAsync();
                    await A(); // expect: PGTX101
                    await transaction.CommitAsync();
                }

                private Task A() => B();
                private Task B() => C();
                private Task C() => D();
                private Task D() => E();
                private Task E() => http.GetAsync("/");
            }
            """).Counting("PGTX101").HasMarkedFindings());
        Assert.Contains("'Service.A → Service.B → Service.C → … → HttpClient.GetAsync'", finding.GetMessage());
        Assert.Equal([16, 22, 23, 24, 25, 26], finding.AdditionalLocations.Select(l => l.GetLineSpan().StartLinePosition.Line + 1));
    }

    /// <summary>Nine calls deep: what is begun where nothing is followed any more is nobody's that could be named.</summary>
    [Fact]
    public async Task A_unit_that_is_made_deeper_than_calls_are_followed_holds_nothing() => await TestCode.Of(Usings + """
        public interface IUnit : IDisposable { void Commit(); }
        public sealed class Unit(IDbContextTransaction transaction) : IUnit
        {
            private readonly IDbContextTransaction held = transaction;
            public void Commit() => held.Commit();
            public void Dispose() => held.Dispose();
        }

        public sealed class Outer(ShopContext db, Level1 level, HttpClient http)
        {
            public async Task RunAsync()
            {
                await using (var transaction = await db.Database.BeginTransactionAsync()) { await level.TrackAsync(); await transaction.CommitAsync(); }
                await http.GetAsync("/");
            }
        }

        public sealed class Level1(Level2 next) { public Task TrackAsync() => next.TrackAsync(); }
        public sealed class Level2(Level3 next) { public Task TrackAsync() => next.TrackAsync(); }
        public sealed class Level3(Level4 next) { public Task TrackAsync() => next.TrackAsync(); }
        public sealed class Level4(Level5 next) { public Task TrackAsync() => next.TrackAsync(); }
        public sealed class Level5(Level6 next) { public async Task TrackAsync() { using (var unit = next.Begin()) { unit.Commit(); } } }
        public sealed class Level6(Level7 next) { public IUnit Begin() => next.Begin(); }
        public sealed class Level7(ShopContext db) { public IUnit Begin() => new Unit(db.Database.BeginTransaction()); }
        """).Counting("PGTX101", "PGTX102", "PGTX103").HasMarkedFindings();

    [Theory]
    [InlineData("new Unit(db.Database.BeginTransaction(), await locks.LockAsync())", " // expect: PGTX101")]
    [InlineData("Missing.Wrap(db.Database.BeginTransaction())", "")]
    public async Task Code_that_does_not_bind_for_a_missing_package_is_followed_where_it_says_what_it_means(string made, string mark)
    {
        var code = Usings + $$"""
            public sealed class Unit : IDisposable
            {
                private readonly IDbContextTransaction transaction;
                public Unit(IDbContextTransaction transaction, IDisposable inner) => this.transaction = transaction;
                public void Commit() => transaction.Commit();
                public void Dispose() => transaction.Dispose();
            }

            public sealed class Service(ShopContext db, HttpClient http, MissingLock locks)
            {
                public async Task RunAsync()
                {
                    using (var unit = {{made}})
                    {
                        await db.SaveChangesAsync();
                        await http.GetAsync("/");{{mark}}
                        unit.Commit();
                    }

                    await http.GetAsync("/");
                }
            }
            """;
        await TestCode.Of(code).Broken().Counting("PGTX101", "PGTX102", "PGTX103").HasMarkedFindings();
    }
}
