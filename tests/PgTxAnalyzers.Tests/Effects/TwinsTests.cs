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
}
