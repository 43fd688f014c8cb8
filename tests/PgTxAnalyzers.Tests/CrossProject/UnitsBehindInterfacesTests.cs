using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>An application layer knows its unit of work by an interface, and what it calls meanwhile by another one: who sees both implementations knows what is held.</summary>
public class UnitsBehindInterfacesTests
{
    private const string Domain = """
        public interface IUnitOfWork
        {
            Task BeginTransactionAsync(CancellationToken ct);
            Task SaveAsync(CancellationToken ct);
            Task FlushAsync(CancellationToken ct);
            Task CommitAsync(CancellationToken ct);
            Task RollbackAsync(CancellationToken ct);
        }
        public interface IOrders { Task AddAsync(int id, CancellationToken ct); }
        public interface IGateway { Task ChargeAsync(int id, CancellationToken ct); }
        public interface IMapper { string Map(int id); }
        """;

    private const string Orders = """
        using Microsoft.EntityFrameworkCore;
        public class Order { public int Id { get; set; } }
        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }
        public sealed class EfOrders(ShopContext db) : IOrders { public async Task AddAsync(int id, CancellationToken ct) => await db.Orders.AddAsync(new Order { Id = id }, ct); }
        """;

    private const string Gateway = "\npublic sealed class HttpGateway(HttpClient http) : IGateway { public Task ChargeAsync(int id, CancellationToken ct) => http.GetStringAsync($\"/{id}\", ct); }";

    private const string ByFacade = """

        public sealed class EfUnitOfWork(ShopContext db) : IUnitOfWork
        {
            public Task BeginTransactionAsync(CancellationToken ct) => db.Database.BeginTransactionAsync(ct);
            public Task SaveAsync(CancellationToken ct) => db.SaveChangesAsync(ct);
            public async Task FlushAsync(CancellationToken ct) { await db.SaveChangesAsync(ct); await db.Database.CommitTransactionAsync(ct); }
            public Task CommitAsync(CancellationToken ct) => db.Database.CommitTransactionAsync(ct);
            public Task RollbackAsync(CancellationToken ct) => db.Database.RollbackTransactionAsync(ct);
        }
        """;

    private const string ByField = """

        public sealed class EfUnitOfWork(ShopContext db) : IUnitOfWork
        {
            private Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction? current;
            public async Task BeginTransactionAsync(CancellationToken ct) { if (current is null) current = await db.Database.BeginTransactionAsync(ct); }
            public Task SaveAsync(CancellationToken ct) => db.SaveChangesAsync(ct);
            public async Task FlushAsync(CancellationToken ct) { await db.SaveChangesAsync(ct); await current!.CommitAsync(ct); current = null; }
            public async Task CommitAsync(CancellationToken ct) { await current!.CommitAsync(ct); await current.DisposeAsync(); current = null; }
            public async Task RollbackAsync(CancellationToken ct) { await current!.RollbackAsync(ct); current = null; }
        }
        """;

    private const string Nothing = """

        public sealed class NoUnitOfWork : IUnitOfWork
        {
            public Task BeginTransactionAsync(CancellationToken ct) => Task.CompletedTask;
            public Task SaveAsync(CancellationToken ct) => Task.CompletedTask;
            public Task FlushAsync(CancellationToken ct) => Task.CompletedTask;
            public Task CommitAsync(CancellationToken ct) => Task.CompletedTask;
            public Task RollbackAsync(CancellationToken ct) => Task.CompletedTask;
        }
        """;

    private const string Usual = """
        await unit.BeginTransactionAsync(ct);
        try
        {
            await orders.AddAsync(id, ct);
            await unit.SaveAsync(ct);
            await gateway.ChargeAsync(id, ct);
            await unit.CommitAsync(ct);
        }
        catch
        {
            await unit.RollbackAsync(ct);
            throw;
        }
        """;

    private static string Service(string body) => $$"""
        public class OrderService(IUnitOfWork unit, IOrders orders, IGateway gateway, IMapper mapper)
        {
            public async Task PlaceAsync(int id, CancellationToken ct)
            {
                {{body}}
            }
            private Task StartAsync(CancellationToken ct) => unit.BeginTransactionAsync(ct);
            private async Task PayAsync(int id, CancellationToken ct) => await gateway.ChargeAsync(id, ct);
        }
        """;

    private static Projects Layers(string body, string infra = Orders + Gateway + ByFacade) => new Projects().With("Domain", Domain).With("App", Service(body)).With("Infra", infra);

    private static string Program(string registrations) =>
        $"using Microsoft.Extensions.DependencyInjection;\npublic static class Startup\n{{\n    public static void Add(IServiceCollection services)\n    {{\n        {registrations}\n    }}\n}}";

    /// <summary>What the implementation runs before it calls out counts: nobody else has sent a command.</summary>
    [Theory]
    [InlineData("await db.SaveChangesAsync(ct); await http.GetStringAsync($\"/{id}\", ct);", "PGTX101")]
    [InlineData("await http.GetStringAsync($\"/{id}\", ct); await db.SaveChangesAsync(ct);", "PGTX103")]
    public Task At_the_level_that_the_implementation_has_come_to(string body, string found) => Layers("await unit.BeginTransactionAsync(ct); await gateway.ChargeAsync(id, ct); await unit.CommitAsync(ct);",
        Orders + $"\npublic sealed class HttpGateway(ShopContext db, HttpClient http) : IGateway {{ public async Task ChargeAsync(int id, CancellationToken ct) {{ {body} }} }}" + ByFacade).FindTheSame("Infra.cs:5 " + found);

    [Theory]
    [InlineData(ByFacade)]
    [InlineData(ByField)]
    public async Task At_the_implementation_that_calls_out(string unit)
    {
        var found = await Layers(Usual, Orders + Gateway + unit).FindTheSame("Infra.cs:5 PGTX101");
        Assert.Equal(
            "The transaction that EfUnitOfWork.BeginTransactionAsync begins for OrderService.PlaceAsync (App.cs:10) stays idle in transaction while 'IGateway.ChargeAsync → HttpGateway.ChargeAsync → HttpClient.GetStringAsync (Infra.cs:5)' (an HTTP call) runs",
            found[0].GetMessage());
    }

    [Theory]
    [InlineData("await unit.BeginTransactionAsync(ct); await gateway.ChargeAsync(id, ct); await unit.SaveAsync(ct); await unit.CommitAsync(ct);", "Infra.cs:5 PGTX103")]
    [InlineData("await unit.BeginTransactionAsync(ct); await unit.SaveAsync(ct); System.Console.WriteLine(mapper.Map(id)); await gateway.ChargeAsync(id, ct); await unit.CommitAsync(ct);", "Infra.cs:5 PGTX101")]
    [InlineData("await StartAsync(ct); await unit.SaveAsync(ct); await PayAsync(id, ct); await unit.CommitAsync(ct);", "Infra.cs:5 PGTX101")]
    [InlineData("if (id > 0) await unit.BeginTransactionAsync(ct); await unit.SaveAsync(ct); await PayAsync(id, ct); if (id > 0) await unit.CommitAsync(ct);", "Infra.cs:5 PGTX101")]
    [InlineData("await unit.BeginTransactionAsync(ct); foreach (var n in new[] { 1, 2 }) { await orders.AddAsync(n, ct); await unit.SaveAsync(ct); await gateway.ChargeAsync(n, ct); } await unit.CommitAsync(ct);", "Infra.cs:5 PGTX101")]
    public Task In_the_order_of_the_calls(string body, string found) => Layers(body).FindTheSame(found);

    [Theory]
    [InlineData("await gateway.ChargeAsync(id, ct); await unit.BeginTransactionAsync(ct); await unit.SaveAsync(ct); await unit.CommitAsync(ct);")]
    [InlineData("await unit.BeginTransactionAsync(ct); await unit.SaveAsync(ct); await unit.CommitAsync(ct); await gateway.ChargeAsync(id, ct);")]
    [InlineData("await unit.BeginTransactionAsync(ct); await unit.FlushAsync(ct); await gateway.ChargeAsync(id, ct);")]
    [InlineData("await unit.BeginTransactionAsync(ct); try { await unit.SaveAsync(ct); await unit.CommitAsync(ct); } catch { await unit.RollbackAsync(ct); await gateway.ChargeAsync(-id, ct); throw; }")]
    [InlineData("await unit.BeginTransactionAsync(ct); var charged = gateway.ChargeAsync(id, ct); await unit.CommitAsync(ct); await charged;")]
    public async Task Silent_where_nothing_is_held(string body)
    {
        await Layers(body).FindTheSame();
        await Layers(body, Orders + Gateway + ByField).FindTheSame();
    }

    /// <summary>A begin that begins nothing, and a call that reaches nothing; or somebody whose implementation nobody sees.</summary>
    [Theory]
    [InlineData(Orders + Gateway + Nothing)]
    [InlineData(Orders + ByFacade + "\npublic sealed class NoGateway : IGateway { public Task ChargeAsync(int id, CancellationToken ct) => Task.CompletedTask; }")]
    [InlineData(Orders + ByFacade)]
    [InlineData(Orders + Gateway)]
    public Task Silent_where_an_implementation_does_nothing(string infra) => Layers(Usual, infra).FindTheSame();

    [Fact]
    public Task Silent_where_something_in_between_is_not_known() =>
        Layers(Usual, Orders.Replace(": IOrders", "") + Gateway + ByFacade).FindTheSame();

    [Fact]
    public Task Silent_where_the_call_is_suppressed() =>
        Layers(Usual.Replace("await gateway.ChargeAsync(id, ct);", "\n#pragma warning disable PGTX101, PGTX102\nawait gateway.ChargeAsync(id, ct);\n#pragma warning restore PGTX101, PGTX102\n")).FindTheSame();

    /// <summary>Each implementation in a project of its own: only the registrations see both.</summary>
    [Theory]
    [InlineData("services.AddScoped<IUnitOfWork, EfUnitOfWork>().AddScoped<IOrders, EfOrders>().AddScoped<IGateway, HttpGateway>();", "Api.cs:6 PGTX101")]
    [InlineData("services.AddScoped<IUnitOfWork, NoUnitOfWork>().AddScoped<IOrders, EfOrders>().AddScoped<IGateway, HttpGateway>();", "")]
    public Task At_a_registration(string registrations, string found) => new Projects().With("Domain", Domain).With("App", Service(Usual), ["Domain"])
        .With("Data", Orders + ByFacade + Nothing, ["Domain"]).With("Bank", Gateway, ["Domain"]).With("Api", Program(registrations)).FindTheSame(found.Length == 0 ? [] : [found]);

    [Fact]
    public Task Once_even_if_a_later_project_sees_both() =>
        Layers(Usual).With("Api", Program("services.AddScoped<IUnitOfWork, EfUnitOfWork>().AddScoped<IGateway, HttpGateway>();")).FindTheSame("Infra.cs:5 PGTX101");

    /// <summary>What the application calls itself has no implementation to stand at: the unit's has.</summary>
    [Fact]
    public async Task A_call_of_the_applications_own()
    {
        var found = await new Projects().With("Domain", Domain).With("App", """
            public class OrderService(IUnitOfWork unit, HttpClient http)
            {
                public async Task PlaceAsync(int id, CancellationToken ct)
                {
                    await unit.BeginTransactionAsync(ct);
                    await unit.SaveAsync(ct);
                    await http.GetStringAsync($"/{id}", ct);
                    await unit.CommitAsync(ct);
                }
            }
            """).With("Infra", Orders + ByFacade).FindTheSame("Infra.cs:7 PGTX101");
        Assert.Equal(
            "The transaction that EfUnitOfWork.BeginTransactionAsync begins for OrderService.PlaceAsync (App.cs:7) stays idle in transaction while 'HttpClient.GetStringAsync' (an HTTP call) runs",
            found[0].GetMessage());
    }

    private const string Handed = """
        public interface ITransaction : IAsyncDisposable { Task CommitAsync(CancellationToken ct); }
        public interface IUnits { Task<ITransaction> BeginTransactionAsync(CancellationToken ct); Task SaveAsync(CancellationToken ct); Task InTransactionAsync(Func<Task> work, CancellationToken ct); }
        public interface IGateway { Task ChargeAsync(int id, CancellationToken ct); }
        """;

    private const string Hands = """
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Storage;
        public sealed class HttpGateway(HttpClient http) : IGateway { public Task ChargeAsync(int id, CancellationToken ct) => http.GetStringAsync($"/{id}", ct); }
        public sealed class EfTransaction(IDbContextTransaction inner) : ITransaction
        {
            public Task CommitAsync(CancellationToken ct) => inner.CommitAsync(ct);
            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
        public sealed class EfUnits(DbContext db) : IUnits
        {
            public async Task<ITransaction> BeginTransactionAsync(CancellationToken ct) => new EfTransaction(await db.Database.BeginTransactionAsync(ct));
            public Task SaveAsync(CancellationToken ct) => db.SaveChangesAsync(ct);
            public async Task InTransactionAsync(Func<Task> work, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                await work();
                await tx.CommitAsync(ct);
            }
        }
        """;

    [Theory]
    [InlineData("await using var tx = await units.BeginTransactionAsync(ct); await units.SaveAsync(ct); await gateway.ChargeAsync(id, ct); await tx.CommitAsync(ct);", "Infra.cs:3 PGTX101")]
    [InlineData("await using var tx = await units.BeginTransactionAsync(ct); await units.SaveAsync(ct); await tx.CommitAsync(ct); await gateway.ChargeAsync(id, ct);", "")]
    [InlineData("await using (await units.BeginTransactionAsync(ct)) { await units.SaveAsync(ct); } await gateway.ChargeAsync(id, ct);", "")]
    [InlineData("await units.InTransactionAsync(async () => { await units.SaveAsync(ct); await gateway.ChargeAsync(id, ct); }, ct);", "Infra.cs:3 PGTX101")]
    [InlineData("await units.InTransactionAsync(() => gateway.ChargeAsync(id, ct), ct);", "Infra.cs:3 PGTX103")]
    [InlineData("await units.InTransactionAsync(async () => await units.SaveAsync(ct), ct); await gateway.ChargeAsync(id, ct);", "")]
    public Task A_transaction_that_is_handed_over(string body, string found) => new Projects().With("Domain", Handed).With("App", $$"""
        public class OrderService(IUnits units, IGateway gateway)
        {
            public async Task PlaceAsync(int id, CancellationToken ct) { {{body}} }
        }
        """).With("Infra", Hands).FindTheSame(found.Length == 0 ? [] : [found]);

    [Fact]
    public void The_text()
    {
        var text = new Projects().With("Domain", Domain).With("App", Service(Usual)).Exported(LooseEndsText.Key)!;
        const string Line =
            "U\tM:IUnitOfWork.BeginTransactionAsync(System.Threading.CancellationToken)\t\tM:IOrders.AddAsync(System.Int32,System.Threading.CancellationToken) M:IUnitOfWork.SaveAsync(System.Threading.CancellationToken)\tM:IGateway.ChargeAsync(System.Int32,System.Threading.CancellationToken)\t10\tApp.cs\tOrderService.PlaceAsync\tIGateway.ChargeAsync\n";
        Assert.Contains(Line, text);
        Assert.Equal(text, LooseEndsText.Write(LooseEndsText.Read(text)!));
        Assert.Null(LooseEndsText.Read(text.Replace("\t10\t", "\tten\t")));
        Assert.Null(LooseEndsText.Read(text.Replace("Async(System.Threading.CancellationToken)\t\t", "Async(System.Threading.CancellationToken)\tx\t")));
        Assert.Null(LooseEndsText.Read("1\nU\tM:A.B\t\t\tzz\t1\tA.cs\tA.B\tC\n"));
        Assert.NotNull(LooseEndsText.Read("1\nU\tM:A.B\t1\t\tcw\t1\tA.cs\tA.B\tC\n"));
    }

    private const string GivenDomain = """
        public interface IWork { IOrders Orders { get; } Task FlushAsync(CancellationToken ct); Task CommitAsync(CancellationToken ct); }
        public interface IOrders { Task AddAsync(int id, CancellationToken ct); }
        public interface IGateway { Task ChargeAsync(int id, CancellationToken ct); }
        """;

    private static string Given(string constructor) => $$"""
        using Dapper;
        using Npgsql;
        public sealed class SqlOrders(NpgsqlConnection connection) : IOrders { public Task AddAsync(int id, CancellationToken ct) => connection.ExecuteAsync("INSERT INTO orders (id) VALUES (@id)", new { id }); }
        public sealed class Work : IWork
        {
            private readonly NpgsqlConnection _connection;
            private NpgsqlTransaction _transaction = null!;
            public Work(NpgsqlConnection connection, IOrders orders) { _connection = connection; Orders = orders; {{constructor}} }
            public IOrders Orders { get; }
            public Task FlushAsync(CancellationToken ct) => _connection.ExecuteAsync("INSERT INTO log DEFAULT VALUES", transaction: _transaction);
            public Task CommitAsync(CancellationToken ct) => _transaction.CommitAsync(ct);
        }
        public sealed class HttpGateway(HttpClient http) : IGateway { public Task ChargeAsync(int id, CancellationToken ct) => http.GetStringAsync($"/{id}", ct); }
        """;

    /// <summary>Nothing in the application layer begins, and nothing begins for it when it is called: the unit has begun where it was made.</summary>
    /// <param name="body">What the service does with the unit that it was given.</param>
    /// <param name="constructor">What the unit's constructor does in the end.</param>
    /// <param name="found">Where.</param>
    [Theory]
    [InlineData("await work.FlushAsync(ct); await gateway.ChargeAsync(id, ct); await work.CommitAsync(ct);", "_connection.Open(); _transaction = _connection.BeginTransaction();", "Infra.cs:13 PGTX101")]
    [InlineData("await work.Orders.AddAsync(id, ct); await gateway.ChargeAsync(id, ct); await work.CommitAsync(ct);", "_connection.Open(); _transaction = _connection.BeginTransaction();", "Infra.cs:13 PGTX101")]
    [InlineData("await work.FlushAsync(ct); if (id > 0) { await gateway.ChargeAsync(id, ct); } else { await work.CommitAsync(ct); }", "_connection.Open(); _transaction = _connection.BeginTransaction();", "Infra.cs:13 PGTX101")]

    // Nothing has been sent, nothing is committed here, it is over, or it has not begun.
    [InlineData("await gateway.ChargeAsync(id, ct); await work.FlushAsync(ct); await work.CommitAsync(ct);", "_connection.Open(); _transaction = _connection.BeginTransaction();")]
    [InlineData("await work.FlushAsync(ct); await gateway.ChargeAsync(id, ct);", "_connection.Open(); _transaction = _connection.BeginTransaction();")]
    [InlineData("await work.FlushAsync(ct); await work.CommitAsync(ct); await gateway.ChargeAsync(id, ct);", "_connection.Open(); _transaction = _connection.BeginTransaction();")]
    [InlineData("await work.FlushAsync(ct); await gateway.ChargeAsync(id, ct); await work.CommitAsync(ct);", "")]
    [InlineData("await work.FlushAsync(ct); await gateway.ChargeAsync(id, ct); await work.CommitAsync(ct);", "if (orders is not null) { _connection.Open(); _transaction = _connection.BeginTransaction(); }")]
    public async Task A_unit_that_has_begun_where_it_was_made(string body, string constructor, params string[] found)
    {
        var findings = await new Projects { Rules = ["PGTX101", "PGTX103"] }.With("Domain", GivenDomain).With("App", $$"""
            public class OrderService(IWork work, IGateway gateway)
            {
                public async Task PlaceAsync(int id, CancellationToken ct)
                {
                    {{body}}
                }
            }
            """).With("Infra", Given(constructor)).FindTheSame(found);
        Assert.All(findings, f => Assert.StartsWith("The transaction that Work has held since it was made, in OrderService.PlaceAsync (App.cs:5), stays idle in transaction while 'IGateway.ChargeAsync → HttpGateway.ChargeAsync", f.GetMessage(), StringComparison.Ordinal));
    }

    /// <summary>Each of them is mended by itself.</summary>
    [Fact]
    public async Task In_many_services()
    {
        var services = string.Concat(Enumerable.Range(1, 6).Select(n => Service(Usual).Replace("OrderService", "Service" + n, StringComparison.Ordinal) + "\n"));
        var found = await new Projects { Rules = ["PGTX101"] }.With("Domain", Domain).With("App", services).With("Infra", Orders + Gateway + ByFacade).FindTheSame([.. Enumerable.Repeat("Infra.cs:5 PGTX101", 6)]);
        Assert.Equal(6, found.Select(f => f.GetMessage()).Distinct().Count());
    }
}
