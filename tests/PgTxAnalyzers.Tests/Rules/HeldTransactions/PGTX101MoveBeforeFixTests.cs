using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

public sealed class PGTX101MoveBeforeFixTests
{
    private const string Key = "PGTX101.MoveBefore";

    [Fact]
    public async Task In_front_of_the_opening_with_its_comment() => await Fix("""
        public async Task PlaceAsync(Guid orderId, string country, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE carts SET closed = true WHERE order_id = @orderId", new { orderId }, transaction);

            // The rate of the day.
            var rate = await /*call*/tax.RateAsync(country, ct);
            await connection.ExecuteAsync("INSERT INTO orders (id, tax) VALUES (@orderId, @rate)", new { orderId, rate }, transaction);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
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
    public async Task Out_of_stacked_using_statements() => await Fix("""
        public async Task PlaceAsync(Guid orderId, string country, CancellationToken ct)
        {
            logger.LogInformation("Placing.");
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await /*begin*/connection.BeginTransactionAsync(ct))
            {
                await connection.ExecuteAsync("UPDATE carts SET closed = true WHERE order_id = @orderId", new { orderId }, transaction);
                var rate = await /*call*/tax.RateAsync(
                    country,
                    ct);

                await connection.ExecuteAsync("INSERT INTO orders (id, tax) VALUES (@orderId, @rate)", new { orderId, rate }, transaction);
                await transaction.CommitAsync(ct);
            }
        }
        """).Becomes(Key, """
        public async Task PlaceAsync(Guid orderId, string country, CancellationToken ct)
        {
            logger.LogInformation("Placing.");
            var rate = await tax.RateAsync(
                country,
                ct);

            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await connection.BeginTransactionAsync(ct))
            {
                await connection.ExecuteAsync("UPDATE carts SET closed = true WHERE order_id = @orderId", new { orderId }, transaction);

                await connection.ExecuteAsync("INSERT INTO orders (id, tax) VALUES (@orderId, @rate)", new { orderId, rate }, transaction);
                await transaction.CommitAsync(ct);
            }
        }
        """);

    [Fact]
    public async Task The_statements_that_compute_its_argument_and_check_its_response_go_along() => await Fix("""
        public async Task BookAsync(int order, decimal amount, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE orders SET state = 'booking' WHERE id = @order", new { order }, transaction);

            var path = $"/bookings/{order}";
            using var content = JsonContent.Create(new { amount });
            content.Headers.Add("X-Order", path);
            using var response = await /*call*/http.PostAsync(path, content, ct);
            response.EnsureSuccessStatusCode();
            var booking = await response.Content.ReadAsStringAsync(ct);

            await connection.ExecuteAsync("UPDATE orders SET booking = @booking WHERE id = @order", new { booking, order }, transaction);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
        public async Task BookAsync(int order, decimal amount, CancellationToken ct)
        {
            var path = $"/bookings/{order}";
            using var content = JsonContent.Create(new { amount });
            content.Headers.Add("X-Order", path);
            using var response = await http.PostAsync(path, content, ct);
            response.EnsureSuccessStatusCode();
            var booking = await response.Content.ReadAsStringAsync(ct);

            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("UPDATE orders SET state = 'booking' WHERE id = @order", new { order }, transaction);

            await connection.ExecuteAsync("UPDATE orders SET booking = @booking WHERE id = @order", new { booking, order }, transaction);
            await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task Out_of_a_try_that_only_rolls_back() => await Fix("""
        public async Task PlaceAsync(string country, CancellationToken ct)
        {
            var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            try
            {
                await shared.ExecuteAsync("DELETE FROM carts");
                var rate = await /*call*/tax.RateAsync(country, ct).ConfigureAwait(false);
                await shared.ExecuteAsync("INSERT INTO orders (tax) VALUES (@rate)", new { rate });
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
            }
        }
        """).Becomes(Key, """
        public async Task PlaceAsync(string country, CancellationToken ct)
        {
            var rate = await tax.RateAsync(country, ct).ConfigureAwait(false);

            var transaction = await shared.BeginTransactionAsync(ct);
            try
            {
                await shared.ExecuteAsync("DELETE FROM carts");
                await shared.ExecuteAsync("INSERT INTO orders (tax) VALUES (@rate)", new { rate });
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
            }
        }
        """);

    [Fact]
    public async Task A_statement_of_its_own_around_the_call_goes_as_a_whole() => await Fix("""
        public async Task PlaceAsync(int id, bool notify, CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            await db.Holds.Where(h => h.OrderId == id).ExecuteDeleteAsync(ct);
            if (notify)
            {
                try
                {
                    await /*call*/mailer.SendAsync(id, ct);
                }
                catch (HttpRequestException ex)
                {
                    logger.LogWarning(ex, "Not sent.");
                }
            }

            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
        public async Task PlaceAsync(int id, bool notify, CancellationToken ct)
        {
            if (notify)
            {
                try
                {
                    await mailer.SendAsync(id, ct);
                }
                catch (HttpRequestException ex)
                {
                    logger.LogWarning(ex, "Not sent.");
                }
            }

            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Holds.Where(h => h.OrderId == id).ExecuteDeleteAsync(ct);

            await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task Windows_line_ends_stay() => await (Fix("""
        public async Task PlaceAsync(string country, CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            await db.Holds.ExecuteDeleteAsync(ct);
            var rate = await /*call*/tax.RateAsync(country, ct);
            await db.Orders.Where(o => o.Id > rate).ExecuteDeleteAsync(ct);
            await transaction.CommitAsync(ct);
        }
        """, lineEnd: "\r\n")).Becomes(Key, """
        public async Task PlaceAsync(string country, CancellationToken ct)
        {
            var rate = await tax.RateAsync(country, ct);

            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.Holds.ExecuteDeleteAsync(ct);
            await db.Orders.Where(o => o.Id > rate).ExecuteDeleteAsync(ct);
            await transaction.CommitAsync(ct);
        }
        """);

    [Theory]
    [InlineData("a command alone", "await shared.ExecuteAsync(\"DELETE FROM holds\");")]
    [InlineData("a log entry", "logger.LogInformation(\"Sending {Id}.\", id);")]
    [InlineData("a value computed and used there", "var half = Math.Max(id, 1); await shared.ExecuteAsync(\"DELETE FROM holds WHERE id = @half\", new { half });")]
    [InlineData("a value read from the same object", "await shared.ExecuteAsync(\"DELETE FROM holds WHERE id = @Id\", new { order.Id });")]
    [InlineData("a command with parameters", "await using var command = new NpgsqlCommand(\"DELETE FROM holds\", shared); command.Parameters.AddWithValue(id); await command.ExecuteNonQueryAsync(ct);")]
    [InlineData("a query with a lambda", "var ids = await db.Orders.Where(o => o.Id == id).Select(o => o.Id).ToListAsync(ct); Console.WriteLine(ids.Count);")]
    [InlineData("an own method with commands only", "await SaveAsync(id);")]
    [InlineData("a lock of rows that it does not speak of", "var held = await shared.ExecuteScalarAsync<int>(\"SELECT total FROM holds WHERE id = @id FOR UPDATE\", new { id }); await shared.ExecuteAsync(\"UPDATE holds SET total = @held\", new { held });")]
    public async Task Passes(string what, string way)
    {
        var frame = $$"""
            // {{what}}
            public async Task RunAsync(int id, Order order, CancellationToken ct)
            {
            ABOVE    await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
                {{way}}
            BELOW    await transaction.CommitAsync(ct);
            }

            private Task SaveAsync(int id) => shared.ExecuteAsync("DELETE FROM holds WHERE id = @id", new { id });
            """;
        const string Call = "    await mailer.SendAsync(order.Id, ct);\n";
        await Fix(frame.Replace("ABOVE", "").Replace("BELOW", Call.Replace("mailer", "/*call*/mailer")))
            .Becomes(Key, frame.Replace("/*begin*/", "").Replace("ABOVE", Call + "\n").Replace("BELOW", ""));
    }

    [Fact]
    public async Task A_loop_over_values_passes_a_query_with_the_total_that_it_adds_up() => await Fix("""
        public async Task SumAsync(int id, string[] countries, CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            var order = await db.Orders.SingleAsync(o => o.Id == id, ct);
            var total = 0m;
            foreach (var country in countries)
            {
                total += await /*call*/tax.RateAsync(country, ct);
            }

            order.Label = total.ToString();
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
        public async Task SumAsync(int id, string[] countries, CancellationToken ct)
        {
            var total = 0m;
            foreach (var country in countries)
            {
                total += await tax.RateAsync(country, ct);
            }

            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var order = await db.Orders.SingleAsync(o => o.Id == id, ct);

            order.Label = total.ToString();
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task Code_out_of_sight_cannot_share_a_connection_that_only_this_method_knows() => await Fix("""
        public async Task AskAsync(int id, CancellationToken ct)
        {
            using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            using var transaction = /*begin*/connection.BeginTransaction();
            await connection.ExecuteAsync("DELETE FROM holds");
            var answer = await /*call*/gateway.AskAsync(id, ct);
            await connection.ExecuteAsync("UPDATE orders SET label = @answer", new { answer });
            transaction.Commit();
        }
        """).Becomes(Key, """
        public async Task AskAsync(int id, CancellationToken ct)
        {
            var answer = await gateway.AskAsync(id, ct);

            using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct);
            using var transaction = connection.BeginTransaction();
            await connection.ExecuteAsync("DELETE FROM holds");
            await connection.ExecuteAsync("UPDATE orders SET label = @answer", new { answer });
            transaction.Commit();
        }
        """);

    [Theory]
    [InlineData("it reads what a command returned", """
        var number = await shared.ExecuteScalarAsync<int>("SELECT 1");
        await /*call*/mailer.SendAsync(number, ct);
        """)]
    [InlineData("it reads a variable that changes on the way", """
        id = await shared.ExecuteScalarAsync<int>("SELECT 1");
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("it reads an object that is changed on the way", """
        order.State = "new";
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/mailer.SendAsync(order, ct);
        """)]
    [InlineData("it reads an object that is handed on on the way", """
        await shared.ExecuteAsync("INSERT INTO orders (id) VALUES (@Id)", order);
        await /*call*/mailer.SendAsync(order, ct);
        """)]
    [InlineData("it reads an object that EF may fill", """
        db.Orders.Add(new Order());
        await db.SaveChangesAsync(ct);
        await /*call*/mailer.SendAsync(order.Id, ct);
        """)]
    [InlineData("it reads a field that changes on the way", """
        _count++;
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/mailer.SendAsync(_count, ct);
        """)]
    [InlineData("it assigns a variable that is read on the way", """
        await shared.ExecuteAsync("DELETE FROM holds WHERE label = @label", new { label });
        label = await /*call*/mailer.SendAsync(order, ct);
        """)]
    [InlineData("a return on the way decides whether it runs", """
        if (await shared.ExecuteAsync("DELETE FROM holds") == 0)
        {
            return;
        }

        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("a throw on the way decides whether it runs", """
        var row = await shared.ExecuteScalarAsync<string>("SELECT 1") ?? throw new InvalidOperationException();
        await /*call*/mailer.SendAsync(id, ct);
        await shared.ExecuteAsync("UPDATE holds SET row = @row", new { row });
        """)]
    [InlineData("a check on the way decides whether it runs", """
        var found = await shared.ExecuteAsync("DELETE FROM holds");
        ArgumentOutOfRangeException.ThrowIfZero(found);
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("an own method on the way checks and throws", """
        await Checks.PresentAsync(shared);
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("another call comes first, with a command between", """
        await http.GetStringAsync("/first", ct);
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("a delegate on the way may do anything", """
        work();
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("it is part of a command", """
        await shared.ExecuteAsync("DELETE FROM holds");
        await shared.ExecuteAsync("UPDATE orders SET tax = @rate", new { rate = await /*call*/tax.RateAsync(label, ct) });
        """)]
    [InlineData("it uses the database itself", """
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/audit.ReportAsync(id, ct);
        """)]
    [InlineData("its code is not in sight and may share the connection", """
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/gateway.AskAsync(id, ct);
        """)]
    [InlineData("its block would be empty", """
        await shared.ExecuteAsync("DELETE FROM holds");
        using (new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled))
        {
            await /*call*/mailer.SendAsync(id, ct);
        }
        """)]
    [InlineData("a command of another database system comes first", """
        await using var command = new Microsoft.Data.SqlClient.SqlCommand("DELETE FROM dbo.Holds");
        await command.ExecuteNonQueryAsync(ct);
        await shared.ExecuteAsync("DELETE FROM holds");
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("an advisory lock is held for it", """
        await shared.ExecuteAsync("SELECT pg_advisory_xact_lock(1)");
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("a row is locked by what it speaks of", """
        var held = await shared.ExecuteScalarAsync<int>("SELECT total FROM orders WHERE id = @id FOR UPDATE", new { id });
        await /*call*/mailer.SendAsync(id, ct);
        await shared.ExecuteAsync("UPDATE orders SET total = @held", new { held });
        """)]
    [InlineData("rows are locked and not read", """
        await shared.ExecuteAsync("SELECT 1 FROM holds FOR UPDATE");
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("a table is locked for it", """
        await shared.ExecuteAsync("LOCK TABLE holds IN EXCLUSIVE MODE");
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("it is in a loop with commands", """
        foreach (var hold in new[] { 1, 2 })
        {
            await /*call*/mailer.SendAsync(hold, ct);
            await shared.ExecuteAsync("DELETE FROM holds WHERE id = @hold", new { hold });
        }
        """)]
    [InlineData("it is in a branch with commands", """
        if (id > 0)
        {
            await shared.ExecuteAsync("DELETE FROM holds");
            await /*call*/mailer.SendAsync(id, ct);
        }
        """)]
    [InlineData("a handler swallows its failure", """
        try
        {
            await shared.ExecuteAsync("DELETE FROM holds");
            await /*call*/mailer.SendAsync(id, ct);
        }
        catch (HttpRequestException)
        {
        }
        """)]
    [InlineData("the finally releases more than the region", """
        try
        {
            await shared.ExecuteAsync("DELETE FROM holds");
            await /*call*/mailer.SendAsync(id, ct);
        }
        finally
        {
            work();
        }
        """)]
    [InlineData("it runs within the scope of something else", """
        using (logger.BeginScope("order"))
        {
            await shared.ExecuteAsync("DELETE FROM holds");
            await /*call*/mailer.SendAsync(id, ct);
        }
        """)]
    [InlineData("a local function on the way changes what it reads", """
        await MarkAsync();
        await /*call*/mailer.SendAsync(id, ct);
        async Task MarkAsync() => id = await shared.ExecuteScalarAsync<int>("SELECT 1");
        """)]
    [InlineData("a command that was started before is awaited with it", """
        var pending = shared.ExecuteAsync("DELETE FROM holds");
        await Task.WhenAll(pending, /*call*/mailer.SendAsync(id, ct));
        """)]
    [InlineData("its name is taken outside", """
        await shared.ExecuteAsync("DELETE FROM holds");
        {
            await shared.ExecuteAsync("DELETE FROM orders");
            var rate = await /*call*/tax.RateAsync("x", ct);
        }

        {
            var rate = 1;
            Console.WriteLine(rate);
        }
        """)]
    [InlineData("a directive stands on the way", """
        #if !OFF
        await shared.ExecuteAsync("DELETE FROM holds");
        #endif
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("it shares its line", """
        await shared.ExecuteAsync("DELETE FROM holds"); await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("it is in a lambda of its own", """
        await shared.ExecuteAsync("DELETE FROM holds");
        Func<Task> send = async () => await /*call*/mailer.SendAsync(id, ct);
        await send();
        """)]
    public async Task Not_offered_when(string why, string body) => await Fix($$"""
        // {{why}}
        public async Task RunAsync(int id, string label, Order order, Action work, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        {{Indent(body)}}
            await transaction.CommitAsync(ct);
        }

        private static class Checks
        {
            public static async Task PresentAsync(NpgsqlConnection connection)
            {
                if (await connection.ExecuteScalarAsync<int>("SELECT 1") == 0)
                {
                    throw new InvalidOperationException("There is no such order.");
                }
            }
        }
        """).IsNotOffered(Key);

    [Fact]
    public async Task Not_offered_when_the_region_belongs_to_the_caller() => await new StatedFinding(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", """
        public async Task RunAsync(int id, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            await shared.ExecuteAsync("DELETE FROM holds");
            await /*call*/mailer.SendAsync(id, ct);
        }
        """) { Region = "parameter" }.IsNotOffered(Key);

    private static StatedFinding Fix(string members, string lineEnd = "\n") =>
        new(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", members) { LineEnd = lineEnd };

    private static string Indent(string body) => string.Join("\n", body.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? line : "    " + line));
}
