using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>The moves where a strategy runs the unit: a call that leaves the unit is not made again by a retry. And the further shapes of a call.</summary>
public sealed class PGTX101MoveOutOfRetryFixTests
{
    [Fact]
    public async Task In_front_of_the_strategy() => await Fix("""
        public async Task ChargeAsync(int id, decimal amount, CancellationToken ct)
        {
            await db.Database.CreateExecutionStrategy().ExecuteAsync(async ct =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = 'paying' WHERE id = {id}", ct);
                var charge = await /*call*/payments.ChargeAsync(id, amount, ct);
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = {charge} WHERE id = {id}", ct);
                await transaction.CommitAsync(ct);
            }, ct);
        }
        """).Becomes("PGTX101.MoveBefore", """
        public async Task ChargeAsync(int id, decimal amount, CancellationToken ct)
        {
            var charge = await payments.ChargeAsync(id, amount, ct);

            await db.Database.CreateExecutionStrategy().ExecuteAsync(async ct =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = 'paying' WHERE id = {id}", ct);
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = {charge} WHERE id = {id}", ct);
                await transaction.CommitAsync(ct);
            }, ct);
        }
        """);

    [Fact]
    public async Task Behind_the_strategy() => await Fix("""
        public async Task ShipAsync(int id, CancellationToken ct)
        {
            var strategy = db.Database.CreateExecutionStrategy();
            await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
                await db.Holds.Where(h => h.OrderId == id).ExecuteDeleteAsync(ct);

                // Tell them.
                await /*call*/mailer.SendAsync(id, ct);
                await transaction.CommitAsync(ct);
            });
        }
        """).Becomes("PGTX101.MoveAfterCommit", """
        public async Task ShipAsync(int id, CancellationToken ct)
        {
            var strategy = db.Database.CreateExecutionStrategy();
            await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                await db.Holds.Where(h => h.OrderId == id).ExecuteDeleteAsync(ct);
                await transaction.CommitAsync(ct);
            });

            // Tell them.
            await mailer.SendAsync(id, ct);
        }
        """);

    [Fact]
    public async Task Behind_a_strategy_whose_result_is_returned() => await Fix("""
        public async Task<int> ShipAsync(int id, CancellationToken ct)
        {
            var strategy = db.Database.CreateExecutionStrategy();
            return await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
                var order = await db.Orders.SingleAsync(o => o.Id == id, ct);
                order.State = "shipped";
                await db.SaveChangesAsync(ct);
                await /*call*/mailer.SendAsync(id, ct);
                await transaction.CommitAsync(ct);
                return order.Id;
            });
        }
        """).Becomes("PGTX101.MoveAfterCommit", """
        public async Task<int> ShipAsync(int id, CancellationToken ct)
        {
            var strategy = db.Database.CreateExecutionStrategy();
            var result = await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                var order = await db.Orders.SingleAsync(o => o.Id == id, ct);
                order.State = "shipped";
                await db.SaveChangesAsync(ct);
                await transaction.CommitAsync(ct);
                return order.Id;
            });

            await mailer.SendAsync(id, ct);
            return result;
        }
        """);

    [Fact]
    public async Task Behind_a_strategy_whose_result_is_kept() => await Fix("""
        public async Task<int> ShipAsync(int id, CancellationToken ct)
        {
            var strategy = db.Database.CreateExecutionStrategy();
            var count = await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
                var deleted = await db.Holds.Where(h => h.OrderId == id).ExecuteDeleteAsync(ct);
                await /*call*/mailer.SendAsync(id, ct);
                await transaction.CommitAsync(ct);
                return deleted;
            });

            logger.LogInformation("{Count}", count);
            return count;
        }
        """).Becomes("PGTX101.MoveAfterCommit", """
        public async Task<int> ShipAsync(int id, CancellationToken ct)
        {
            var strategy = db.Database.CreateExecutionStrategy();
            var count = await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                var deleted = await db.Holds.Where(h => h.OrderId == id).ExecuteDeleteAsync(ct);
                await transaction.CommitAsync(ct);
                return deleted;
            });

            await mailer.SendAsync(id, ct);

            logger.LogInformation("{Count}", count);
            return count;
        }
        """);

    /// <summary>Where the unit ends before it comes to the call, the call was not made: behind the strategy it would be.</summary>
    [Fact]
    public async Task Not_behind_a_strategy_whose_unit_may_end_before_the_call() => Assert.DoesNotContain((await Fix("""
        public async Task ShipAsync(int id, CancellationToken ct)
        {
            var strategy = db.Database.CreateExecutionStrategy();
            await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
                if (await db.Holds.Where(h => h.OrderId == id).ExecuteDeleteAsync(ct) == 0)
                {
                    return;
                }

                await /*call*/mailer.SendAsync(id, ct);
                await transaction.CommitAsync(ct);
            });
        }
        """).Results()).Offers, offer => offer.Key == "PGTX101.MoveAfterCommit");

    [Fact]
    public async Task The_first_step_of_a_chain() => await Fix("""
        public async Task RateAsync(string country, CancellationToken ct)
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("DELETE FROM rates", transaction: transaction);
            var rates = (await /*call*/http.GetStringAsync("/" + country, ct)).Trim().Split(',').Select(decimal.Parse).ToList();
            await connection.ExecuteAsync("INSERT INTO rates SELECT unnest(@rates)", new { rates }, transaction);
            await transaction.CommitAsync(ct);
        }
        """).Becomes("PGTX101.MoveBefore", """
        public async Task RateAsync(string country, CancellationToken ct)
        {
            var rates = (await http.GetStringAsync("/" + country, ct)).Trim().Split(',').Select(decimal.Parse).ToList();

            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("DELETE FROM rates", transaction: transaction);
            await connection.ExecuteAsync("INSERT INTO rates SELECT unnest(@rates)", new { rates }, transaction);
            await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task The_group_that_computes_its_argument() => await Fix("""
        public async Task ChargeAsync(int id, decimal amount, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);

            // In cents.
            var rounded = decimal.Round(amount, 2);
            if (rounded < 1)
            {
                rounded = 1;
            }

            var charge = await /*call*/payments.ChargeAsync(id, rounded, ct);
            await shared.ExecuteAsync("UPDATE invoices SET charge = @charge", new { charge }, transaction);
            await transaction.CommitAsync(ct);
        }
        """).Becomes("PGTX101.MoveBefore", """
        public async Task ChargeAsync(int id, decimal amount, CancellationToken ct)
        {
            // In cents.
            var rounded = decimal.Round(amount, 2);
            if (rounded < 1)
            {
                rounded = 1;
            }

            var charge = await payments.ChargeAsync(id, rounded, ct);

            await using var transaction = await shared.BeginTransactionAsync(ct);
            await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
            await shared.ExecuteAsync("UPDATE invoices SET charge = @charge", new { charge }, transaction);
            await transaction.CommitAsync(ct);
        }
        """);

    private static StatedFinding Fix(string members) => new(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", members);
}
