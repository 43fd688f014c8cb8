using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>The split by how a transaction of Npgsql is written down: declarations, statements, try and catch, SQL text.</summary>
public sealed class PGTX101SplitAdoFixTests
{
    private const string Key = "PGTX101.Split";

    [Fact]
    public async Task An_own_connection_is_given_back_before_the_call() => await Fix(""""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            // The connection.
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, ct);

            var number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
            var note = "n";
            var text = await connection.ExecuteScalarAsync<string>("""
                INSERT INTO texts
                VALUES (1) RETURNING text
                """, transaction: transaction);

            // Charge it.
            var charge = await /*call*/payments.ChargeAsync(number, amount, ct);

            // Now the rest.
            await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number, note, text }, transaction);
            await transaction.CommitAsync(ct); // done
            logger.LogInformation("Charged {Charge}.", charge);
        }
        """").Becomes(Key, """"
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            int number;
            string note;
            string? text;
            // The connection.
            await using (var connection = new NpgsqlConnection(connectionString))
            {
                await connection.OpenAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, ct);

                number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                note = "n";
                text = await connection.ExecuteScalarAsync<string>("""
                INSERT INTO texts
                VALUES (1) RETURNING text
                """, transaction: transaction);
                await transaction.CommitAsync(ct);
            }

            // Charge it.
            var charge = await payments.ChargeAsync(number, amount, ct);

            await using (var connection = new NpgsqlConnection(connectionString))
            {
                await connection.OpenAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, ct);
                // Now the rest.
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number, note, text }, transaction);
                await transaction.CommitAsync(ct); // done
            }

            logger.LogInformation("Charged {Charge}.", charge);
        }
        """");

    [Fact]
    public async Task Try_catch_and_a_finally_that_disposes() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            var connection = await dataSource.OpenConnectionAsync(ct);
            var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            try
            {
                var number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                var charge = await /*call*/payments.ChargeAsync(number, amount, ct);
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
            finally
            {
                await transaction.DisposeAsync();
                await connection.DisposeAsync();
            }
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            int number;
            var connection = await dataSource.OpenConnectionAsync(ct);
            var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
            finally
            {
                await transaction.DisposeAsync();
                await connection.DisposeAsync();
            }

            var charge = await payments.ChargeAsync(number, amount, ct);

            connection = await dataSource.OpenConnectionAsync(ct);
            transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
            finally
            {
                await transaction.DisposeAsync();
                await connection.DisposeAsync();
            }
        }
        """);

    [Fact]
    public async Task The_begin_inside_the_try() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            NpgsqlTransaction? transaction = null;
            try
            {
                transaction = await /*begin*/shared.BeginTransactionAsync(ct);
                var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                var charge = await /*call*/payments.ChargeAsync(number, amount, ct);
                await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                if (transaction is not null)
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                }

                throw;
            }
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            NpgsqlTransaction? transaction = null;
            int number;
            try
            {
                transaction = await shared.BeginTransactionAsync(ct);
                number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                if (transaction is not null)
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                }

                throw;
            }

            var charge = await payments.ChargeAsync(number, amount, ct);

            transaction = null;
            try
            {
                transaction = await shared.BeginTransactionAsync(ct);
                await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                if (transaction is not null)
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                }

                throw;
            }
        }
        """);

    [Fact]
    public async Task A_connection_that_is_made_and_disposed_of_around_the_call_is_made_again() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            NpgsqlConnection? connection = null;
            NpgsqlTransaction? transaction = null;
            try
            {
                connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                transaction = await /*begin*/connection.BeginTransactionAsync(ct);
                var number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                var charge = await /*call*/payments.ChargeAsync(number, amount, ct);
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                if (transaction != null)
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                }

                throw;
            }
            finally
            {
                transaction?.Dispose();
                connection?.Dispose();
            }
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            NpgsqlConnection? connection = null;
            NpgsqlTransaction? transaction = null;
            int number;
            try
            {
                connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                transaction = await connection.BeginTransactionAsync(ct);
                number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                if (transaction != null)
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                }

                throw;
            }
            finally
            {
                transaction?.Dispose();
                connection?.Dispose();
            }

            var charge = await payments.ChargeAsync(number, amount, ct);

            transaction = null;
            try
            {
                connection = new NpgsqlConnection(connectionString);
                await connection.OpenAsync(ct);
                transaction = await connection.BeginTransactionAsync(ct);
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                if (transaction != null)
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                }

                throw;
            }
            finally
            {
                transaction?.Dispose();
                connection?.Dispose();
            }
        }
        """);

    [Fact]
    public async Task Declarations_around_a_try_in_the_brace_style_of_the_code() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct) {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            try {
                var number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                var charge = await /*call*/payments.ChargeAsync(number, amount, ct);
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                await transaction.CommitAsync(ct);
            } catch {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct) {
            int number;
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct)) {
                try {
                    number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                    await transaction.CommitAsync(ct);
                } catch {
                    await transaction.RollbackAsync(CancellationToken.None);
                    throw;
                }
            }

            var charge = await payments.ChargeAsync(number, amount, ct);

            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct)) {
                try {
                    await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                    await transaction.CommitAsync(ct);
                } catch {
                    await transaction.RollbackAsync(CancellationToken.None);
                    throw;
                }
            }
        }
        """);

    [Fact]
    public async Task A_second_name_for_a_transaction_that_cannot_be_assigned() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            try
            {
                var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction: transaction);
                var charge = await /*call*/payments.ChargeAsync(number, amount, ct);
                await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction: transaction);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            int number;
            await using var transaction = await shared.BeginTransactionAsync(ct);
            try
            {
                number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction: transaction);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }

            var charge = await payments.ChargeAsync(number, amount, ct);

            await using var transaction2 = await shared.BeginTransactionAsync(ct);
            try
            {
                await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction: transaction2);
                await transaction2.CommitAsync(ct);
            }
            catch
            {
                await transaction2.RollbackAsync(CancellationToken.None);
                throw;
            }
        }
        """);

    [Fact]
    public async Task Nested_using_statements_without_async() => await Fix("""
        public void Charge(int customer, decimal amount)
        {
            using (var connection = dataSource.OpenConnection())
            {
                using (var transaction = /*begin*/connection.BeginTransaction())
                {
                    var rows = connection.Query<Order>("SELECT 1", transaction: transaction).ToList();
                    int? first = connection.ExecuteScalar<int?>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                    var answer = /*call*/http.GetStringAsync("/" + first).Result;
                    foreach (var row in rows)
                    {
                        connection.Execute("UPDATE invoices SET charge = @answer WHERE number = @first", new { answer, first, row.Id }, transaction);
                    }

                    transaction.Commit();
                }
            }
        }
        """).Becomes(Key, """
        public void Charge(int customer, decimal amount)
        {
            List<Order> rows;
            int? first;
            using (var connection = dataSource.OpenConnection())
            {
                using (var transaction = connection.BeginTransaction())
                {
                    rows = connection.Query<Order>("SELECT 1", transaction: transaction).ToList();
                    first = connection.ExecuteScalar<int?>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                    transaction.Commit();
                }
            }

            var answer = http.GetStringAsync("/" + first).Result;

            using (var connection = dataSource.OpenConnection())
            {
                using (var transaction = connection.BeginTransaction())
                {
                    foreach (var row in rows)
                    {
                        connection.Execute("UPDATE invoices SET charge = @answer WHERE number = @first", new { answer, first, row.Id }, transaction);
                    }

                    transaction.Commit();
                }
            }
        }
        """);

    [Fact]
    public async Task A_transaction_by_SQL_text() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            await /*begin*/shared.ExecuteAsync("BEGIN");
            var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer });
            var charge = await /*call*/payments.ChargeAsync(number, amount, ct);
            await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number });
            await shared.ExecuteAsync("COMMIT");
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            await shared.ExecuteAsync("BEGIN");
            var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer });
            await shared.ExecuteAsync("COMMIT");

            var charge = await payments.ChargeAsync(number, amount, ct);

            await shared.ExecuteAsync("BEGIN");
            await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number });
            await shared.ExecuteAsync("COMMIT");
        }
        """);

    [Fact]
    public async Task A_transaction_without_using_is_assigned_again() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
        	await shared.OpenAsync(ct);
        	var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        	var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
        	var charge = await /*call*/payments.ChargeAsync(number, amount, ct);
        	await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
        	await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
        	await shared.OpenAsync(ct);
        	var transaction = await shared.BeginTransactionAsync(ct);
        	var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
        	await transaction.CommitAsync(ct);

        	var charge = await payments.ChargeAsync(number, amount, ct);

        	transaction = await shared.BeginTransactionAsync(ct);
        	await shared.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
        	await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task In_a_loop_with_continue() => await Fix("""
        public async Task ChargeAsync(int[] customers, decimal amount, CancellationToken ct)
        {
            foreach (var customer in customers)
            {
                if (customer == 0)
                    continue;
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
                int number;
                number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                if (number == 0)
                    continue;
                var charge = await /*call*/payments.ChargeAsync(number, amount, ct);
                await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                await transaction.CommitAsync(ct);
            }
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int[] customers, decimal amount, CancellationToken ct)
        {
            foreach (var customer in customers)
            {
                if (customer == 0)
                    continue;
                int number;
                await using (var connection = await dataSource.OpenConnectionAsync(ct))
                await using (var transaction = await connection.BeginTransactionAsync(ct))
                {
                    number = await connection.ExecuteScalarAsync<int>("INSERT INTO invoices (customer) VALUES (@customer) RETURNING number", new { customer }, transaction);
                    if (number == 0)
                        continue;
                    await transaction.CommitAsync(ct);
                }

                var charge = await payments.ChargeAsync(number, amount, ct);

                await using (var connection = await dataSource.OpenConnectionAsync(ct))
                await using (var transaction = await connection.BeginTransactionAsync(ct))
                {
                    await connection.ExecuteAsync("UPDATE invoices SET charge = @charge WHERE number = @number", new { charge, number }, transaction);
                    await transaction.CommitAsync(ct);
                }
            }
        }
        """);

    [Fact]
    public async Task Commands_that_belong_to_one_half() => await Fix("""
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            int number;
            await using (var insert = new NpgsqlCommand("INSERT INTO invoices (customer) VALUES ($1) RETURNING number", connection, transaction))
            {
                insert.Parameters.AddWithValue(customer);
                number = (int)(await insert.ExecuteScalarAsync(ct))!;
            }

            var charge = await /*call*/payments.ChargeAsync(number, amount, ct);

            await using var update = new NpgsqlCommand("UPDATE invoices SET charge = $1 WHERE number = $2", connection, transaction);
            update.Parameters.AddWithValue(charge);
            update.Parameters.AddWithValue(number);
            await update.ExecuteNonQueryAsync(ct);
            await transaction.CommitAsync(ct);
            await mailer.SendAsync(number, ct);
        }
        """).Becomes(Key, """
        public async Task ChargeAsync(int customer, decimal amount, CancellationToken ct)
        {
            int number;
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                await using (var insert = new NpgsqlCommand("INSERT INTO invoices (customer) VALUES ($1) RETURNING number", connection, transaction))
                {
                    insert.Parameters.AddWithValue(customer);
                    number = (int)(await insert.ExecuteScalarAsync(ct))!;
                }

                await transaction.CommitAsync(ct);
            }

            var charge = await payments.ChargeAsync(number, amount, ct);

            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                await using var update = new NpgsqlCommand("UPDATE invoices SET charge = $1 WHERE number = $2", connection, transaction);
                update.Parameters.AddWithValue(charge);
                update.Parameters.AddWithValue(number);
                await update.ExecuteNonQueryAsync(ct);
                await transaction.CommitAsync(ct);
            }

            await mailer.SendAsync(number, ct);
        }
        """);

    private static StatedFinding Fix(string members) => new(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", members);
}
