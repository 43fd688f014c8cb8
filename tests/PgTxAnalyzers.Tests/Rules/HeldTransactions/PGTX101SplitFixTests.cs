using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>The split with strategies, scopes and EF Core; what goes with the call, what is declared in front, and what stays untouched.</summary>
public sealed class PGTX101SplitFixTests
{
    private const string Key = "PGTX101.Split";

    [Fact]
    public async Task Each_half_becomes_a_unit_of_the_strategy_and_the_first_hands_out_what_the_second_reads() => await Fix("""
        public async Task<string> ChargeAsync(int id, decimal amount, CancellationToken ct)
        {
            var strategy = db.Database.CreateExecutionStrategy();
            return await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
                var number = await db.Orders.Where(o => o.Id == id).Select(o => o.Id).SingleAsync(ct);
                var (a, b) = (number, "x");
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = 'paying' WHERE id = {id}", ct);

                // Pay.
                var charge = await /*call*/payments.ChargeAsync(number, amount, ct);
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = {charge} WHERE id = {number} AND b = {b}", ct);
                await transaction.CommitAsync(ct);
                return charge;
            });
        }
        """).Becomes(Key, """
        public async Task<string> ChargeAsync(int id, decimal amount, CancellationToken ct)
        {
            var strategy = db.Database.CreateExecutionStrategy();
            var (number, b) = await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                var number = await db.Orders.Where(o => o.Id == id).Select(o => o.Id).SingleAsync(ct);
                var (a, b) = (number, "x");
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = 'paying' WHERE id = {id}", ct);
                await transaction.CommitAsync(ct);
                return (number, b);
            });

            // Pay.
            var charge = await payments.ChargeAsync(number, amount, ct);

            return await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = {charge} WHERE id = {number} AND b = {b}", ct);
                await transaction.CommitAsync(ct);
                return charge;
            });
        }
        """);

    [Fact]
    public async Task A_strategy_that_begins_with_an_empty_tracker() => await Fix("""
        public async Task ChargeAsync(int id, decimal amount, CancellationToken ct)
        {
            await db.Database.CreateExecutionStrategy().ExecuteAsync(async ct =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct).ConfigureAwait(false);
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = 'paying' WHERE id = {id}", ct);
                var charge = await /*call*/payments.ChargeAsync(id, amount, ct);
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = {charge} WHERE id = {id}", ct);
                await transaction.CommitAsync(ct);
            }, ct);
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int id, decimal amount, CancellationToken ct)
        {
            await db.Database.CreateExecutionStrategy().ExecuteAsync(async ct =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(ct).ConfigureAwait(false);
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = 'paying' WHERE id = {id}", ct);
                await transaction.CommitAsync(ct);
            }, ct);

            var charge = await payments.ChargeAsync(id, amount, ct);

            await db.Database.CreateExecutionStrategy().ExecuteAsync(async ct =>
            {
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(ct).ConfigureAwait(false);
                await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = {charge} WHERE id = {id}", ct);
                await transaction.CommitAsync(ct);
            }, ct);
        }
        """);

    [Fact]
    public async Task Around_the_chosen_call_with_its_neighbours_and_checks() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
            await mailer.SendAsync(number, ct);
            var charge = await /*call*/payments.ChargeAsync(number, amount, ct);
            if (charge.Length == 0)
            {
                throw new InvalidOperationException("No charge.");
            }

            await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
            await mailer.SendAsync(number + 1, ct);
            await shared.ExecuteAsync("DELETE FROM x", transaction: transaction);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            await using var transaction = await shared.BeginTransactionAsync(ct);
            var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
            await transaction.CommitAsync(ct);

            await mailer.SendAsync(number, ct);
            var charge = await payments.ChargeAsync(number, amount, ct);
            if (charge.Length == 0)
            {
                throw new InvalidOperationException("No charge.");
            }

            await using var transaction2 = await shared.BeginTransactionAsync(ct);
            await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction2);
            await mailer.SendAsync(number + 1, ct);
            await shared.ExecuteAsync("DELETE FROM x", transaction: transaction2);
            await transaction2.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task A_response_that_is_disposed_stays_with_its_call() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            {
                await using (var transaction = await /*begin*/connection.BeginTransactionAsync(ct))
                {
                    var number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                    using var content = JsonContent.Create(new { number });
                    using var response = await /*call*/http.PostAsync("/charges", content, ct);
                    response.EnsureSuccessStatusCode();
                    var charge = await response.Content.ReadAsStringAsync(ct);
                    await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                    await transaction.CommitAsync(ct);
                }
            }
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            int number;
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            {
                await using (var transaction = await connection.BeginTransactionAsync(ct))
                {
                    number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                    await transaction.CommitAsync(ct);
                }
            }

            using var content = JsonContent.Create(new { number });
            using var response = await http.PostAsync("/charges", content, ct);
            response.EnsureSuccessStatusCode();
            var charge = await response.Content.ReadAsStringAsync(ct);

            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            {
                await using (var transaction = await connection.BeginTransactionAsync(ct))
                {
                    await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                    await transaction.CommitAsync(ct);
                }
            }
        }
        """);

    [Fact]
    public async Task A_scope_in_a_declaration() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            using var scope = /*begin*/new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled);
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            var number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer });
            var charge = await /*call*/payments.ChargeAsync(number, amount, ct);
            await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number });
            scope.Complete();
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            int number;
            using (var scope = new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled))
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer });
                scope.Complete();
            }

            var charge = await payments.ChargeAsync(number, amount, ct);

            using (var scope = new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled))
            {
                await using var connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number });
                scope.Complete();
            }
        }
        """);

    [Fact]
    public async Task Tuples_and_out_variables_are_declared_in_front() => await Fix("""
        public async Task<string> ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using (var transaction = await /*begin*/connection.BeginTransactionAsync(ct))
            {
                (int Number, string? Name) row = await connection.QuerySingleAsync<(int, string?)>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number, name", new { customer }, transaction);
                if (row.Name is null)
                {
                    return "";
                }

                int.TryParse(row.Name, out var parsed);
                var charge = await /*call*/payments.ChargeAsync(row.Number, amount, ct);
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @Number", new { charge, row.Number, parsed }, transaction);
                await transaction.CommitAsync(ct);
                return charge;
            }
        }
        """).Becomes(Key, """
        public async Task<string> ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            (int Number, string? Name) row;
            int parsed;
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                row = await connection.QuerySingleAsync<(int, string?)>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number, name", new { customer }, transaction);
                if (row.Name is null)
                {
                    return "";
                }

                int.TryParse(row.Name, out parsed);
                await transaction.CommitAsync(ct);
            }

            var charge = await payments.ChargeAsync(row.Number, amount, ct);

            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @Number", new { charge, row.Number, parsed }, transaction);
                await transaction.CommitAsync(ct);
                return charge;
            }
        }
        """);

    [Fact]
    public async Task Comments_regions_and_directives_stay() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            await using (var transaction = await /*begin*/shared.BeginTransactionAsync(ct))
            {
                #region First
                #if DEBUG
                logger.LogDebug("Charging.");
                #endif
                var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                #endregion

                /* Charge */
                var charge = await /*call*/payments.ChargeAsync(
                    number,
                    amount, // the amount
                    ct); // behind

                #pragma warning disable CS0618
                await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                #pragma warning restore CS0618
                await transaction.CommitAsync(ct);
            }
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            int number;
            await using (var transaction = await shared.BeginTransactionAsync(ct))
            {
                #region First
                #if DEBUG
                logger.LogDebug("Charging.");
                #endif
                number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                #endregion
                await transaction.CommitAsync(ct);
            }

            /* Charge */
            var charge = await payments.ChargeAsync(
                number,
                amount, // the amount
                ct); // behind

            await using (var transaction = await shared.BeginTransactionAsync(ct))
            {
                #pragma warning disable CS0618
                await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                #pragma warning restore CS0618
                await transaction.CommitAsync(ct);
            }
        }
        """);

    [Fact]
    public async Task A_plain_block_around_the_call() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            await db.Holds.Where(h => h.OrderId == customer).ExecuteDeleteAsync(ct);
            {
                var order = await db.Orders.SingleAsync(o => o.Id == customer, ct);
                order.Label = await /*call*/payments.ChargeAsync(order.Id, amount, ct);
                await db.SaveChangesAsync(ct);
            }

            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            Order order;
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Holds.Where(h => h.OrderId == customer).ExecuteDeleteAsync(ct);
            {
                order = await db.Orders.SingleAsync(o => o.Id == customer, ct);
            }

            await transaction.CommitAsync(ct);

            order.Label = await payments.ChargeAsync(order.Id, amount, ct);

            await using var transaction2 = await db.Database.BeginTransactionAsync(ct);
            {
                await db.SaveChangesAsync(ct);
            }

            await transaction2.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task Each_half_becomes_a_unit_of_the_pipeline() => await Fix("""
        public async Task ChargeAsync(Polly.ResiliencePipeline pipeline, int customer, decimal amount, CancellationToken token)
        {
            var done = await pipeline.ExecuteAsync(async ct =>
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
                var number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                var charge = await /*call*/payments.ChargeAsync(number, amount, token);
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                await transaction.CommitAsync(ct);
                return charge;
            }, token);
            Console.WriteLine(done);
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(Polly.ResiliencePipeline pipeline, int customer, decimal amount, CancellationToken token)
        {
            var number = await pipeline.ExecuteAsync(async ct =>
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                var number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                await transaction.CommitAsync(ct);
                return number;
            }, token);

            var charge = await payments.ChargeAsync(number, amount, token);

            var done = await pipeline.ExecuteAsync(async ct =>
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                await transaction.CommitAsync(ct);
                return charge;
            }, token);
            Console.WriteLine(done);
        }
        """);

    [Fact]
    public async Task A_connection_stacked_on_the_scope() => await Fix("""
        public async Task RateAsync(int id, string country, CancellationToken ct)
        {
            using (var scope = /*begin*/new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled))
            using (var connection = new NpgsqlConnection(connectionString))
            {
                connection.Open();
                connection.Execute("UPDATE orders SET state = 'rating' WHERE id = @id", new { id });
                var rate = await /*call*/tax.RateAsync(country + id, ct);
                connection.Execute("UPDATE orders SET rate = @rate WHERE id = @id", new { rate, id });
                scope.Complete();
            }
        }
        """).Becomes(Key, """
        public async Task RateAsync(int id, string country, CancellationToken ct)
        {
            using (var scope = new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled))
            using (var connection = new NpgsqlConnection(connectionString))
            {
                connection.Open();
                connection.Execute("UPDATE orders SET state = 'rating' WHERE id = @id", new { id });
                scope.Complete();
            }

            var rate = await tax.RateAsync(country + id, ct);

            using (var scope = new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled))
            using (var connection = new NpgsqlConnection(connectionString))
            {
                connection.Open();
                connection.Execute("UPDATE orders SET rate = @rate WHERE id = @id", new { rate, id });
                scope.Complete();
            }
        }
        """);

    [Fact]
    public async Task Nullable_locals_keep_their_type() => await Fix("""
        public async Task<string> ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            await using (var transaction = await /*begin*/shared.BeginTransactionAsync(ct))
            {
                var order = await shared.QuerySingleOrDefaultAsync<Order>("UPDATE orders SET state = 'paying' RETURNING *", transaction: transaction);
                if (order is null)
                {
                    return "";
                }

                var label = order.Label;
                var charge = await /*call*/payments.ChargeAsync(order.Id, amount, ct);
                await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @Id", new { charge, order.Id, label }, transaction);
                await transaction.CommitAsync(ct);
                return charge;
            }
        }
        """).Becomes(Key, """
        public async Task<string> ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            Order? order;
            string? label;
            await using (var transaction = await shared.BeginTransactionAsync(ct))
            {
                order = await shared.QuerySingleOrDefaultAsync<Order>("UPDATE orders SET state = 'paying' RETURNING *", transaction: transaction);
                if (order is null)
                {
                    return "";
                }

                label = order.Label;
                await transaction.CommitAsync(ct);
            }

            var charge = await payments.ChargeAsync(order.Id, amount, ct);

            await using (var transaction = await shared.BeginTransactionAsync(ct))
            {
                await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @Id", new { charge, order.Id, label }, transaction);
                await transaction.CommitAsync(ct);
                return charge;
            }
        }
        """);

    [Fact]
    public async Task Windows_line_ends_and_a_region_across_both_halves() => await new StatedFinding(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", """
        public async Task ChargeAsync(int id, CancellationToken ct)
        {
            #region The charge
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            #region Both
            var number = await shared.ExecuteScalarAsync<int>("DELETE FROM holds RETURNING id", transaction: transaction); // one

            /* two */
            var charge = await /*call*/payments.ChargeAsync(number, 1, ct); // three

            // four
            await shared.ExecuteAsync("UPDATE orders SET charge = @charge", new { charge }, transaction);
            #endregion

            // five
            await transaction.CommitAsync(ct); // six
            #endregion
        }
        """) { LineEnd = "\r\n" }.Becomes(Key, """
        public async Task ChargeAsync(int id, CancellationToken ct)
        {
            #region The charge
            await using var transaction = await shared.BeginTransactionAsync(ct);
            #region Both
            var number = await shared.ExecuteScalarAsync<int>("DELETE FROM holds RETURNING id", transaction: transaction); // one
            await transaction.CommitAsync(ct);

            /* two */
            var charge = await payments.ChargeAsync(number, 1, ct); // three

            await using var transaction2 = await shared.BeginTransactionAsync(ct);
            // four
            await shared.ExecuteAsync("UPDATE orders SET charge = @charge", new { charge }, transaction2);
            #endregion

            // five
            await transaction2.CommitAsync(ct); // six
            #endregion
        }
        """);

    private static StatedFinding Fix(string members) => new(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", members);
}
