using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Objects and connections that come out of methods of the project's own: which ones they are, and of which class.</summary>
public sealed class FactoryTests
{
    [Theory]
    [InlineData("On(tx)", "private static NpgsqlConnection On(NpgsqlTransaction tx) => tx.Connection!;")]
    [InlineData("tx.Own()", "")]
    [InlineData("On(tx)", "private static NpgsqlConnection On(System.Data.IDbTransaction tx) { var own = tx.Connection as NpgsqlConnection; if (own == null) throw new InvalidOperationException(); return own; }")]
    [InlineData("On(conn)", "private static NpgsqlConnection On(NpgsqlConnection conn) => conn;")]
    [InlineData("On(ct: default, conn: conn)", "private static NpgsqlConnection On(NpgsqlConnection conn, CancellationToken ct) { ct.ThrowIfCancellationRequested(); return conn; }")]
    [InlineData("await OnAsync(conn)", "private static Task<NpgsqlConnection> OnAsync(NpgsqlConnection conn) => Task.FromResult(conn);")]
    [InlineData("new Session(conn).Connection()", "private sealed class Session(NpgsqlConnection conn) { public NpgsqlConnection Connection() => conn; }")]
    [InlineData("new Session(conn).Own", "private sealed class Session(NpgsqlConnection conn) { public NpgsqlConnection Own => conn; }")]
    [InlineData("new Session(conn).Own", "private sealed class Session { private readonly NpgsqlConnection _conn; public Session(NpgsqlConnection conn) => _conn = conn; public NpgsqlConnection Own { get { return _conn; } } }")]
    public Task A_connection_that_a_helper_hands_out_is_that_one(string connection, string helper) => TestCode.Of($$"""
        using Dapper;
        using Npgsql;
        public static class Extensions
        {
            public static NpgsqlConnection Own(this NpgsqlTransaction tx) => tx.Connection!;
        }

        public class Post(NpgsqlDataSource source, HttpClient http)
        {
            public async Task Send()
            {
                await using var conn = await source.OpenConnectionAsync();
                await using var tx = await conn.BeginTransactionAsync();
                await ({{connection}}).ExecuteAsync("UPDATE letters SET sent = true");
                await http.GetAsync("/"); // expect: PGTX101
                await tx.CommitAsync();
            }

            {{helper}}
        }
        """).Counting("PGTX101", "PGTX103", "PGTX105").HasMarkedFindings();

    /// <summary>Nothing has to be known of the object: its property hands out what its begin has begun on.</summary>
    [Theory]
    [InlineData("Work")]
    [InlineData("IWork")]
    public Task A_unit_of_work_hands_out_its_context(string type) => TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Storage;
        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options) { public DbSet<Order> Orders => Set<Order>(); }
        public class Order { public int Id { get; set; } }
        public interface IWork { ShopContext Db { get; } Task BeginAsync(); Task SaveAsync(); }
        public sealed class Work(ShopContext db) : IWork
        {
            private IDbContextTransaction? transaction;
            public ShopContext Db => db;
            public async Task BeginAsync() => transaction = await db.Database.BeginTransactionAsync();
            public async Task SaveAsync() { await db.SaveChangesAsync(); await transaction!.CommitAsync(); }
        }

        public class Post({{type}} work, HttpClient http)
        {
            public async Task Send()
            {
                await work.BeginAsync();
                await work.Db.Orders.CountAsync();
                await http.GetAsync("/"); // expect: PGTX101
                await work.SaveAsync();
            }
        }
        """).Counting("PGTX101", "PGTX103", "PGTX105").HasMarkedFindings();

    [Theory]
    [InlineData("New(source)", "private static NpgsqlConnection New(NpgsqlDataSource source) => source.OpenConnection();")]
    [InlineData("new Session(source).New", "private sealed class Session(NpgsqlDataSource source) { public NpgsqlConnection New => source.OpenConnection(); }")]
    [InlineData("new Session(second).Own", "private sealed class Session(NpgsqlConnection conn) { public NpgsqlConnection Own => conn; }")]
    [InlineData("Other(first, second)", "private static NpgsqlConnection Other(NpgsqlConnection a, NpgsqlConnection b) => b;")]
    public Task Another_connection_stays_another_one(string connection, string helper) => TestCode.Of($$"""
        using Dapper;
        using Npgsql;
        public class Post(NpgsqlDataSource source, HttpClient http)
        {
            public async Task Send()
            {
                await using var second = await source.OpenConnectionAsync();
                await using var first = await source.OpenConnectionAsync();
                await using var tx = await first.BeginTransactionAsync();
                await {{connection}}.ExecuteAsync("UPDATE letters SET sent = true");
                await http.GetAsync("/"); // expect: PGTX103
                await tx.CommitAsync();
            }

            {{helper}}
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    [Theory]
    [InlineData("private NpgsqlConnection Connection() => connection ??= source.OpenConnection();")]
    [InlineData("private NpgsqlConnection Connection() { if (connection is null) { connection = new NpgsqlConnection(\"\"); connection.Open(); } return connection; }")]
    public Task A_connection_that_is_opened_at_first_use(string helper) => TestCode.Of($$"""
        using Dapper;
        using Npgsql;
        public sealed class Rows(NpgsqlConnection connection)
        {
            public Task DeleteAsync() => connection.ExecuteAsync("DELETE FROM parcels");
        }

        public sealed class Shelf(NpgsqlDataSource source) : IDisposable
        {
            private NpgsqlConnection? connection;
            private NpgsqlTransaction? transaction;
            {{helper}}
            public Rows Parcels() => new Rows(Connection());
            public void Begin() => transaction = Connection().BeginTransaction();
            public void Commit() => transaction!.Commit();
            public void Dispose() { transaction?.Dispose(); connection?.Dispose(); }
        }

        public class Sender(Shelf shelf, HttpClient http)
        {
            public async Task Send()
            {
                shelf.Begin();
                await shelf.Parcels().DeleteAsync();
                await http.GetAsync("/"); // expect: PGTX101
                shelf.Commit();
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    /// <summary>The class that a factory makes, where its declaration says an interface.</summary>
    [Theory]
    [InlineData("Plain", "private static IDrawer Make(NpgsqlDataSource source) => new PlainDrawer(source);", false)]
    [InlineData("Plain", "private static IDrawer Make(NpgsqlDataSource source) { if (source is null) { throw new ArgumentNullException(); } return new PlainDrawer(source); }", false)]
    [InlineData("Locking", "private static IDrawer Make(NpgsqlDataSource source) => new LockingDrawer(source);", true)]
    [InlineData("Either", "private static IDrawer Make(NpgsqlDataSource source) { if (source.ConnectionString == \"\") { return new PlainDrawer(source); } return new LockingDrawer(source); }", true)]
    public Task The_class_that_a_factory_makes(string made, string factory, bool waits) => TestCode.Of($$"""
        using Npgsql;
        public interface IDrawer { Task<NpgsqlConnection> PullAsync(); }

        public sealed class LockingDrawer(NpgsqlDataSource source) : IDrawer
        {
            public async Task<NpgsqlConnection> PullAsync()
            {
                var c = await source.OpenConnectionAsync();
                await c.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("SELECT id FROM drawers FOR UPDATE", c);
                await command.ExecuteNonQueryAsync();
                return c;
            }
        }

        public sealed class PlainDrawer(NpgsqlDataSource source) : IDrawer
        {
            public async Task<NpgsqlConnection> PullAsync() => await source.OpenConnectionAsync();
        }

        public class {{made}}Clerk(NpgsqlDataSource source)
        {
            {{factory}}

            public async Task Work()
            {
                var drawer = Make(source);
                var connection = await drawer.PullAsync();
                await Task.Delay(1000);{{(waits ? " // expect: PGTX102" : "")}}
                await connection.DisposeAsync();
            }
        }
        """).Counting("PGTX102").HasMarkedFindings();

    /// <summary>What a factory is given is what the object works with: its end ends what was begun through the object.</summary>
    [Theory]
    [InlineData("factory.Create(work)", false)]
    [InlineData("new Builder(work)", false)]
    [InlineData("factory.Create(other)", true)]
    public Task An_argument_that_goes_through_a_factory(string builder, bool waits) => TestCode.Of($$"""
        using Dapper;
        using Npgsql;
        public sealed class Work(NpgsqlDataSource source)
        {
            private NpgsqlConnection? connection;
            private NpgsqlTransaction? transaction;
            private NpgsqlTransaction Begun() { connection ??= source.OpenConnection(); return transaction ??= connection.BeginTransaction(); }
            public Task Insert(int id) { var tx = Begun(); return tx.Connection!.ExecuteAsync("INSERT INTO claims VALUES (@id)", new { id }, tx); }
            public void Commit() { if (transaction == null) return; transaction.Commit(); transaction.Dispose(); transaction = null; }
            public void Rollback() { if (transaction == null) return; transaction.Rollback(); transaction.Dispose(); transaction = null; }
        }

        public interface IFactory { Builder Create(Work work); }
        public sealed class Factory : IFactory { public Builder Create(Work work) => new Builder(work); }
        public sealed class Builder(Work work) { public Task Claim(int id) => work.Insert(id); }

        public class Handler(Work work, Work other, IFactory factory)
        {
            public async Task Handle(int id, CancellationToken ct)
            {
                try
                {
                    var builder = {{builder}};
                    await builder.Claim(id);
                    work.Commit();
                    other.Commit();
                }
                catch (TimeoutException)
                {
                    work.Rollback();
                    await Task.Delay(1000, ct);{{(waits ? " // expect: PGTX102" : "")}}
                    other.Rollback();
                    throw;
                }
            }
        }
        """).Counting("PGTX102").HasMarkedFindings();
}
