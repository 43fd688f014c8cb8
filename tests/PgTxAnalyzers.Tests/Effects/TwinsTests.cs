using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>A container gives a controller and the service that it calls one unit of work, one context: what the service ends is over for the controller too.</summary>
public sealed class TwinsTests
{
    /// <param name="settle">What the service does with the unit of work that it was given.</param>
    /// <param name="isHeld">The controller's transaction may still be open at the service's HTTP call.</param>
    [Theory]
    [InlineData("await unit.RollbackAsync();", false)]
    [InlineData("await unit.AddAsync(); await unit.RollbackAsync();", false)]
    [InlineData("try { await unit.AddAsync(); } finally { await unit.RollbackAsync(); }", false)]
    [InlineData("await unit.AddAsync();", true)]
    [InlineData("", true)]
    public Task A_unit_of_work_that_two_objects_were_given(string settle, bool isHeld) => TestCode.Of(Unit + $$"""
        public sealed class Service(Unit unit, HttpClient http)
        {
            public async Task RunAsync() { {{settle}} {{Call(held: settle.EndsWith("AddAsync();", StringComparison.Ordinal))}} }
        }

        public sealed class Controller(Unit unit, Service service)
        {
            public async Task RunAsync()
            {
                await unit.AddAsync();
                await service.RunAsync();{{(isHeld ? " // expect: PGTX101" : "")}}
                await unit.RollbackAsync();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task Two_parameters_of_one_class_are_two_units_of_work() => TestCode.Of(Unit + """
        public sealed class Mover(Unit from, Unit to, HttpClient http)
        {
            public async Task MoveAsync()
            {
                await from.AddAsync();
                await to.AddAsync();
                await to.RollbackAsync();
                await http.GetStringAsync("https://a"); // expect: PGTX101
                await from.RollbackAsync();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task A_unit_of_work_that_is_made_here_is_nobody_elses() => TestCode.Of(Unit + """
        public sealed class Service(Unit unit) { public async Task SettleAsync() { await unit.AddAsync(); await unit.RollbackAsync(); } }

        public sealed class Controller(NpgsqlConnection connection, Service service, HttpClient http)
        {
            public async Task RunAsync()
            {
                var own = new Unit(connection);
                await own.AddAsync();
                await service.SettleAsync();
                await http.GetStringAsync("https://a"); // expect: PGTX101
                await own.RollbackAsync();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>A facade that has no transaction to commit throws: behind it, the one that another class began on the same context is over.</summary>
    [Theory]
    [InlineData("await db.Database.CommitTransactionAsync();", false)]
    [InlineData("await db.Database.RollbackTransactionAsync();", false)]
    [InlineData("await db.Database.CurrentTransaction!.CommitAsync();", false)]
    [InlineData("await db.SaveChangesAsync();", true)]
    [InlineData("await other.Database.CommitTransactionAsync();", true)]
    public Task A_context_that_two_objects_were_given(string settle, bool isHeld) => TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;

        public sealed class Order { public int Id { get; set; } }
        public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }
        public sealed class OtherContext(DbContextOptions<OtherContext> options) : DbContext(options);

        public sealed class Service(ShopContext db, OtherContext other, HttpClient http)
        {
            public async Task RunAsync() { {{settle}} await http.GetStringAsync("https://a"); }
        }

        public sealed class Controller(ShopContext db, Service service)
        {
            public async Task RunAsync()
            {
                await db.Database.BeginTransactionAsync();
                db.Orders.Add(new Order());
                await db.SaveChangesAsync();
                await service.RunAsync();{{(isHeld ? " // expect: PGTX101" : "")}}
                {{(isHeld ? "await db.Database.CommitTransactionAsync();" : "")}}
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>A session that is given the transaction lends its connection as long as it has one; another object's session may be the same.</summary>
    [Theory]
    [InlineData("Session session", "")]
    [InlineData("Session session, NpgsqlDataSource source", "await using var second = await source.OpenConnectionAsync(); // expect: PGTX105")]
    public Task A_session_that_lends_its_connection(string parameters, string more) => TestCode.Of($$"""
        using Npgsql;

        public sealed class Session(NpgsqlDataSource source)
        {
            private NpgsqlTransaction? transaction;
            public NpgsqlConnection Open() => transaction is not null ? transaction.Connection! : source.OpenConnection();
            public void Enter(NpgsqlTransaction entered) => transaction = entered;
            public void Leave() => transaction = null;
        }

        public sealed class Tables(Session session)
        {
            public void Create() { using var command = new NpgsqlCommand("CREATE TABLE t ()", session.Open()); command.ExecuteNonQuery(); }
        }

        public sealed class Entities({{parameters}}, Tables tables)
        {
            public async Task CreateAsync()
            {
                var connection = session.Open();
                var transaction = connection.BeginTransaction();
                session.Enter(transaction);
                {{more}}
                tables.Create();
                session.Leave();
                await transaction.CommitAsync();
            }
        }
        """).Counting("PGTX105").HasMarkedFindings();

    /// <summary>The session of the call that runs, whichever object that is.</summary>
    /// <param name="field">What else the session has: without a transaction it lends nobody's.</param>
    /// <param name="open">How it opens.</param>
    /// <param name="isSecond">A second connection is taken.</param>
    [Theory]
    [InlineData("private NpgsqlTransaction? transaction; public void Enter(NpgsqlTransaction entered) => transaction = entered;", "transaction is not null ? transaction.Connection! : source.OpenConnection()", false)]
    [InlineData("public void Enter(NpgsqlTransaction entered) { }", "source.OpenConnection()", true)]
    public Task A_session_that_a_static_property_looks_up(string field, string open, bool isSecond) => TestCode.Of($$"""
        using Npgsql;

        public sealed class Session(NpgsqlDataSource source)
        {
            private static readonly AsyncLocal<Session?> current = new();
            public static Session Current => current.Value!;
            {{field}}
            public NpgsqlConnection Open() => {{open}};
        }

        public static class Tables
        {
            public static void Create() { using var command = new NpgsqlCommand("CREATE TABLE t ()", Session.Current.Open()); command.ExecuteNonQuery(); }
        }

        public sealed class Entities
        {
            private NpgsqlTransaction? kept;
            public async Task CreateAsync(NpgsqlConnection connection)
            {
                kept = connection.BeginTransaction();
                Session.Current.Enter(kept);
                Tables.Create();{{(isSecond ? " // expect: PGTX105" : "")}}
                await kept.CommitAsync();
            }
        }
        """).Counting("PGTX105").HasMarkedFindings();

    /// <summary>A unit of work over its context's type works on the one that the service was given.</summary>
    [Theory]
    [InlineData("ShopContext", true)]
    [InlineData("OtherContext", false, "ShopContext")]
    public Task A_unit_of_work_over_its_contexts_type(string context, bool isSame, string constraint = "DbContext") => TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Storage;

        public sealed class Order { public int Id { get; set; } }
        public class ShopContext(DbContextOptions options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }
        public sealed class OtherContext(DbContextOptions<OtherContext> options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }

        public interface IWork { Task BeginAsync(); Task CommitAsync(); }
        public sealed class Work<TContext>(TContext db) : IWork where TContext : {{constraint}}
        {
            private IDbContextTransaction? transaction;
            public async Task BeginAsync() => transaction = await db.Database.BeginTransactionAsync();
            public async Task CommitAsync() { await db.SaveChangesAsync(); await transaction!.CommitAsync(); }
        }

        public sealed class Service(IWork work, {{context}} db, HttpClient http)
        {
            public async Task RunAsync()
            {
                await work.BeginAsync();
                db.Orders.Add(new Order());
                await db.SaveChangesAsync();
                await http.GetStringAsync("https://a"); // expect: {{(isSame ? "PGTX101" : "PGTX103")}}
                await work.CommitAsync();
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    private static string Call(bool held) => $"await http.GetStringAsync(\"https://a\");{(held ? " // expect: PGTX101\n" : "")}";

    private const string Unit = """
        using Npgsql;

        public sealed class Unit(NpgsqlConnection connection)
        {
            private NpgsqlTransaction? transaction;

            public async Task AddAsync()
            {
                transaction ??= await connection.BeginTransactionAsync();
                using var command = new NpgsqlCommand("INSERT INTO orders VALUES (1)", connection, transaction);
                await command.ExecuteNonQueryAsync();
            }

            public async Task RollbackAsync()
            {
                if (transaction is null)
                    return;
                await transaction.RollbackAsync();
                transaction = null;
            }
        }


        """;

    /// <summary>A store keeps its context with the request: the second call gets what the first has made, wherever that is kept.</summary>
    /// <param name="lookup">How the store asks for it.</param>
    /// <param name="isKept">It asks at all.</param>
    [Theory]
    [InlineData("if (http.Items.TryGetValue(\"db\", out var found) && found is Shop known) return known;", true)]
    [InlineData("if (http.Items[\"db\"] is Shop known) return known;", true)]
    [InlineData("", false)]
    public Task A_context_that_is_kept_out_of_sight(string lookup, bool isKept) => TestCode.Of($$"""
        using Microsoft.AspNetCore.Http;
        using Microsoft.EntityFrameworkCore;

        public class Order { public int Id { get; set; } }
        public class Shop(DbContextOptions<Shop> options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }

        public sealed class Store(HttpContext http, IDbContextFactory<Shop> factory)
        {
            public async Task<Order?> GetAsync(int id) { var db = await EnsureAsync(); return await db.Orders.FindAsync(id); }
            public async Task AddAsync(int id) { var db = await EnsureAsync(); db.Orders.Add(new Order { Id = id }); await db.SaveChangesAsync(); }

            private async Task<Shop> EnsureAsync()
            {
                {{lookup}}
                var db = await factory.CreateDbContextAsync();
                http.Items.Add("db", db);
                await db.Database.BeginTransactionAsync();
                return db;
            }
        }

        public sealed class Wizard(Store store)
        {
            public async Task StartAsync(int id)
            {
                await store.GetAsync(id);
                await store.AddAsync(id);{{(isKept ? "" : " // expect: PGTX105")}}
            }
        }
        """).Counting("PGTX105").HasMarkedFindings();

    /// <summary>A repository's own unit of work is the service's: its commands run in the transaction that the service has begun.</summary>
    /// <param name="type">By which type both know it.</param>
    [Theory]
    [InlineData("DapperWork")]
    [InlineData("IWork")]
    public Task A_repository_over_its_own_field(string type) => TestCode.Of($$"""
        using System.Data;
        using Dapper;
        using Npgsql;

        public interface IWork { IDbConnection Connection { get; } IDbTransaction? Transaction { get; } Task BeginAsync(CancellationToken ct); Task CommitAsync(CancellationToken ct); }
        public class DapperWork(NpgsqlDataSource source) : IWork
        {
            private NpgsqlConnection? _connection;
            private NpgsqlTransaction? _transaction;
            public IDbConnection Connection => _connection!;
            public IDbTransaction? Transaction => _transaction;
            public async Task BeginAsync(CancellationToken ct) { _connection = await source.OpenConnectionAsync(ct); _transaction = await _connection.BeginTransactionAsync(ct); }
            public async Task CommitAsync(CancellationToken ct) { await _transaction!.CommitAsync(ct); await _transaction.DisposeAsync(); _transaction = null; }
        }

        public class Orders({{type}} work) { public Task<int> AddAsync(int id) => work.Connection.ExecuteAsync("INSERT INTO orders (id) VALUES (@id)", new { id }, work.Transaction); }
        public class Checkout({{type}} work, Orders orders, HttpClient http)
        {
            public async Task RunAsync(CancellationToken ct)
            {
                await work.BeginAsync(ct);
                await http.GetAsync("/"); // expect: PGTX103
                await orders.AddAsync(1);
                await http.GetAsync("/"); // expect: PGTX101
                await work.CommitAsync(ct);
                await http.GetAsync("/");
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    /// <summary>Two units of work in the hands of one object are two.</summary>
    [Fact]
    public Task What_another_one_holds_is_another_ones() => TestCode.Of("""
        using Dapper;
        using Npgsql;

        public class Work(NpgsqlDataSource source)
        {
            private NpgsqlConnection? _connection;
            private NpgsqlTransaction? _transaction;
            public NpgsqlConnection Connection => _connection!;
            public async Task BeginAsync() { _connection = await source.OpenConnectionAsync(); _transaction = await _connection.BeginTransactionAsync(); }
            public async Task CommitAsync() { await _transaction!.CommitAsync(); _transaction = null; }
        }

        public class Mover(Work from, Work to, HttpClient http)
        {
            public async Task RunAsync()
            {
                await from.BeginAsync();
                await to.Connection.ExecuteAsync("INSERT INTO orders (id) VALUES (1)");
                await http.GetAsync("/"); // expect: PGTX103
                await from.CommitAsync();
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();
}
