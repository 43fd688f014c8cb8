using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules;

/// <summary>
/// Finding and fix together: the analyzers report, the fix is applied, and the analyzers look again. The finding has to be gone, nothing new may
/// have come, and what is left to fix must not be the same again.
/// </summary>
public sealed class FoundAndFixedTests
{
    [Fact]
    public async Task PGTX101_moves_in_front_of_the_opening() => await Fixed("PGTX101", "PGTX101.MoveBefore", """
        public async Task PlaceAsync(Guid orderId, string country, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE carts SET closed = true WHERE order_id = @orderId", new { orderId }, transaction);

            // The rate of the day.
            var rate = await tax.RateAsync(country, ct); // fix: PGTX101
            await connection.ExecuteAsync("INSERT INTO orders (id, tax) VALUES (@orderId, @rate)", new { orderId, rate }, transaction);
            await transaction.CommitAsync(ct);
        }
        """, """
        public async Task PlaceAsync(Guid orderId, string country, CancellationToken ct)
        {
            // The rate of the day.
            var rate = await tax.RateAsync(country, ct);

            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE carts SET closed = true WHERE order_id = @orderId", new { orderId }, transaction);
            await connection.ExecuteAsync("INSERT INTO orders (id, tax) VALUES (@orderId, @rate)", new { orderId, rate }, transaction);
            await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task PGTX101_moves_behind_the_commit_of_EF() => await Fixed("PGTX101", "PGTX101.MoveAfterCommit", """
        public async Task ShipAsync(int id, CancellationToken ct)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Orders.Where(o => o.Id == id).ExecuteUpdateAsync(s => s.SetProperty(o => o.State, "shipped"), ct);
            await mailer.SendAsync(id, ct); // fix: PGTX101
            await db.Holds.Where(h => h.OrderId == id).ExecuteDeleteAsync(ct);
            await transaction.CommitAsync(ct);
        }
        """, """
        public async Task ShipAsync(int id, CancellationToken ct)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Orders.Where(o => o.Id == id).ExecuteUpdateAsync(s => s.SetProperty(o => o.State, "shipped"), ct);
            await db.Holds.Where(h => h.OrderId == id).ExecuteDeleteAsync(ct);
            await transaction.CommitAsync(ct);
            await mailer.SendAsync(id, ct);
        }
        """);

    [Fact]
    public async Task PGTX101_moves_behind_the_release_of_an_own_connection() => await Fixed("PGTX101", "PGTX101.MoveAfterCommit", """
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE invoices SET paid = true WHERE id = @id", new { id }, transaction);
            await mailer.SendAsync(id, ct); // fix: PGTX101
            await transaction.CommitAsync(ct);
        }
        """, """
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                await connection.ExecuteAsync("UPDATE invoices SET paid = true WHERE id = @id", new { id }, transaction);
                await transaction.CommitAsync(ct);
            }

            await mailer.SendAsync(id, ct);
        }
        """);

    [Fact]
    public async Task PGTX101_moves_out_of_a_scope() => await Fixed("PGTX101", "PGTX101.MoveAfterCommit", """
        public async Task PayAsync(int id, CancellationToken ct)
        {
            using var scope = new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled);
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await connection.ExecuteAsync("UPDATE invoices SET paid = true WHERE id = @id", new { id });
            await mailer.SendAsync(id, ct); // fix: PGTX101
            scope.Complete();
        }
        """, """
        public async Task PayAsync(int id, CancellationToken ct)
        {
            using (var scope = new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled))
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("UPDATE invoices SET paid = true WHERE id = @id", new { id });
                scope.Complete();
            }

            await mailer.SendAsync(id, ct);
        }
        """);

    [Fact]
    public async Task PGTX103_begins_where_the_transaction_is_first_used() => await FixedAll("PGTX103", "PGTX103.MoveBeginDown", """
        public async Task QuoteAsync(Guid orderId, string country, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            var rate = await tax.RateAsync(country, ct);
            await connection.ExecuteAsync("INSERT INTO quotes (order_id, tax) VALUES (@orderId, @rate)", new { orderId, rate }, transaction);
            await transaction.CommitAsync(ct);
        }

        public async Task TwiceAsync(Guid orderId, string country, CancellationToken ct)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var rate = await tax.RateAsync(country, ct);
            var other = await tax.RateAsync(country + "2", ct);
            await db.Database.ExecuteSqlAsync($"INSERT INTO quotes (order_id, tax) VALUES ({orderId}, {rate + other})", ct);
            await transaction.CommitAsync(ct);
        }
        """, """
        public async Task QuoteAsync(Guid orderId, string country, CancellationToken ct)
        {
            var rate = await tax.RateAsync(country, ct);
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("INSERT INTO quotes (order_id, tax) VALUES (@orderId, @rate)", new { orderId, rate }, transaction);
            await transaction.CommitAsync(ct);
        }

        public async Task TwiceAsync(Guid orderId, string country, CancellationToken ct)
        {
            var rate = await tax.RateAsync(country, ct);
            var other = await tax.RateAsync(country + "2", ct);
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Database.ExecuteSqlAsync($"INSERT INTO quotes (order_id, tax) VALUES ({orderId}, {rate + other})", ct);
            await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task PGTX701_lets_the_scopes_flow() => await FixedAll("PGTX701", "PGTX701.AddAsyncFlow", """
        public async Task MoveAsync(int from, int to, CancellationToken ct)
        {
            using var scope = new TransactionScope();
            await db.Holds.Where(h => h.OrderId == from).ExecuteUpdateAsync(s => s.SetProperty(h => h.OrderId, to), ct);
            scope.Complete();
        }

        public async Task DropAsync(int orderId, CancellationToken ct)
        {
            using var scope = new TransactionScope(TransactionScopeOption.RequiresNew, ReadCommitted);
            await db.Holds.Where(h => h.OrderId == orderId).ExecuteDeleteAsync(ct);
            scope.Complete();
        }
        """, """
        public async Task MoveAsync(int from, int to, CancellationToken ct)
        {
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await db.Holds.Where(h => h.OrderId == from).ExecuteUpdateAsync(s => s.SetProperty(h => h.OrderId, to), ct);
            scope.Complete();
        }

        public async Task DropAsync(int orderId, CancellationToken ct)
        {
            using var scope = new TransactionScope(TransactionScopeOption.RequiresNew, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled);
            await db.Holds.Where(h => h.OrderId == orderId).ExecuteDeleteAsync(ct);
            scope.Complete();
        }
        """);

    [Fact]
    public async Task PGTX701_lets_nested_scopes_flow() => await FixedAll("PGTX701", "PGTX701.AddAsyncFlow", """
        public async Task MoveAsync(int from, int to, CancellationToken ct)
        {
            using (var outer = new TransactionScope())
            {
                await db.Holds.Where(h => h.OrderId == from).ExecuteUpdateAsync(s => s.SetProperty(h => h.OrderId, to), ct);
                using (var inner = new TransactionScope(TransactionScopeOption.RequiresNew))
                {
                    await db.Holds.Where(h => h.OrderId == to).ExecuteDeleteAsync(ct);
                    inner.Complete();
                }

                outer.Complete();
            }
        }
        """, """
        public async Task MoveAsync(int from, int to, CancellationToken ct)
        {
            using (var outer = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await db.Holds.Where(h => h.OrderId == from).ExecuteUpdateAsync(s => s.SetProperty(h => h.OrderId, to), ct);
                using (var inner = new TransactionScope(TransactionScopeOption.RequiresNew, TransactionScopeAsyncFlowOption.Enabled))
                {
                    await db.Holds.Where(h => h.OrderId == to).ExecuteDeleteAsync(ct);
                    inner.Complete();
                }

                outer.Complete();
            }
        }
        """);

    [Fact]
    public async Task PGTX103_begins_later_in_regions_that_follow_each_other_and_share_calls() => await FixedAll("PGTX103", "PGTX103.MoveBeginDown", """
        public async Task TwiceAsync(Guid orderId, string country, CancellationToken ct)
        {
            await using (var transaction = await db.Database.BeginTransactionAsync(ct))
            {
                var rate = await tax.RateAsync(country, ct);
                var other = await tax.RateAsync(country + "2", ct);
                await db.Database.ExecuteSqlAsync($"INSERT INTO quotes (order_id, tax) VALUES ({orderId}, {rate + other})", ct);
                await transaction.CommitAsync(ct);
            }

            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var second = await connection.BeginTransactionAsync(ct);
            var third = await tax.RateAsync(country + "3", ct);
            await connection.ExecuteAsync("INSERT INTO quotes (order_id, tax) VALUES (@orderId, @third)", new { orderId, third }, second);
            await second.CommitAsync(ct);
        }
        """, """
        public async Task TwiceAsync(Guid orderId, string country, CancellationToken ct)
        {
            var rate = await tax.RateAsync(country, ct);
            var other = await tax.RateAsync(country + "2", ct);

            await using (var transaction = await db.Database.BeginTransactionAsync(ct))
            {
                await db.Database.ExecuteSqlAsync($"INSERT INTO quotes (order_id, tax) VALUES ({orderId}, {rate + other})", ct);
                await transaction.CommitAsync(ct);
            }

            var third = await tax.RateAsync(country + "3", ct);
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var second = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("INSERT INTO quotes (order_id, tax) VALUES (@orderId, @third)", new { orderId, third }, second);
            await second.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task PGTX101_split_follows_the_editorconfig_where_the_code_shows_no_indentation() => await TestCode.Of("""
        using Dapper;
        using Npgsql;

        using var http = new HttpClient();
        await using var connection = new NpgsqlConnection(args[0]);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var rate = await connection.ExecuteScalarAsync<int>("DELETE FROM rates RETURNING rate", transaction: transaction);
        var answer = await http.GetStringAsync(args[1] + rate); // fix: PGTX101
        await connection.ExecuteAsync("INSERT INTO rates VALUES (@answer)", new { answer }, transaction);
        await transaction.CommitAsync();
        """).WithOption("indent_size", "2").Fix("PGTX101", "PGTX101.Split").Becomes("""
        using Dapper;
        using Npgsql;

        using var http = new HttpClient();
        int rate;
        await using (var connection = new NpgsqlConnection(args[0]))
        {
          await connection.OpenAsync();
          await using var transaction = await connection.BeginTransactionAsync();
          rate = await connection.ExecuteScalarAsync<int>("DELETE FROM rates RETURNING rate", transaction: transaction);
          await transaction.CommitAsync();
        }

        var answer = await http.GetStringAsync(args[1] + rate);

        await using (var connection = new NpgsqlConnection(args[0]))
        {
          await connection.OpenAsync();
          await using var transaction = await connection.BeginTransactionAsync();
          await connection.ExecuteAsync("INSERT INTO rates VALUES (@answer)", new { answer }, transaction);
          await transaction.CommitAsync();
        }
        """);

    [Fact]
    public async Task PGTX101_does_not_move_from_one_region_into_another() => await Code("""
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await using var outer = await db.Database.BeginTransactionAsync(ct);
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                await connection.ExecuteAsync("UPDATE invoices SET paid = true WHERE id = @id", new { id }, transaction);
                await mailer.SendAsync(id, ct); // fix: PGTX101
                await transaction.CommitAsync(ct);
            }

            await db.Holds.ExecuteDeleteAsync(ct);
            await outer.CommitAsync(ct);
        }
        """).Fix("PGTX101").IsNotOffered();

    [Fact]
    public async Task PGTX101_stays_where_the_region_belongs_to_the_caller() => await Code("""
        public async Task PayAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, int id, CancellationToken ct)
        {
            await connection.ExecuteAsync("UPDATE invoices SET paid = true WHERE id = @id", new { id }, transaction);
            await mailer.SendAsync(id, ct); // fix: PGTX101
        }
        """).Fix("PGTX101").IsNotOffered();

    private static async Task Fixed(string id, string key, string before, string after)
    {
        await Code(before).Fix(id, key).Becomes(Code(after));
        Assert.DoesNotContain(await Code(after).Findings(), finding => finding.Id == id);
    }

    private static async Task FixedAll(string id, string key, string before, string after)
    {
        await Code(before).FixAll(id, key).Becomes(Code(after));
        Assert.DoesNotContain(await Code(after).Findings(), finding => finding.Id == id);
    }

    private static TestCode Code(string members) => TestCode.Of($$"""
        using System.Transactions;
        using Dapper;
        using Microsoft.EntityFrameworkCore;
        using Npgsql;

        namespace Shop;

        public sealed class Tax(HttpClient http)
        {
            public async Task<decimal> RateAsync(string country, CancellationToken ct) => decimal.Parse(await http.GetStringAsync($"/rates/{country}", ct));
        }

        public sealed class Mailer(HttpClient http)
        {
            public Task SendAsync(int id, CancellationToken ct) => http.PostAsync($"/mails/{id}", null, ct);
        }

        public sealed class Order
        {
            public int Id { get; set; }
            public string? State { get; set; }
        }

        public sealed class Hold
        {
            public int Id { get; set; }
            public int OrderId { get; set; }
        }

        public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
        {
            public DbSet<Order> Orders => Set<Order>();
            public DbSet<Hold> Holds => Set<Hold>();
        }

        public sealed class Service(NpgsqlDataSource dataSource, ShopContext db, Tax tax, Mailer mailer)
        {
            private static readonly TransactionOptions ReadCommitted = new() { IsolationLevel = IsolationLevel.ReadCommitted };

        {{string.Join("\n", members.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? line : "    " + line))}}
        }
        """);
}
