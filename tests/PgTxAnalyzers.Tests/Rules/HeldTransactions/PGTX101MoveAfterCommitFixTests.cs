using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

public sealed class PGTX101MoveAfterCommitFixTests
{
    private const string Key = "PGTX101.MoveAfterCommit";

    [Fact]
    public async Task EF_gives_its_connection_back_at_the_commit() => await Fix("""
        public async Task ShipAsync(int id, CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            await db.Orders.Where(o => o.Id == id).ExecuteUpdateAsync(s => s.SetProperty(o => o.State, "shipped"), ct);
            await /*call*/mailer.SendAsync(id, ct);
            await db.Holds.Where(h => h.OrderId == id).ExecuteDeleteAsync(ct);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
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
    public async Task A_connection_of_this_method_is_given_back_first() => await Fix("""
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE invoices SET paid = true WHERE id = @id", new { id }, transaction);
            await /*call*/mailer.SendAsync(id, ct);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
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
    public async Task Locals_that_are_read_behind_are_declared_in_front() => await Fix(""""
        public async Task<string> PayAsync(int id, CancellationToken ct)
        {
            logger.LogInformation("Paying.");

            // The connection.
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);

            var state = await connection.ExecuteScalarAsync<string>("SELECT state FROM invoices");
            if (state is null)
            {
                return "none";
            }

            var (number, amount) = await connection.QuerySingleAsync<(int, decimal)>("""
                UPDATE invoices
                SET paid = true
                RETURNING number, amount
                """, new { id }, transaction);
            var (first, last) = await connection.QuerySingleAsync<(string, string)>("SELECT first, last FROM customers");
            decimal[] rows = [.. await connection.QueryAsync<decimal>("SELECT 1")];

            // The receipt.
            var receipt = await /*call*/payments.ChargeAsync(number, amount, ct);
            await connection.ExecuteAsync("UPDATE customers SET paid = @rows", new { rows, last });
            await transaction.CommitAsync(ct);
            logger.LogInformation("Paid by {Name}.", first);
            return receipt + rows.Length + state;
        }
        """").Becomes(Key, """"
        public async Task<string> PayAsync(int id, CancellationToken ct)
        {
            logger.LogInformation("Paying.");

            string? state;
            int number;
            decimal amount;
            string first;
            decimal[] rows;
            // The connection.
            await using (var connection = new NpgsqlConnection(connectionString))
            {
                await connection.OpenAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);

                state = await connection.ExecuteScalarAsync<string>("SELECT state FROM invoices");
                if (state is null)
                {
                    return "none";
                }

                (number, amount) = await connection.QuerySingleAsync<(int, decimal)>("""
                UPDATE invoices
                SET paid = true
                RETURNING number, amount
                """, new { id }, transaction);
                (first, var last) = await connection.QuerySingleAsync<(string, string)>("SELECT first, last FROM customers");
                rows = [.. await connection.QueryAsync<decimal>("SELECT 1")];
                await connection.ExecuteAsync("UPDATE customers SET paid = @rows", new { rows, last });
                await transaction.CommitAsync(ct);
            }

            // The receipt.
            var receipt = await payments.ChargeAsync(number, amount, ct);
            logger.LogInformation("Paid by {Name}.", first);
            return receipt + rows.Length + state;
        }
        """");

    [Fact]
    public async Task Behind_the_using_statement_with_what_follows_the_commit() => await Fix("""
        public async Task<bool> PayAsync(int id, CancellationToken ct)
        {
            using (var connection = dataSource.OpenConnection())
            {
                using (var transaction = /*begin*/connection.BeginTransaction())
                {
                    var number = connection.ExecuteScalar<int>("UPDATE invoices SET paid = true RETURNING number");
                    using var content = JsonContent.Create(new { number });
                    using var response = await /*call*/http.PostAsync("/paid", content, ct);
                    response.EnsureSuccessStatusCode();
                    transaction.Commit();

                    return response.Content is not null;
                }
            }
        }
        """).Becomes(Key, """
        public async Task<bool> PayAsync(int id, CancellationToken ct)
        {
            int number;
            using (var connection = dataSource.OpenConnection())
            {
                using (var transaction = connection.BeginTransaction())
                {
                    number = connection.ExecuteScalar<int>("UPDATE invoices SET paid = true RETURNING number");
                    transaction.Commit();
                }
            }

            using var content = JsonContent.Create(new { number });
            using var response = await http.PostAsync("/paid", content, ct);
            response.EnsureSuccessStatusCode();

            return response.Content is not null;
        }
        """);

    [Fact]
    public async Task Behind_a_try_whose_handler_would_roll_back_what_is_committed() => await Fix("""
        public async Task PayAsync(int id, CancellationToken ct)
        {
            var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            try
            {
                await shared.ExecuteAsync("UPDATE invoices SET paid = true");
                await /*call*/mailer.SendAsync(id, ct);
                await transaction.CommitAsync(ct);
            }
            catch
            {
                try
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                }
                catch
                {
                    // The first failure counts.
                }

                throw;
            }
        }
        """).Becomes(Key, """
        public async Task PayAsync(int id, CancellationToken ct)
        {
            var transaction = await shared.BeginTransactionAsync(ct);
            try
            {
                await shared.ExecuteAsync("UPDATE invoices SET paid = true");
                await transaction.CommitAsync(ct);
            }
            catch
            {
                try
                {
                    await transaction.RollbackAsync(CancellationToken.None);
                }
                catch
                {
                    // The first failure counts.
                }

                throw;
            }

            await mailer.SendAsync(id, ct);
        }
        """);

    [Fact]
    public async Task The_connection_around_a_try_is_given_back_too() => await Fix("""
        public async Task PayAsync(int id, CancellationToken ct) {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            try {
                await connection.ExecuteAsync("UPDATE invoices SET paid = true");
                await /*call*/mailer.SendAsync(id, ct);
                await transaction.CommitAsync(ct);
            } catch {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
        }
        """).Becomes(Key, """
        public async Task PayAsync(int id, CancellationToken ct) {
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct)) {
                try {
                    await connection.ExecuteAsync("UPDATE invoices SET paid = true");
                    await transaction.CommitAsync(ct);
                } catch {
                    await transaction.RollbackAsync(CancellationToken.None);
                    throw;
                }
            }

            await mailer.SendAsync(id, ct);
        }
        """);

    [Fact]
    public async Task A_scope_commits_when_it_is_disposed() => await Fix("""
        public async Task PayAsync(int id, CancellationToken ct)
        {
            using var scope = /*begin*/new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled);
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await connection.ExecuteAsync("UPDATE invoices SET paid = true");
            await /*call*/mailer.SendAsync(id, ct);
            scope.Complete();
        }
        """).Becomes(Key, """
        public async Task PayAsync(int id, CancellationToken ct)
        {
            using (var scope = new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled))
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("UPDATE invoices SET paid = true");
                scope.Complete();
            }

            await mailer.SendAsync(id, ct);
        }
        """);

    [Fact]
    public async Task Behind_the_using_statement_of_a_scope() => await Fix("""
        public async Task PayAsync(int id, CancellationToken ct)
        {
            using (var scope = /*begin*/new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await db.Orders.ExecuteDeleteAsync(ct);
                await /*call*/mailer.SendAsync(id, ct);
                scope.Complete();
            }

            logger.LogInformation("Paid.");
        }
        """).Becomes(Key, """
        public async Task PayAsync(int id, CancellationToken ct)
        {
            using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await db.Orders.ExecuteDeleteAsync(ct);
                scope.Complete();
            }

            await mailer.SendAsync(id, ct);

            logger.LogInformation("Paid.");
        }
        """);

    [Fact]
    public async Task A_block_keeps_its_distance_to_its_new_neighbours() => await Fix("""
        public async Task FinishAsync(int id, bool notify, CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync(ct);

            if (notify)
            {
                await /*call*/mailer.SendAsync(id, ct);
            }

            await transaction.CommitAsync(ct);
            logger.LogInformation("Done.");
        }
        """).Becomes(Key, """
        public async Task FinishAsync(int id, bool notify, CancellationToken ct)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync(ct);

            await transaction.CommitAsync(ct);

            if (notify)
            {
                await mailer.SendAsync(id, ct);
            }

            logger.LogInformation("Done.");
        }
        """);

    [Fact]
    public async Task Calls_keep_their_order() => await Fix("""
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            await db.Orders.ExecuteDeleteAsync(ct);
            var message = new Order { Id = id };
            var sent = await /*call*/mailer.SendAsync(message, ct);
            await http.PostAsync("/sent", null, ct);
            await transaction.CommitAsync(ct);
            Console.WriteLine(sent);
        }
        """).Becomes(Key, """
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Orders.ExecuteDeleteAsync(ct);
            await transaction.CommitAsync(ct);
            var message = new Order { Id = id };
            var sent = await mailer.SendAsync(message, ct);
            await http.PostAsync("/sent", null, ct);
            Console.WriteLine(sent);
        }
        """);

    [Fact]
    public async Task A_transaction_in_nobodys_variable() => await Fix("""
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await /*begin*/db.Database.BeginTransactionAsync(ct);
            await db.Database.ExecuteSqlAsync($"UPDATE payouts SET state = 'paying' WHERE id = {id}", ct);
            await /*call*/mailer.SendAsync(id, ct);
            await db.Database.CommitTransactionAsync(ct);
        }
        """).Becomes(Key, """
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await db.Database.BeginTransactionAsync(ct);
            await db.Database.ExecuteSqlAsync($"UPDATE payouts SET state = 'paying' WHERE id = {id}", ct);
            await db.Database.CommitTransactionAsync(ct);
            await mailer.SendAsync(id, ct);
        }
        """);

    [Fact]
    public async Task A_transaction_by_SQL_text() => await Fix("""
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await /*begin*/shared.ExecuteAsync("BEGIN");
            await shared.ExecuteAsync("UPDATE payouts SET state = 'paying'");
            await /*call*/mailer.SendAsync(id, ct);
            await shared.ExecuteAsync("COMMIT");
        }
        """).Becomes(Key, """
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await shared.ExecuteAsync("BEGIN");
            await shared.ExecuteAsync("UPDATE payouts SET state = 'paying'");
            await shared.ExecuteAsync("COMMIT");
            await mailer.SendAsync(id, ct);
        }
        """);

    [Fact]
    public async Task A_connection_that_is_used_after_the_commit_is_given_back_after_that() => await Fix("""
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE invoices SET paid = true");
            await /*call*/mailer.SendAsync(id, ct);
            await transaction.CommitAsync(ct);
            await connection.ExecuteAsync("NOTIFY paid");
        }
        """).Becomes(Key, """
        public async Task PayAsync(int id, CancellationToken ct)
        {
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                await connection.ExecuteAsync("UPDATE invoices SET paid = true");
                await transaction.CommitAsync(ct);
                await connection.ExecuteAsync("NOTIFY paid");
            }

            await mailer.SendAsync(id, ct);
        }
        """);

    [Fact]
    public async Task A_connection_that_cannot_be_given_back_stays_open() => await Fix("""
        public async Task PayAsync(int id, Order order, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE invoices SET paid = true");
            var sent = await /*call*/mailer.SendAsync(order, ct);
            await transaction.CommitAsync(ct);
            await connection.ExecuteAsync("UPDATE orders SET sent = @sent", new { sent });
        }
        """).Becomes(Key, """
        public async Task PayAsync(int id, Order order, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE invoices SET paid = true");
            await transaction.CommitAsync(ct);
            var sent = await mailer.SendAsync(order, ct);
            await connection.ExecuteAsync("UPDATE orders SET sent = @sent", new { sent });
        }
        """);

    [Fact]
    public async Task Windows_line_ends_and_top_level_statements() => await new StatedFinding(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", """
        using System.Net.Http;
        using Dapper;
        using Npgsql;

        using var http = new HttpClient();
        await using var connection = new NpgsqlConnection(args[0]);
        await connection.OpenAsync();
        await using var transaction = await /*begin*/connection.BeginTransactionAsync();
        await connection.ExecuteAsync("DELETE FROM rates");
        await /*call*/http.GetStringAsync(args[1]);
        await transaction.CommitAsync();
        """) { IsFile = true, LineEnd = "\r\n" }.Becomes(Key, """
        using System.Net.Http;
        using Dapper;
        using Npgsql;

        using var http = new HttpClient();
        await using (var connection = new NpgsqlConnection(args[0]))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync("DELETE FROM rates");
            await transaction.CommitAsync();
        }

        await http.GetStringAsync(args[1]);
        """);

    [Theory]
    [InlineData("a command reads its result", """
        var rate = await /*call*/tax.RateAsync(label, ct);
        await shared.ExecuteAsync("UPDATE orders SET tax = @rate", new { rate });
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a look at its result decides to roll back", """
        using var response = await /*call*/http.GetAsync(label, ct);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException();
        }

        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a return behind it decides against the commit", """
        await /*call*/mailer.SendAsync(id, ct);
        if (await shared.ExecuteAsync("DELETE FROM holds") == 0)
        {
            return;
        }

        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a throw behind it decides against the commit", """
        await /*call*/mailer.SendAsync(id, ct);
        var row = await shared.ExecuteScalarAsync<string>("SELECT 1") ?? throw new InvalidOperationException();
        await transaction.CommitAsync(ct);
        Console.WriteLine(row);
        """)]
    [InlineData("what it reads changes behind it", """
        await /*call*/mailer.SendAsync(id, ct);
        id = await shared.ExecuteScalarAsync<int>("SELECT 1");
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the object that it reads changes behind it", """
        await /*call*/mailer.SendAsync(order, ct);
        order.State = "sent";
        await shared.ExecuteAsync("UPDATE orders SET state = @State", order);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("EF fills the object that it reads behind it", """
        await /*call*/mailer.SendAsync(order.Id, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("it assigns a field that is read behind it", """
        _count = (await /*call*/http.GetStringAsync(label, ct)).Length;
        await shared.ExecuteAsync("UPDATE orders SET n = @n", new { n = _count });
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the commit is in a branch", """
        await /*call*/mailer.SendAsync(id, ct);
        if (id > 0)
        {
            await transaction.CommitAsync(ct);
        }
        """)]
    [InlineData("nothing commits", """
        await /*call*/mailer.SendAsync(id, ct);
        await shared.ExecuteAsync("DELETE FROM holds");
        """)]
    [InlineData("the commit came first", """
        await transaction.CommitAsync(ct);
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("it is in a loop with commands", """
        foreach (var hold in new[] { 1, 2 })
        {
            await shared.ExecuteAsync("DELETE FROM holds WHERE id = @hold", new { hold });
            await /*call*/mailer.SendAsync(hold, ct);
        }

        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a handler would no longer see the failure", """
        try
        {
            await shared.ExecuteAsync("DELETE FROM holds");
            await /*call*/mailer.SendAsync(id, ct);
            await transaction.CommitAsync(ct);
        }
        catch (Exception ex)
        {
            logger.LogError(ex, "Failed.");
            await transaction.RollbackAsync();
        }
        """)]
    [InlineData("it uses the database itself", """
        await /*call*/audit.ReportAsync(id, ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("another call comes behind it, with a command between", """
        await /*call*/mailer.SendAsync(id, ct);
        await shared.ExecuteAsync("DELETE FROM holds");
        await http.GetStringAsync(label, ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("an advisory lock is held for it", """
        await shared.ExecuteAsync("SELECT pg_advisory_xact_lock(1)");
        await /*call*/mailer.SendAsync(id, ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a table is locked for it", """
        await shared.ExecuteAsync("LOCK TABLE holds IN SHARE ROW EXCLUSIVE MODE");
        await /*call*/mailer.SendAsync(id, ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("rows are locked and not read", """
        await shared.ExecuteAsync("SELECT 1 FROM orders WHERE id = @id FOR NO KEY UPDATE", new { id });
        await /*call*/mailer.SendAsync(id, ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a savepoint is all that is released", """
        await /*call*/mailer.SendAsync(id, ct);
        await transaction.ReleaseAsync("one", ct);
        """)]
    [InlineData("a directive stands on the way", """
        await /*call*/mailer.SendAsync(id, ct);
        #pragma warning disable CS0618
        await transaction.CommitAsync(ct);
        #pragma warning restore CS0618
        """)]
    [InlineData("a condition of the preprocessor ends above what goes along", """
        #if !OFF
        await shared.ExecuteAsync("SELECT 2");
        #endif
        var rate = await tax.RateAsync(label, ct);
        if (rate > 0)
        {
            await /*call*/mailer.SendAsync(id, ct);
        }

        await transaction.CommitAsync(ct);
        """)]
    [InlineData("what it produces is out of reach for the code behind", """
        await using (await shared.ExecuteReaderAsync("SELECT 1"))
        {
            var rate = await /*call*/tax.RateAsync(label, ct);
            Console.WriteLine(await shared.ExecuteScalarAsync<int>("SELECT 1") + rate);
        }

        await transaction.CommitAsync(ct);
        """)]
    public async Task Not_offered_when(string why, string body) => await Fix($$"""
        // {{why}}
        public async Task RunAsync(int id, string label, Order order, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            await shared.ExecuteAsync("SELECT 1");
        {{string.Join("\n", body.ReplaceLineEndings("\n").Split('\n').Select(line => "    " + line))}}
        }
        """).IsNotOffered(Key);

    [Theory]
    [InlineData("an anonymous type has no name", "var row = (await connection.QueryAsync<int>(\"SELECT 1\")).Select(id => new { id }).First();", "row.id")]
    [InlineData("a pattern variable stays in its block", "if (await connection.ExecuteScalarAsync<string>(\"SELECT 1\") is not { } row) { return; }", "row.Length")]
    public async Task A_local_that_cannot_be_declared_in_front_keeps_the_connection_open(string why, string declaration, string argument) => await Fix($$"""
        // {{why}}
        public async Task RunAsync(CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            {{declaration}}
            await /*call*/mailer.SendAsync({{argument}}, ct);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, $$"""
        // {{why}}
        public async Task RunAsync(CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            {{declaration}}
            await transaction.CommitAsync(ct);
            await mailer.SendAsync({{argument}}, ct);
        }
        """);

    private static StatedFinding Fix(string members) => new(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", members);
}
