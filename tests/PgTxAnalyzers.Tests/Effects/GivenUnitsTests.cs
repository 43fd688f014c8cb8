using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Units of work that begin in their constructor, and that a container hands to whoever needs one: what a body commits was open until then.</summary>
public sealed class GivenUnitsTests
{
    private const string Context = """
        using Dapper;
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Storage;
        using Npgsql;

        public sealed class Order { public int Id { get; set; } }
        public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }

        """;

    private const string Unit = Context + """
        public interface IWork { ShopContext Db { get; } Task AddAsync(); Task SaveAsync(); }

        public sealed class Work : IWork, IDisposable
        {
            private readonly ShopContext _db;
            private readonly IDbContextTransaction _transaction;
            public Work(ShopContext db) { _db = db; _transaction = db.Database.BeginTransaction(); }
            public ShopContext Db => _db;
            public async Task AddAsync() { _db.Orders.Add(new Order()); await _db.SaveChangesAsync(); }
            public async Task SaveAsync() { await _db.SaveChangesAsync(); await _transaction.CommitAsync(); }
            public void Dispose() => _transaction.Dispose();
        }

        """;

    private const string Call = "await http.GetStringAsync(\"https://a\");";

    /// <param name="before">What a service does with the unit that it was given, before its HTTP call.</param>
    /// <param name="after">And behind it.</param>
    /// <param name="isHeld">The transaction is surely open meanwhile.</param>
    [Theory]
    [InlineData("await work.AddAsync();", "await work.SaveAsync();", true)]
    [InlineData("await work.Db.Orders.CountAsync();", "await work.SaveAsync();", true)]
    [InlineData("await work.AddAsync();", "await FinishAsync();", true)]
    [InlineData("await work.AddAsync();", "if (DateTime.Now.Hour < 2) await work.SaveAsync();", true)]

    // Npgsql sends BEGIN with the first statement: nothing is open before that.
    [InlineData("", "await work.AddAsync(); await work.SaveAsync();", false)]
    [InlineData("await work.AddAsync(); await work.SaveAsync();", "", false)]

    // The caller may have committed before.
    [InlineData("await work.AddAsync();", "", false)]
    public async Task A_service_commits_what_it_was_given(string before, string after, bool isHeld)
    {
        foreach (var type in new[] { "Work", "IWork" })
        {
            foreach (var head in new[]
            {
                $"public sealed class Service({type} work, HttpClient http) {{",
                $"public sealed class Service {{ private readonly {type} work; private readonly HttpClient http; public Service({type} work, HttpClient http) {{ this.work = work; this.http = http; }}",
                $"public sealed class Service {{ private {type} work; private readonly HttpClient http; public Service({type} given, HttpClient http) {{ work = given; this.http = http; }}",
                $"public abstract class Base({type} given) {{ protected {type} work {{ get; }} = given; }} public sealed class Service({type} own, HttpClient http) : Base(own) {{",
            })
            {
                await TestCode.Of(Unit + $$"""
                    {{head}}
                        public async Task RunAsync()
                        {
                            {{before}}
                            {{Call}}{{(isHeld ? " // expect: PGTX101" : "")}}
                            {{after}}
                        }

                        private Task FinishAsync() => work.SaveAsync();
                    }
                    """).Counting("PGTX101", "PGTX102", "PGTX103", "PGTX105", "PGTX703", "PGTX704").HasMarkedFindings();
            }
        }
    }

    /// <summary>The usual one over Dapper: it commits and begins again, and hands out repositories on its transaction.</summary>
    [Fact]
    public Task A_unit_that_begins_again_behind_its_commit() => TestCode.Of(Context + $$"""
        public sealed class Orders(System.Data.IDbTransaction transaction)
        {
            public void Add(int id) => transaction.Connection!.Execute("INSERT INTO orders (id) VALUES (@id)", new { id }, transaction);
        }

        public sealed class Work : IDisposable
        {
            private System.Data.IDbConnection _connection;
            private System.Data.IDbTransaction _transaction;
            private Orders? _orders;
            public Work(string text) { _connection = new NpgsqlConnection(text); _connection.Open(); _transaction = _connection.BeginTransaction(); }
            public Orders Orders => _orders ??= new Orders(_transaction);

            public void Commit()
            {
                try { _transaction.Commit(); }
                catch { _transaction.Rollback(); throw; }
                finally { _transaction.Dispose(); _transaction = _connection.BeginTransaction(); _orders = null; }
            }

            public void Dispose() { _transaction?.Dispose(); _connection?.Dispose(); }
        }

        public sealed class Service(Work work, HttpClient http)
        {
            public async Task RunAsync()
            {
                work.Orders.Add(1);
                {{Call}} // expect: PGTX101
                work.Commit();
                {{Call}}
            }
        }
        """).Counting("PGTX101", "PGTX102", "PGTX105", "PGTX703", "PGTX704").HasMarkedFindings();

    /// <summary>Which constructor the container takes does not matter, where each of them begins.</summary>
    [Fact]
    public Task A_unit_with_two_constructors() => TestCode.Of(Context + $$"""
        public sealed class Work
        {
            private NpgsqlConnection _connection = null!;
            private NpgsqlTransaction _transaction = null!;
            public Work() => Begin("Host=a");
            public Work(string text) => Begin(text);
            private void Begin(string text) { _connection = new NpgsqlConnection(text); _connection.Open(); _transaction = _connection.BeginTransaction(); }
            public Task AddAsync() => _connection.ExecuteAsync("INSERT INTO orders (id) VALUES (1)", transaction: _transaction);
            public void Commit() => _transaction.Commit();
        }

        public sealed class Service(Work work, HttpClient http)
        {
            public async Task RunAsync()
            {
                await work.AddAsync();
                {{Call}} // expect: PGTX101
                work.Commit();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>Its transaction is in nobody's field, but its context knows it.</summary>
    [Fact]
    public Task A_unit_that_ends_by_its_context() => TestCode.Of(Context + $$"""
        public sealed class Work
        {
            private readonly ShopContext _db;
            public Work(ShopContext db) { _db = db; _db.Database.BeginTransaction(); }
            public Task CommitAsync() => _db.Database.CommitTransactionAsync();
        }

        public sealed class Service(Work work, ShopContext db, HttpClient http)
        {
            public async Task RunAsync()
            {
                await db.SaveChangesAsync();
                {{Call}} // expect: PGTX101
                await work.CommitAsync();
                {{Call}}
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>The container begins, and gives the transaction to the unit and to the repositories.</summary>
    /// <param name="unit">How the unit keeps it.</param>
    [Theory]
    [InlineData("public sealed class Work : IDisposable { private readonly System.Data.IDbTransaction _transaction; public Work(System.Data.IDbTransaction transaction, Orders orders) { _transaction = transaction; Orders = orders; } public Orders Orders { get; } ")]
    [InlineData("public sealed class Work(System.Data.IDbTransaction _transaction, Orders orders) : IDisposable { public Orders Orders => orders; ")]
    [InlineData("public sealed class Work(System.Data.IDbTransaction transaction, Orders orders) : IDisposable { private readonly System.Data.IDbTransaction _transaction = transaction; public Orders Orders { get; } = orders; ")]
    public Task A_transaction_that_a_container_begins(string unit) => TestCode.Of(Context + $$"""
        public sealed class Orders
        {
            private readonly NpgsqlConnection _connection;
            private readonly System.Data.IDbTransaction _transaction;
            public Orders(NpgsqlConnection connection, System.Data.IDbTransaction transaction) { _connection = connection; _transaction = transaction; }
            public Task AddAsync(int id) => _connection.ExecuteAsync("INSERT INTO orders (id) VALUES (@id)", new { id }, _transaction);
        }

        {{unit}}
            public void Commit() { try { _transaction.Commit(); } catch { _transaction.Rollback(); } }
            public void Dispose() { _transaction.Connection?.Close(); _transaction.Connection?.Dispose(); _transaction.Dispose(); }
        }

        public sealed class Service(Work work, HttpClient http)
        {
            public async Task RunAsync()
            {
                await work.Orders.AddAsync(1);
                {{Call}} // expect: PGTX101
                work.Commit();
                {{Call}}
            }

            public async Task AskAsync() { await work.Orders.AddAsync(1); {{Call}} }
        }
        """).Counting("PGTX101", "PGTX102", "PGTX103", "PGTX105").HasMarkedFindings();

    /// <summary>What the unit itself does before it commits is told once, there.</summary>
    [Theory]
    [InlineData("IDbContextTransaction transaction", "transaction")]
    [InlineData("ShopContext db", "db.Database.BeginTransaction()")]
    public Task A_unit_that_calls_out_before_it_commits(string parameter, string transaction) => TestCode.Of(Context + $$"""
        public sealed class Work
        {
            private readonly ShopContext _db;
            private readonly IDbContextTransaction _transaction;
            private readonly HttpClient http;
            public Work(ShopContext context, HttpClient http, {{parameter}}) { _db = context; this.http = http; _transaction = {{transaction}}; }

            public async Task AddAsync() { await _db.SaveChangesAsync(); }
            public async Task NotifyAsync() { {{Call}} }

            public async Task SaveAsync()
            {
                await _db.SaveChangesAsync();
                {{Call}} // expect: PGTX101
                await _transaction.CommitAsync();
            }
        }

        public sealed class Service(Work work)
        {
            public async Task RunAsync() { await work.AddAsync(); await work.SaveAsync(); }

            public async Task NotifyAsync()
            {
                await work.AddAsync();
                await work.NotifyAsync(); // expect: PGTX101
                await work.SaveAsync();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>The base class begins for all of them.</summary>
    /// <param name="more">What else there is.</param>
    /// <param name="isHeld">Nobody in sight makes the unit.</param>
    [Theory]
    [InlineData("", true)]
    [InlineData("public sealed class Job(ShopContext db) { public async Task RunAsync() { var work = new OrderWork(db); await work.SaveAsync(); } }", false)]
    public Task A_unit_that_derives_from_one(string more, bool isHeld) => TestCode.Of(Context + $$"""
        public abstract class Work<T> where T : DbContext
        {
            private readonly T _db;
            private readonly IDbContextTransaction _transaction;
            protected Work(T db) { _db = db; _transaction = db.Database.BeginTransaction(); }
            public async Task SaveAsync() { await _db.SaveChangesAsync(); await _transaction.CommitAsync(); }
        }

        public interface IOrderWork { Task AddAsync(); Task SaveAsync(); }

        public sealed class OrderWork : Work<ShopContext>, IOrderWork
        {
            private readonly ShopContext _orders;
            public OrderWork(ShopContext db) : base(db) => _orders = db;
            public Task AddAsync() { _orders.Orders.Add(new Order()); return _orders.SaveChangesAsync(); }
        }

        {{more}}

        public sealed class Service(IOrderWork work, HttpClient http)
        {
            public async Task RunAsync()
            {
                await work.AddAsync();
                {{Call}}{{(isHeld ? " // expect: PGTX101" : "")}}
                await work.SaveAsync();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>What is made in sight is known there, and told once.</summary>
    [Fact]
    public Task A_unit_that_a_body_makes() => TestCode.Of(Unit + $$"""
        public sealed class Service(Work work, HttpClient http)
        {
            public async Task RunAsync() { await work.AddAsync(); {{Call}} await work.SaveAsync(); }
        }

        public sealed class Job(ShopContext db, HttpClient http)
        {
            public async Task RunAsync()
            {
                using var work = new Work(db);
                await new Service(work, http).RunAsync(); // expect: PGTX101
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Theory]
    [InlineData("public sealed class Setup { public object Make(ShopContext db) { Func<Work> make = () => new Work(db); return make; } }")]
    [InlineData("public sealed class Owner { private readonly Work _work; public Owner(ShopContext db) => _work = new(db); }")]
    public Task A_unit_that_is_made_for_a_container_or_for_oneself(string more) => TestCode.Of(Unit + more + $$"""
        public sealed class Service(Work work, HttpClient http)
        {
            public async Task RunAsync()
            {
                await work.AddAsync();
                {{Call}} // expect: PGTX101
                await work.SaveAsync();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <param name="unit">A class of which nobody can say that an object of it has begun.</param>
    [Theory]
    [InlineData("public sealed class Other : IWork { public ShopContext Db => null!; public Task AddAsync() => Task.CompletedTask; public Task SaveAsync() => Task.CompletedTask; }", "IWork work")]
    [InlineData("public sealed class Late { private readonly ShopContext _db; private IDbContextTransaction? _t; public Late(ShopContext db, bool begin) { _db = db; if (begin) _t = db.Database.BeginTransaction(); } public Task AddAsync() => _db.SaveChangesAsync(); public Task SaveAsync() => _t?.CommitAsync() ?? Task.CompletedTask; }", "Late work")]
    [InlineData("public sealed class Two { private readonly ShopContext _db; private IDbContextTransaction? _t; public Two(ShopContext db) { _db = db; _t = db.Database.BeginTransaction(); } public Two(ShopContext db, int _) { _db = db; } public Task AddAsync() => _db.SaveChangesAsync(); public Task SaveAsync() => _t!.CommitAsync(); }", "Two work")]
    public Task Nobody_can_say_that_it_has_begun(string unit, string parameters) => TestCode.Of(Unit + unit + $$"""
        public sealed class Service({{parameters}}, HttpClient http)
        {
            public async Task RunAsync()
            {
                await work.AddAsync();
                {{Call}}
                await work.SaveAsync();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>Two of one class: nobody can say whether they are one.</summary>
    [Fact]
    public Task Two_units_of_one_class() => TestCode.Of(Unit + $$"""
        public sealed class Service(Work work, Work other, HttpClient http)
        {
            public async Task RunAsync()
            {
                await work.AddAsync();
                {{Call}}
                await work.SaveAsync();
                await other.SaveAsync();
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>A behavior of a mediator commits what the handlers behind it did.</summary>
    [Fact]
    public Task A_behavior_that_commits() => TestCode.Of(Unit + $$"""
        public sealed record PlaceOrder : MediatR.IRequest<int>;

        public sealed class Committing<TRequest, TResponse>(IWork work) : MediatR.IPipelineBehavior<TRequest, TResponse> where TRequest : notnull
        {
            public async Task<TResponse> Handle(TRequest request, MediatR.RequestHandlerDelegate<TResponse> next, CancellationToken ct)
            {
                var response = await next(); // expect: PGTX106
                await work.SaveAsync();
                return response;
            }
        }
        """).Counting("PGTX101", "PGTX106").HasMarkedFindings();

    [Fact]
    public async Task The_message_names_the_unit_and_where_it_begins()
    {
        var found = await TestCode.Of(Unit + $$"""
            public sealed class Service(IWork work, HttpClient http)
            {
                public async Task RunAsync() { await work.AddAsync(); {{Call}} await work.SaveAsync(); }
            }
            """).Findings();
        Assert.Contains(found, f => f.GetMessage().StartsWith("The transaction that Work has held since it was made (begun at line 14) stays idle in transaction, holding the row locks of SaveChangesAsync (line 16), while", StringComparison.Ordinal));
    }
}
