using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;
using PgTxAnalyzers.Tests.Examples;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>Where two transactions would not do what one does, nothing is offered: each case is one thing that would go wrong.</summary>
public sealed class PGTX101SplitRefusalTests
{
    private const string Key = "PGTX101.Split";

    /// <summary>The frame of the refused cases is one in which the split is offered.</summary>
    [Fact]
    public async Task Offered_in_the_plain_case() => Assert.Contains((await Fix(Frame("offered", """
        var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices DEFAULT VALUES RETURNING number", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE invoices SET charge = @charge", new { charge }, transaction);
        await transaction.CommitAsync(ct);
        """)).Results()).Offers, offer => offer.Key == Key);

    [Theory]
    [InlineData("a return behind the call decides against the commit", """
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        if (charge.Length == 0)
        {
            return;
        }

        await shared.ExecuteAsync("UPDATE invoices SET charge = @charge", new { charge }, transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a return in the second half decides against the commit", """
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        if (await shared.ExecuteAsync("UPDATE invoices SET charge = @charge", new { charge }, transaction) == 0)
        {
            return;
        }

        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a roll-back in the second half takes back the first", """
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        if (await shared.ExecuteAsync("UPDATE invoices SET charge = @charge", new { charge }, transaction) == 0)
        {
            await transaction.RollbackAsync(ct);
            return;
        }

        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the commit is in a branch", """
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE invoices SET charge = @charge", new { charge }, transaction);
        if (charge.Length > 0)
        {
            await transaction.CommitAsync(ct);
        }
        """)]
    [InlineData("nothing commits here", """
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE invoices SET charge = @charge", new { charge }, transaction);
        """)]
    [InlineData("nothing is left for the second half", """
        await /*call*/mailer.SendAsync(number, ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a row lock was taken for the call", """
        var state = await shared.ExecuteScalarAsync<string>("SELECT state FROM orders WHERE id = @number FOR UPDATE", new { number }, transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge || @state", new { charge, state }, transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("another table is read again than was locked", """
        await shared.ExecuteAsync("SELECT state FROM orders FOR NO KEY UPDATE", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("SELECT state FROM holds FOR UPDATE", transaction: transaction);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a table was locked for the call", """
        await shared.ExecuteAsync("LOCK TABLE orders IN EXCLUSIVE MODE", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("an advisory lock is held for the call", """
        await shared.ExecuteAsync("SELECT pg_advisory_xact_lock(1)", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a setting lasts until the first commit only", """
        await shared.ExecuteAsync("SELECT set_config('app.tenant', 'a', true)", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("SET LOCAL lasts until the first commit only", """
        await shared.ExecuteAsync("SET LOCAL app.tenant = 'a'", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a temporary table is dropped at the first commit", """
        await shared.ExecuteAsync("CREATE TEMP TABLE staging (id int) ON COMMIT DROP", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("INSERT INTO orders SELECT id FROM staging", transaction: transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a cursor is closed at the first commit", """
        await shared.ExecuteAsync("DECLARE c CURSOR FOR SELECT 1", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("FETCH c", transaction: transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a savepoint is gone with the first commit", """
        await transaction.SaveAsync("before", ct);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
        await transaction.ReleaseAsync("before", ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a savepoint in SQL is gone with the first commit", """
        await shared.ExecuteAsync("SAVEPOINT before", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("ROLLBACK TO before", transaction: transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a command of the first half is used in the second", """
        await using var command = new NpgsqlCommand("UPDATE orders SET state = $1", shared, transaction);
        command.Parameters.AddWithValue("paying");
        await command.ExecuteNonQueryAsync(ct);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        command.Parameters[0].Value = charge;
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a closure of the first half keeps the transaction", """
        Func<string, Task> write = text => shared.ExecuteAsync("UPDATE orders SET state = @text", new { text }, transaction);
        await write("paying");
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await write(charge);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a local function uses the transaction on both sides", """
        Task Write(string text) => shared.ExecuteAsync("UPDATE orders SET state = @text", new { text }, transaction);
        await Write("paying");
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await Write(charge);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("an object of the first half keeps the transaction", """
        var store = new Store(shared, transaction);
        await store.WriteAsync("paying");
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await store.WriteAsync(charge);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a field keeps the transaction", """
        _open = transaction;
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, _open);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the context takes part in the first transaction only", """
        await db.Database.UseTransactionAsync(transaction, ct);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await db.Database.ExecuteSqlAsync($"UPDATE orders SET state = {charge}", ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a task of the first half is awaited in the second", """
        var pending = shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await pending;
        await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("rows of the first half are read in the second", """
        var rows = shared.Query<int>("SELECT id FROM orders", transaction: transaction, buffered: false);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        foreach (var row in rows)
        {
            await shared.ExecuteAsync("UPDATE orders SET state = @charge WHERE id = @row", new { charge, row }, transaction);
        }

        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the call is part of a command, between other things that are evaluated in order", """
        await shared.ExecuteAsync("UPDATE orders SET state = @state", new { a = Interlocked.Increment(ref number), state = await /*call*/payments.ChargeAsync(number, 1, ct) }, transaction);
        await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the call is in a loop with commands", """
        foreach (var customer in new[] { 1, 2 })
        {
            var charge = await /*call*/payments.ChargeAsync(customer, 1, ct);
            await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
        }

        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the call is in a branch with commands", """
        if (number > 0)
        {
            var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
            await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
        }

        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a reader would be opened again", """
        await using (var reader = await shared.ExecuteReaderAsync("SELECT 1", transaction: transaction))
        {
            var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
            await reader.ReadAsync(ct);
        }

        await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("a handler goes on with what stands behind", """
        try
        {
            await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
            var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
            await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
            await transaction.CommitAsync(ct);
        }
        catch (HttpRequestException)
        {
            await transaction.RollbackAsync(ct);
            _count++;
        }

        Console.WriteLine(_count);
        """)]
    [InlineData("a handler goes on with some failures", """
        try
        {
            await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
            var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
            await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
            await transaction.CommitAsync(ct);
        }
        catch (Exception ex)
        {
            logger.LogError(ex, "Failed.");
            await transaction.RollbackAsync(ct);
            if (ex is not HttpRequestException)
                throw;
        }

        Console.WriteLine(number);
        """)]
    [InlineData("a handler writes the failure down in the database", """
        try
        {
            await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
            var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
            await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
            await transaction.CommitAsync(ct);
        }
        catch (Exception ex)
        {
            await transaction.RollbackAsync(ct);
            await shared.ExecuteAsync("INSERT INTO failures (text) VALUES (@Message)", new { ex.Message });
            throw;
        }
        """)]
    [InlineData("a condition of the preprocessor spans the call", """
        await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
        #if !OFF
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
        #endif
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the call shares its line", """
        await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction); var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("it uses the database itself", """
        await /*call*/audit.ReportAsync(number, ct);
        await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the last value of a sequence belongs to the session", """
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge WHERE id = currval('orders_id')", new { charge }, transaction);
        await transaction.CommitAsync(ct);
        """)]
    public async Task Not_offered_when(string why, string body) => await Fix(Frame(why,
        "var number = await shared.ExecuteScalarAsync<int>(\"INSERT INTO invoices DEFAULT VALUES RETURNING number\", transaction: transaction);\n" + body.ReplaceLineEndings("\n"))).IsNotOffered(Key);

    [Theory]
    [InlineData("what was read is only sure under SERIALIZABLE", "System.Data.IsolationLevel.Serializable, ")]
    [InlineData("what was read is only sure under REPEATABLE READ", "System.Data.IsolationLevel.RepeatableRead, ")]
    public async Task Not_offered_when_the_level_keeps_what_was_read(string why, string level) => await Fix($$"""
        // {{why}}
        public async Task RunAsync(int id, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync({{level}}ct);
            var total = await shared.ExecuteScalarAsync<int>("SELECT total FROM orders WHERE id = @id", new { id }, transaction);
            var charge = await /*call*/payments.ChargeAsync(total, 1, ct);
            await shared.ExecuteAsync("UPDATE orders SET charge = @charge WHERE id = @id", new { charge, id }, transaction);
            await transaction.CommitAsync(ct);
        }
        """).IsNotOffered(Key);

    [Fact]
    public async Task Not_offered_when_the_region_belongs_to_the_caller() => await new StatedFinding(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", Frame("of the caller", """
        var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices DEFAULT VALUES RETURNING number", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
        await shared.ExecuteAsync("UPDATE invoices SET charge = @charge", new { charge }, transaction);
        await transaction.CommitAsync(ct);
        """)) { Region = "parameter" }.IsNotOffered(Key);

    [Fact]
    public async Task Not_offered_in_a_retry_loop() => await Fix("""
        public async Task RunAsync(CancellationToken ct)
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
                    var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices DEFAULT VALUES RETURNING number", transaction: transaction);
                    var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
                    await shared.ExecuteAsync("UPDATE invoices SET charge = @charge", new { charge }, transaction);
                    await transaction.CommitAsync(ct);
                    return;
                }
                catch (NpgsqlException ex) when (ex.IsTransient && attempt < 3)
                {
                    logger.LogWarning(ex, "Again.");
                }
            }
        }
        """).IsNotOffered(Key);

    [Fact]
    public async Task Not_offered_when_a_caller_retries_the_method() => await Fix("""
        public Task RetriedAsync(CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(() => RunAsync(ct));

        public async Task RunAsync(CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
            var number = await db.Orders.Select(o => o.Id).FirstAsync(ct);
            var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
            await db.Database.ExecuteSqlAsync($"UPDATE invoices SET charge = {charge}", ct);
            await transaction.CommitAsync(ct);
        }
        """).IsNotOffered(Key);

    [Fact]
    public async Task Not_offered_in_a_lambda_that_somebody_may_run_again() => await Fix("""
        public async Task RunAsync(Func<Func<Task>, Task> again, CancellationToken ct)
        {
            await again(async () =>
            {
                await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
                var number = await shared.ExecuteScalarAsync<int>("INSERT INTO invoices DEFAULT VALUES RETURNING number", transaction: transaction);
                var charge = await /*call*/payments.ChargeAsync(number, 1, ct);
                await shared.ExecuteAsync("UPDATE invoices SET charge = @charge", new { charge }, transaction);
                await transaction.CommitAsync(ct);
            });
        }
        """).IsNotOffered(Key);

    [Fact]
    public async Task Not_offered_where_the_unit_of_a_strategy_begins_under_a_condition() => await Fix("""
        public async Task RunAsync(int id, CancellationToken ct)
        {
            var strategy = db.Database.CreateExecutionStrategy();
        #if !OFF
            await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
        #endif
                await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync(ct);
                var charge = await /*call*/payments.ChargeAsync(id, 1, ct);
                await db.Database.ExecuteSqlAsync($"UPDATE invoices SET charge = {charge}", ct);
                await transaction.CommitAsync(ct);
            });
        }
        """).IsNotOffered(Key);

    [Fact]
    public async Task Not_offered_when_a_return_leaves_the_first_unit_of_a_strategy() => await Fix("""
        public async Task RunAsync(int id, CancellationToken ct)
        {
            await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
                if (await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync(ct) == 0)
                {
                    return;
                }

                var charge = await /*call*/payments.ChargeAsync(id, 1, ct);
                await db.Database.ExecuteSqlAsync($"UPDATE invoices SET charge = {charge}", ct);
                await transaction.CommitAsync(ct);
            });
        }
        """).IsNotOffered(Key);

    [Theory]
    [InlineData("the strategy's unit begins with an empty tracker", "db.ChangeTracker.Clear();", "db")]
    [InlineData("the strategy's unit makes its own context", "await using var own = new ShopContext(new DbContextOptions<ShopContext>());", "own")]
    public async Task Not_offered_when_a_tracked_object_would_be_lost(string why, string first, string context) => await Fix($$"""
        // {{why}}
        public async Task RunAsync(int id, CancellationToken ct)
        {
            await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                {{first}}
                await using var transaction = await /*begin*/{{context}}.Database.BeginTransactionAsync(ct);
                var order = await {{context}}.Orders.SingleAsync(o => o.Id == id, ct);
                order.Label = await /*call*/payments.ChargeAsync(order.Id, 1, ct);
                await {{context}}.SaveChangesAsync(ct);
                await transaction.CommitAsync(ct);
            });
        }
        """).IsNotOffered(Key);

    [Fact]
    public async Task Not_offered_when_something_else_would_be_released_with_the_first_half() => await Fix("""
        public async Task RunAsync(int id, CancellationToken ct)
        {
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            await using (var transaction = await /*begin*/connection.BeginTransactionAsync(ct))
            {
                using var held = logger.BeginScope("order");
                await connection.ExecuteAsync("DELETE FROM holds", transaction: transaction);
                var charge = await /*call*/payments.ChargeAsync(id, 1, ct);
                await connection.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
                await transaction.CommitAsync(ct);
            }
        }
        """).IsNotOffered(Key);

    [Theory]
    [InlineData("it was made further out", "NpgsqlConnection? held = null;", "held = new NpgsqlConnection(connectionString);", "held?.Dispose();")]
    [InlineData("it is the caller's", "", "", "await given.DisposeAsync();")]
    public async Task Not_offered_when_a_connection_that_is_disposed_of_would_be_opened_again(string why, string declared, string made, string end) => await Fix($$"""
        // {{why}}
        public async Task RunAsync(NpgsqlConnection given, int id, CancellationToken ct)
        {
            {{declared}}
            {{made}}
            try
            {
                await {{(made.Length > 0 ? "held" : "given")}}.OpenAsync(ct);
                await using var transaction = await /*begin*/{{(made.Length > 0 ? "held" : "given")}}.BeginTransactionAsync(ct);
                await {{(made.Length > 0 ? "held" : "given")}}.ExecuteAsync("DELETE FROM holds", transaction: transaction);
                var charge = await /*call*/payments.ChargeAsync(id, 1, ct);
                await {{(made.Length > 0 ? "held" : "given")}}.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
                await transaction.CommitAsync(ct);
            }
            finally
            {
                {{end}}
            }
        }
        """).IsNotOffered(Key);

    [Fact]
    public async Task Not_offered_when_an_own_helper_begins() => await Fix("""
        private Task<NpgsqlTransaction> StartAsync(CancellationToken ct) => shared.BeginTransactionAsync(ct).AsTask();

        public async Task RunAsync(int id, CancellationToken ct)
        {
            await using var transaction = await /*begin*/StartAsync(ct);
            await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
            var charge = await /*call*/payments.ChargeAsync(id, 1, ct);
            await shared.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
            await transaction.CommitAsync(ct);
        }
        """).IsNotOffered(Key);

    /// <summary>Nothing offers the split for many findings at once, and its preview says what is no longer so.</summary>
    [Fact]
    public async Task Warns_and_has_no_fix_all()
    {
        var pair = FixPair.All.Single(pair => pair.Heading.Contains("split: EF"));
        var fix = (pair with { Before = pair.Before.Replace("LabelAsync(order.Id, ct);", "LabelAsync(order.Id, ct); // fix: PGTX101") }).Code.Fix("PGTX101", Key);
        await fix.HasNoFixAll();
        Assert.Contains("commit separately", Assert.Single((await fix.Becomes(pair.Expected)).Warnings));
    }

    [Theory]
    [InlineData("an anonymous type has no name", "var row = (await connection.QueryAsync<int>(\"SELECT 1\")).Select(x => new { x }).First();", "row.x")]
    [InlineData("a closure shares a local on both sides", "var row = await connection.ExecuteScalarAsync<int>(\"SELECT 1\"); Func<int> first = () => row; Console.WriteLine(first());", "((Func<int>)(() => row))()")]
    public async Task Not_released_when_a_local_cannot_be_declared_in_front(string why, string declaration, string argument)
    {
        var (_, offers) = await Fix($$"""
            // {{why}}
            public async Task RunAsync(CancellationToken ct)
            {
                await using (var connection = await dataSource.OpenConnectionAsync(ct))
                await using (var transaction = await /*begin*/connection.BeginTransactionAsync(ct))
                {
                    {{declaration}}
                    var charge = await /*call*/payments.ChargeAsync({{argument}}, 1, ct);
                    await connection.ExecuteAsync("UPDATE orders SET state = @charge", new { charge }, transaction);
                    await transaction.CommitAsync(ct);
                }
            }
            """).Results();
        Assert.DoesNotContain(offers, offer => offer.Key == Key);
    }

    [Fact]
    public async Task Offered_when_all_rows_have_been_read() => Assert.Contains((await Fix(Frame("all rows", """
        var rows = await shared.QueryAsync<int>("UPDATE orders SET state = 'paying' RETURNING id", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(rows.Sum(), 1, ct);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge WHERE id = ANY(@rows)", new { charge, rows }, transaction);
        await transaction.CommitAsync(ct);
        """)).Results()).Offers, offer => offer.Key == Key);

    [Fact]
    public async Task Offered_when_the_locked_row_is_read_again() => Assert.Contains((await Fix(Frame("read again", """
        var state = await shared.ExecuteScalarAsync<string>("SELECT state FROM orders WHERE id = 1 FOR UPDATE", transaction: transaction);
        var charge = await /*call*/payments.ChargeAsync(1, 1, ct);
        state = await shared.ExecuteScalarAsync<string>("SELECT state FROM orders WHERE id = 1 FOR UPDATE", transaction: transaction);
        await shared.ExecuteAsync("UPDATE orders SET state = @charge || @state", new { charge, state }, transaction);
        await transaction.CommitAsync(ct);
        """)).Results()).Offers, offer => offer.Key == Key);

    private static string Frame(string why, string body) => $$"""
        // {{why}}
        public async Task RunAsync(CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        {{string.Join("\n", body.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? line : "    " + line))}}
        }

        private NpgsqlTransaction? _open;

        private sealed class Store(NpgsqlConnection connection, NpgsqlTransaction transaction)
        {
            public Task WriteAsync(string text) => connection.ExecuteAsync("UPDATE orders SET state = @text", new { text }, transaction);
        }
        """;

    private static StatedFinding Fix(string members) => new(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", members);
}
