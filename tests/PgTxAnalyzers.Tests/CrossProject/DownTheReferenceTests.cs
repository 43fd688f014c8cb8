namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>The callee is in a project that the caller references: a build finds what an IDE finds.</summary>
public class DownTheReferenceTests
{
    private const string Client = """
        public class ChargeClient(HttpClient http)
        {
            public async Task ChargeAsync(CancellationToken ct)
            {
                using var response = await http.PostAsync("https://pay.example", null, ct);
            }
        }
        """;

    [Fact]
    public async Task A_sink_in_the_callee()
    {
        var found = await new Projects().With("Infra", Client).With("App", """
            using Npgsql;
            public class Orders(NpgsqlConnection conn, ChargeClient charges)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    await using var tx = await conn.BeginTransactionAsync(ct);
                    await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn, tx);
                    await insert.ExecuteNonQueryAsync(ct);
                    await charges.ChargeAsync(ct);
                    await tx.CommitAsync(ct);
                    await charges.ChargeAsync(ct);
                }
            }
            """).FindTheSame("App.cs:9 PGTX101");
        Assert.Equal(
            "The transaction begun at line 6 stays idle in transaction, holding the row locks of INSERT orders (line 8), while 'ChargeClient.ChargeAsync → HttpClient.PostAsync (Infra.cs:5)' (an HTTP call) runs",
            found[0].GetMessage());
    }

    [Fact]
    public Task A_property_of_the_callee_begins() => new Projects()
        .With("Data", """
            using Npgsql;
            public class Unit(NpgsqlConnection conn) { public NpgsqlTransaction Tx => conn.BeginTransaction(); }
            public class Record { public string? Tx { get; set; } }
            """)
        .With("App", """
            using Npgsql;
            public class Orders(NpgsqlConnection conn, HttpClient http)
            {
                public async Task PlaceAsync(Record record)
                {
                    var unit = new Unit(conn);
                    await using var tx = unit.Tx;
                    await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn, tx);
                    await insert.ExecuteNonQueryAsync();
                    await http.GetStringAsync("https://example.com");
                    await tx.CommitAsync();
                }

                public async Task AskAsync(Record record)
                {
                    var tx = record.Tx;
                    await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn);
                    await insert.ExecuteNonQueryAsync();
                    await http.GetStringAsync(tx);
                }
            }
            """).FindTheSame("App.cs:10 PGTX101");

    /// <summary>Which connection that is, the project below knows.</summary>
    [Fact]
    public Task A_unit_of_the_callee_hands_out_its_context() => new Projects()
        .With("Data", """
            using Microsoft.EntityFrameworkCore;
            using Microsoft.EntityFrameworkCore.Storage;
            public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }
            public class Order { public int Id { get; set; } }
            public sealed class Work(ShopContext db)
            {
                private IDbContextTransaction? transaction;
                public ShopContext Db => db;
                public async Task BeginAsync() => transaction = await db.Database.BeginTransactionAsync();
                public async Task SaveAsync() { await db.SaveChangesAsync(); await transaction!.CommitAsync(); }
            }
            """)
        .With("App", """
            using Microsoft.EntityFrameworkCore;
            public class Post(Work work, HttpClient http)
            {
                public async Task Send()
                {
                    await work.BeginAsync();
                    await work.Db.Orders.CountAsync();
                    await http.GetAsync("/");
                    await work.SaveAsync();
                }
            }
            """).FindTheSame("App.cs:8 PGTX101");

    /// <param name="type">How the service knows the unit.</param>
    /// <param name="unit">The end of the unit's constructor.</param>
    /// <param name="body">What the service does with it.</param>
    /// <param name="found">Where.</param>
    [Theory]
    [InlineData("Work", "transaction = connection.BeginTransaction();", "await work.AddAsync(); await http.GetAsync(\"/\"); await work.SaveAsync();", "App.cs:5 PGTX101")]
    [InlineData("IWork", "transaction = connection.BeginTransaction();", "await work.AddAsync(); await http.GetAsync(\"/\"); await work.SaveAsync();", "App.cs:5 PGTX101")]
    [InlineData("Work", "transaction = connection.BeginTransaction();", "await work.AddAsync(); await http.GetAsync(\"/\");")]
    [InlineData("Work", "transaction = connection.BeginTransaction();", "await http.GetAsync(\"/\"); await work.AddAsync(); await work.SaveAsync();")]
    [InlineData("IWork", "transaction = connection.BeginTransaction();", "await work.AddAsync(); await work.SaveAsync(); await http.GetAsync(\"/\");")]
    [InlineData("Work", "", "await work.AddAsync(); await http.GetAsync(\"/\"); await work.SaveAsync();")]
    public async Task A_unit_of_the_callee_has_begun_where_it_was_made(string type, string unit, string body, params string[] found)
    {
        var findings = await new Projects { Rules = ["PGTX101", "PGTX103"] }
            .With("Data", $$"""
                using Npgsql;
                public interface IWork { Task AddAsync(); Task SaveAsync(); }
                public sealed class Work : IWork
                {
                    private readonly NpgsqlConnection connection;
                    private NpgsqlTransaction transaction = null!;
                    public Work(NpgsqlConnection connection) { this.connection = connection; {{unit}} }
                    public async Task AddAsync() { await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", connection, transaction); await insert.ExecuteNonQueryAsync(); }
                    public Task SaveAsync() => transaction.CommitAsync();
                }
                """)
            .With("App", $$"""
                public class Post({{type}} work, HttpClient http)
                {
                    public async Task Send()
                    {
                        {{body}}
                    }
                }
                """).FindTheSame(found);
        Assert.All(findings, f => Assert.StartsWith("The transaction that Work has held since it was made (given at line 1) stays idle", f.GetMessage(), StringComparison.Ordinal));
    }

    [Fact]
    public Task A_unit_of_the_callee_begins_lazily() => new Projects()
        .With("Data", """
            using Npgsql;
            public class Unit
            {
                private readonly Lazy<NpgsqlTransaction> tx;
                public Unit(NpgsqlConnection conn) => tx = new(() => conn.BeginTransaction());
                public async Task AddAsync(int id)
                {
                    await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", tx.Value.Connection, tx.Value);
                    await insert.ExecuteNonQueryAsync();
                }
                public void Commit() { if (tx.IsValueCreated) tx.Value.Commit(); }
            }
            """)
        .With("App", """
            public class Orders(Unit unit, HttpClient http)
            {
                public async Task PlaceAsync()
                {
                    await http.GetStringAsync("https://example.com");
                    await unit.AddAsync(1);
                    await http.GetStringAsync("https://example.com");
                    unit.Commit();
                    await http.GetStringAsync("https://example.com");
                }
            }
            """).FindTheSame("App.cs:7 PGTX101");

    [Fact]
    public Task The_clients_of_a_typed_hub() => new Projects()
        .With("Contracts", "public interface IShelfView { Task Shelved(int id); }")
        .With("Web", """
            using Microsoft.AspNetCore.SignalR;
            public sealed class ShelfHub : Hub<IShelfView>;
            public sealed class Teller(IHubContext<ShelfHub, IShelfView> hub)
            {
                public Task TellAsync(int id) => hub.Clients.All.Shelved(id);
                public IShelfView Some => hub.Clients.Group("some");
            }
            """)
        .With("App", """
            using Microsoft.AspNetCore.SignalR;
            using Npgsql;
            public class Shelves(NpgsqlConnection conn, Teller teller, IHubContext<ShelfHub, IShelfView> hub, IShelfView printer)
            {
                public async Task PlaceAsync(int id)
                {
                    await using var tx = await conn.BeginTransactionAsync();
                    await using var insert = new NpgsqlCommand("INSERT INTO shelves VALUES (1)", conn, tx);
                    await insert.ExecuteNonQueryAsync();
                    await teller.TellAsync(id);
                    await hub.Clients.All.Shelved(id);
                    await printer.Shelved(id);
                    await tx.CommitAsync();
                }
            }
            """).FindTheSame("App.cs:10 PGTX101", "App.cs:11 PGTX101");

    [Theory]
    [InlineData("ICohorts")]
    [InlineData("IOrganizations", "App.cs:9 PGTX101")]
    public Task Of_a_generic_contract_what_is_constructed_alike_runs(string contract, params string[] found) => new Projects()
        .With("Domain", """
            public interface IRepository<T> { Task DeleteAsync(); }
            public interface ICohorts : IRepository<int>;
            public interface IOrganizations : IRepository<string>;
            """)
        .With("Infra", """
            internal sealed class Cohorts : ICohorts { public Task DeleteAsync() => Task.CompletedTask; }
            internal sealed class Organizations(HttpClient http) : IOrganizations { public async Task DeleteAsync() => await http.GetStringAsync("https://example.com"); }
            """)
        .With("App", $$"""
            using Npgsql;
            public class Orders(NpgsqlConnection conn, {{contract}} rows)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    await using var tx = await conn.BeginTransactionAsync(ct);
                    await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn, tx);
                    await insert.ExecuteNonQueryAsync(ct);
                    await rows.DeleteAsync();
                    await tx.CommitAsync(ct);
                }
            }
            """)
        .FindTheSame(found);

    [Fact]
    public Task An_internal_implementation_of_an_interface_of_a_third_project() => new Projects()
        .With("Domain", "public interface IMailer { Task SendAsync(string to); }")
        .With("Infra", "internal sealed class Mailer(HttpClient http) : IMailer { public Task SendAsync(string to) => http.GetStringAsync(to); }")
        .With("App", """
            using Npgsql;
            public class Orders(NpgsqlConnection conn, IMailer mailer)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    await using var tx = await conn.BeginTransactionAsync(ct);
                    await mailer.SendAsync("a");
                    var sent = mailer.SendAsync("b");
                    await tx.CommitAsync(ct);
                    await sent;
                }
            }
            """).FindTheSame("App.cs:7 PGTX103");

    [Fact]
    public Task A_runner_waits_for_the_task_that_its_delegate_hands_out() => new Projects()
        .With("Infra", """
            using Microsoft.EntityFrameworkCore;
            public static class Unit
            {
                public static async Task<T> RunAsync<T>(DbContext db, Func<CancellationToken, Task<T>> work, CancellationToken ct)
                {
                    await using var transaction = await db.Database.BeginTransactionAsync(ct);
                    var result = await work(ct);
                    await transaction.CommitAsync(ct);
                    return result;
                }
                public static async Task<T> RunAsideAsync<T>(DbContext db, Func<CancellationToken, Task<T>> work, CancellationToken ct)
                {
                    Task<T> result;
                    await using (var transaction = await db.Database.BeginTransactionAsync(ct))
                    {
                        result = work(ct);
                        await transaction.CommitAsync(ct);
                    }
                    return await result;
                }
            }
            """)
        .With("App", """
            using Microsoft.EntityFrameworkCore;
            public class Shipments(DbContext db, HttpClient carrier)
            {
                public Task<int> ShipAsync(CancellationToken ct) => Unit.RunAsync(db, token => ShipOnceAsync(token), ct);
                public async Task<int> ShipNextAsync(CancellationToken ct) => await Unit.RunAsync(db, ShipOnceAsync, ct);
                public Task<int> ShipBothAsync(CancellationToken ct) => Unit.RunAsync(db, ShipOnceAsync, ct);
                public async Task<int> ShipAllAsync(CancellationToken ct) => await Unit.RunAsync(db, token => ShipOnceAsync(token), ct);
                public async Task<int> ShipLaterAsync(CancellationToken ct) => await Unit.RunAsideAsync(db, token => TellAsync(token), ct);
                private async Task<int> TellAsync(CancellationToken ct)
                {
                    await carrier.PostAsync("/told", null, ct);
                    return 1;
                }
                private async Task<int> ShipOnceAsync(CancellationToken ct)
                {
                    var shipped = await db.Database.ExecuteSqlAsync($"UPDATE shipments SET shipped = true", ct);
                    await carrier.PostAsync("/shipments", null, ct);
                    return shipped;
                }
            }
            """).FindTheSame("App.cs:4 PGTX101", "App.cs:5 PGTX101", "App.cs:6 PGTX101", "App.cs:7 PGTX101");

    [Fact]
    public Task An_object_that_keeps_the_transaction_that_it_is_made_with() => new Projects()
        .With("Infra", """
            using Microsoft.EntityFrameworkCore.Storage;
            public sealed class Unit(IDbContextTransaction inner) : IAsyncDisposable
            {
                public Task CommitAsync(CancellationToken ct) => inner.CommitAsync(ct);
                public ValueTask DisposeAsync() => inner.DisposeAsync();
            }
            public sealed class Note(IDbContextTransaction inner)
            {
                public string Text => inner.ToString() ?? "";
            }
            """)
        .With("App", """
            using Microsoft.EntityFrameworkCore;
            public class Orders(DbContext db, HttpClient http)
            {
                private async Task<Unit> BeginAsync(CancellationToken ct) => new(await db.Database.BeginTransactionAsync(ct));
                public async Task PlaceAsync(CancellationToken ct)
                {
                    await using (var unit = new Unit(await db.Database.BeginTransactionAsync(ct)))
                    {
                        await db.SaveChangesAsync(ct);
                        await http.PostAsync("/a", null, ct);
                        await unit.CommitAsync(ct);
                        await http.PostAsync("/b", null, ct);
                    }
                    var note = new Note(await db.Database.BeginTransactionAsync(ct));
                    await http.PostAsync(note.Text, null, ct);
                    await db.Database.CommitTransactionAsync(ct);
                    var other = await BeginAsync(ct);
                    await http.PostAsync("/c", null, ct);
                    await other.CommitAsync(ct);
                    await http.PostAsync("/d", null, ct);
                    await other.DisposeAsync();
                }
            }
            """).FindTheSame("App.cs:10 PGTX101", "App.cs:15 PGTX103", "App.cs:18 PGTX103");

    [Fact]
    public Task A_query_of_another_projects_context() => new Projects()
        .With("Infra", """
            using Microsoft.EntityFrameworkCore;
            public class Reading { public int Id { get; set; } }
            public class MeterContext(DbContextOptions<MeterContext> options) : DbContext(options) { public DbSet<Reading> Measured => Set<Reading>(); }
            """)
        .With("App", """
            public class Export(MeterContext db, HttpClient http)
            {
                public async Task ExportAsync(CancellationToken ct)
                {
                    foreach (var reading in db.Measured)
                        await http.PostAsync($"/{reading.Id}", null, ct);
                }
            }
            """).FindTheSame("App.cs:6 PGTX104");

    [Fact]
    public Task A_handler_of_another_project_behind_a_mediator() => new Projects()
        .With("Application", """
            using MediatR;
            public sealed record ChargeCard(int Order) : IRequest<bool>;
            public sealed class ChargeCardHandler(HttpClient payments) : IRequestHandler<ChargeCard, bool>
            {
                public async Task<bool> Handle(ChargeCard request, CancellationToken cancellationToken)
                {
                    using var response = await payments.PostAsync("/charges", null, cancellationToken);
                    return response.IsSuccessStatusCode;
                }
            }
            """)
        .With("Api", """
            using MediatR;
            using Microsoft.EntityFrameworkCore;
            public sealed class Checkout(DbContext db, ISender sender)
            {
                public async Task CheckoutAsync(CancellationToken ct)
                {
                    await using var transaction = await db.Database.BeginTransactionAsync(ct);
                    await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = 'paying'", ct);
                    await sender.Send(new ChargeCard(1), ct);
                    await transaction.CommitAsync(ct);
                }
            }
            """).FindTheSame("Api.cs:9 PGTX101");

    [Fact]
    public Task Statements_in_the_callee_open_the_transaction() => new Projects()
        .With("Infra", """
            using Npgsql;
            using Microsoft.EntityFrameworkCore;
            public class Order { public int Id { get; set; } }
            public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }
            public class Repository(ShopContext db)
            {
                public async Task SaveAsync(CancellationToken ct) => await db.SaveChangesAsync(ct);
                public Task<List<Order>> ReadAsync(CancellationToken ct) => db.Orders.ToListAsync(ct);
            }
            public static class Audit
            {
                public static async Task WriteAsync(NpgsqlDataSource source, CancellationToken ct)
                {
                    await using var own = await source.OpenConnectionAsync(ct);
                    await using var command = new NpgsqlCommand("INSERT INTO audit VALUES (1)", own);
                    await command.ExecuteNonQueryAsync(ct);
                }
                public static async Task WriteAsync(NpgsqlConnection conn, CancellationToken ct)
                {
                    await using var command = new NpgsqlCommand("INSERT INTO audit VALUES (1)", conn);
                    await command.ExecuteNonQueryAsync(ct);
                }
            }
            """)
        .With("App", """
            using Npgsql;
            using Microsoft.EntityFrameworkCore;
            public class Orders(ShopContext db, Repository repository, NpgsqlDataSource source, HttpClient http)
            {
                public async Task SaveAsync(CancellationToken ct)
                {
                    await using var tx = await db.Database.BeginTransactionAsync(ct);
                    await http.GetStringAsync("/before");
                    await repository.SaveAsync(ct);
                    await http.GetStringAsync("/after");
                    await tx.CommitAsync(ct);
                }
                public async Task ReadAsync(CancellationToken ct)
                {
                    await using var tx = await db.Database.BeginTransactionAsync(ct);
                    await repository.ReadAsync(ct);
                    await http.GetStringAsync("/after");
                    await tx.CommitAsync(ct);
                }
                public async Task OtherConnectionAsync(CancellationToken ct)
                {
                    await using var conn = await source.OpenConnectionAsync(ct);
                    await using var tx = await conn.BeginTransactionAsync(ct);
                    await Audit.WriteAsync(source, ct);
                    await http.GetStringAsync("/other");
                    await Audit.WriteAsync(conn, ct);
                    await http.GetStringAsync("/own");
                    await tx.CommitAsync(ct);
                }
            }
            """).FindTheSame("App.cs:8 PGTX103", "App.cs:10 PGTX101", "App.cs:17 PGTX101", "App.cs:25 PGTX103", "App.cs:27 PGTX101");

    [Fact]
    public Task A_helper_runs_a_delegate_in_its_transaction() => new Projects()
        .With("Infra", """
            using Npgsql;
            public static class Db
            {
                public static async Task InTransactionAsync(this NpgsqlDataSource source, Func<NpgsqlConnection, NpgsqlTransaction, Task> work, CancellationToken ct)
                {
                    await using var conn = await source.OpenConnectionAsync(ct);
                    await using var tx = await conn.BeginTransactionAsync(ct);
                    await work(conn, tx);
                    await tx.CommitAsync(ct);
                }
                public static async Task RetryAsync(Func<Task> work)
                {
                    for (var i = 0; i < 3; i++)
                        await work();
                }
            }
            """)
        .With("App", """
            using Npgsql;
            public class Orders(NpgsqlDataSource source, HttpClient http)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    await source.InTransactionAsync(async (conn, tx) =>
                    {
                        await http.GetStringAsync("/pinned");
                        await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn, tx);
                        await insert.ExecuteNonQueryAsync(ct);
                        await http.GetStringAsync("/locking");
                    }, ct);
                    await http.GetStringAsync("/after");
                    await Db.RetryAsync(() => http.GetStringAsync("/quiet"));
                }
                public async Task OutsideAsync(NpgsqlConnection conn, CancellationToken ct)
                {
                    await using var tx = await conn.BeginTransactionAsync(ct);
                    await Db.RetryAsync(async () =>
                    {
                        await http.GetStringAsync("/retried");
                    });
                    await tx.CommitAsync(ct);
                }
            }
            """).FindTheSame("App.cs:8 PGTX103", "App.cs:11 PGTX101", "App.cs:21 PGTX103");

    [Theory]
    [InlineData("ResilientTransaction.New(db).ExecuteAsync(async () => { await db.SaveChangesAsync(); })")]
    [InlineData("db.Database.CreateExecutionStrategy().ExecuteInTransactionAsync(async () => { await db.SaveChangesAsync(); }, () => Task.FromResult(true))")]
    public Task What_a_helper_began_is_over_when_it_comes_home_from_a_callee(string unit) => new Projects()
        .With("Infra", """
            using Microsoft.EntityFrameworkCore;
            public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options);
            public class ResilientTransaction
            {
                private readonly DbContext _context;
                private ResilientTransaction(DbContext context) => _context = context ?? throw new ArgumentNullException(nameof(context));
                public static ResilientTransaction New(DbContext context) => new(context);
                public async Task ExecuteAsync(Func<Task> action)
                {
                    var strategy = _context.Database.CreateExecutionStrategy();
                    await strategy.ExecuteAsync(async () =>
                    {
                        await using var transaction = await _context.Database.BeginTransactionAsync();
                        await action();
                        await transaction.CommitAsync();
                    });
                }
            }
            """)
        .With("App", $$"""
            using Microsoft.EntityFrameworkCore;
            public class EventService(ShopContext db)
            {
                public async Task SaveAsync() => await {{unit}};
            }
            public class Api(EventService events, ShopContext db, HttpClient http)
            {
                public async Task UpdateAsync()
                {
                    await events.SaveAsync();
                    await http.GetStringAsync("/after");
                    await ResilientTransaction.New(db).ExecuteAsync(async () =>
                    {
                        await db.SaveChangesAsync();
                        await http.GetStringAsync("/inside");
                    });
                    await http.GetStringAsync("/after");
                }
            }
            """).FindTheSame("App.cs:15 PGTX101");

    [Fact]
    public Task A_helper_returns_the_transaction_that_it_begins() => new Projects()
        .With("Infra", """
            using Npgsql;
            using Microsoft.EntityFrameworkCore;
            using Microsoft.EntityFrameworkCore.Storage;
            public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
            {
                public Task<IDbContextTransaction> OpenAsync(CancellationToken ct) => Database.BeginTransactionAsync(ct);
            }
            public static class Db
            {
                public static async Task<NpgsqlTransaction> StartAsync(NpgsqlConnection conn, CancellationToken ct)
                {
                    await conn.OpenAsync(ct);
                    return await conn.BeginTransactionAsync(ct);
                }
                public static async Task FinishAsync(NpgsqlTransaction tx, CancellationToken ct) => await tx.CommitAsync(ct);
                public static Task NoteAsync(NpgsqlTransaction tx, CancellationToken ct) => Task.CompletedTask;
            }
            """)
        .With("App", """
            using Npgsql;
            public class Orders(NpgsqlConnection conn, ShopContext db, HttpClient http)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    await using var tx = await Db.StartAsync(conn, ct);
                    await http.GetStringAsync("/inside");
                    await Db.NoteAsync(tx, ct);
                    await http.GetStringAsync("/still");
                    await Db.FinishAsync(tx, ct);
                    await http.GetStringAsync("/after");
                }
                public async Task SaveAsync(CancellationToken ct)
                {
                    await using var tx = await db.OpenAsync(ct);
                    await db.SaveChangesAsync(ct);
                    await http.GetStringAsync("/inside");
                    await tx.CommitAsync(ct);
                    await http.GetStringAsync("/after");
                }
            }
            """).FindTheSame("App.cs:7 PGTX103", "App.cs:9 PGTX103", "App.cs:17 PGTX101");

    [Fact]
    public Task A_unit_of_work_behind_an_interface() => new Projects()
        .With("Domain", """
            public interface IUnitOfWork
            {
                Task BeginAsync(CancellationToken ct);
                Task SaveAsync(CancellationToken ct);
                Task CommitAsync(CancellationToken ct);
                Task RollbackAsync(CancellationToken ct);
            }
            """)
        .With("Infra", """
            using Microsoft.EntityFrameworkCore;
            using Microsoft.EntityFrameworkCore.Storage;
            public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options);
            internal sealed class UnitOfWork(ShopContext db) : IUnitOfWork
            {
                private IDbContextTransaction? transaction;
                public async Task BeginAsync(CancellationToken ct) => transaction = await db.Database.BeginTransactionAsync(ct);
                public Task SaveAsync(CancellationToken ct) => db.SaveChangesAsync(ct);
                public async Task CommitAsync(CancellationToken ct)
                {
                    await db.SaveChangesAsync(ct);
                    await transaction!.CommitAsync(ct);
                }
                public async Task RollbackAsync(CancellationToken ct)
                {
                    if (transaction is not null)
                        await transaction.RollbackAsync(ct);
                }
            }
            """)
        .With("App", """
            public class Orders(IUnitOfWork unit, HttpClient http)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    await unit.BeginAsync(ct);
                    await http.GetStringAsync("/pinned");
                    await unit.SaveAsync(ct);
                    await http.GetStringAsync("/locking");
                    await unit.CommitAsync(ct);
                    await http.GetStringAsync("/after");
                }
                public async Task CarefulAsync(CancellationToken ct)
                {
                    await unit.BeginAsync(ct);
                    try
                    {
                        await unit.SaveAsync(ct);
                        await unit.CommitAsync(ct);
                    }
                    catch
                    {
                        await unit.RollbackAsync(ct);
                        throw;
                    }
                    await http.GetStringAsync("/after");
                }
            }
            """).FindTheSame("App.cs:6 PGTX103", "App.cs:8 PGTX101");

    [Fact]
    public Task A_wrapper_begins_in_its_constructor_and_ends_when_it_is_disposed() => new Projects()
        .With("Infra", """
            using Npgsql;
            public sealed class Unit : IAsyncDisposable
            {
                private readonly NpgsqlTransaction tx;
                public Unit(NpgsqlConnection conn) => tx = conn.BeginTransaction();
                public Task CommitAsync() => tx.CommitAsync();
                public ValueTask DisposeAsync() => tx.DisposeAsync();
            }
            """)
        .With("App", """
            using Npgsql;
            public class Orders(NpgsqlConnection conn, HttpClient http)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    await using (var unit = new Unit(conn))
                    {
                        await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn);
                        await insert.ExecuteNonQueryAsync(ct);
                        await http.GetStringAsync("/inside");
                        await unit.CommitAsync();
                        await http.GetStringAsync("/committed");
                    }
                    await http.GetStringAsync("/after");
                }
                public async Task TrialAsync(CancellationToken ct)
                {
                    await using (var unit = new Unit(conn))
                        await http.GetStringAsync("/inside");
                    await http.GetStringAsync("/after");
                }
            }
            """).FindTheSame("App.cs:10 PGTX101", "App.cs:19 PGTX103");

    [Fact]
    public Task Through_three_projects_and_a_scope() => new Projects()
        .With("Client", Client)
        .With("Service", "public class Billing(ChargeClient charges) { public async Task BillAsync(CancellationToken ct) { await Task.Yield(); await charges.ChargeAsync(ct); } }")
        .With("App", """
            using System.Transactions;
            using Npgsql;
            public class Orders(NpgsqlDataSource source, Billing billing)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
                    await billing.BillAsync(ct);
                    await using var conn = await source.OpenConnectionAsync(ct);
                    await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn);
                    await insert.ExecuteNonQueryAsync(ct);
                    await Task.WhenAll(billing.BillAsync(ct), Task.CompletedTask);
                    scope.Complete();
                }
            }
            """).FindTheSame("App.cs:12 PGTX101");

    [Fact]
    public Task A_base_class_of_another_project() => new Projects()
        .With("Infra", """
            using Npgsql;
            public abstract class Worker(NpgsqlConnection conn, HttpClient http)
            {
                protected NpgsqlConnection Connection { get; } = conn;
                protected async Task<NpgsqlTransaction> BeginAsync(CancellationToken ct) => await Connection.BeginTransactionAsync(ct);
                protected virtual Task NotifyAsync() => http.GetStringAsync("/");
                protected Task SleepAsync() => Task.Delay(100);
            }
            """)
        .With("App", """
            using Npgsql;
            public class Orders(NpgsqlConnection conn, HttpClient http) : Worker(conn, http)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    await using var tx = await BeginAsync(ct);
                    await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", Connection, tx);
                    await insert.ExecuteNonQueryAsync(ct);
                    await NotifyAsync();
                    await SleepAsync();
                    await tx.CommitAsync(ct);
                }
            }
            """).FindTheSame("App.cs:9 PGTX101", "App.cs:10 PGTX102");

    [Fact]
    public Task What_is_lazy_is_reached_where_it_is_enumerated() => new Projects()
        .With("Infra", """
            public class Pages(HttpClient http)
            {
                public async IAsyncEnumerable<string> ReadAsync()
                {
                    for (var i = 0; i < 3; i++)
                        yield return await http.GetStringAsync("/" + i);
                }
            }
            """)
        .With("App", """
            using Npgsql;
            public class Orders(NpgsqlConnection conn, Pages pages)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    var all = pages.ReadAsync();
                    await using var tx = await conn.BeginTransactionAsync(ct);
                    await foreach (var page in all)
                        Console.WriteLine(page);
                    await tx.CommitAsync(ct);
                }
            }
            """).FindTheSame("App.cs:8 PGTX103");
}
