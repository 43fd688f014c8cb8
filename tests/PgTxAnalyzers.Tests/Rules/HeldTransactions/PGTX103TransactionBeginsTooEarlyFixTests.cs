using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

public sealed class PGTX103TransactionBeginsTooEarlyFixTests
{
    private const string Key = "PGTX103.MoveBeginDown";

    [Fact]
    public async Task The_opening_goes_with_the_begin() => await Fix("""
        public async Task QuoteAsync(Guid orderId, string country, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            var rate = await /*call*/tax.RateAsync(country, ct);
            await connection.ExecuteAsync("INSERT INTO quotes (order_id, tax) VALUES (@orderId, @rate)", new { orderId, rate }, transaction);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
        public async Task QuoteAsync(Guid orderId, string country, CancellationToken ct)
        {
            var rate = await tax.RateAsync(country, ct);
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("INSERT INTO quotes (order_id, tax) VALUES (@orderId, @rate)", new { orderId, rate }, transaction);
            await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task Comments_and_blank_lines_stay_where_they_belong() => await Fix("""
        public async Task QuoteAsync(Guid orderId, string country, CancellationToken ct)
        {
            // One transaction for the quote.
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct); // takes one from the pool
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);

            // The rate of the day.
            var rate = await /*call*/tax.RateAsync(country, ct);
            if (rate < 0)
            {
                return;
            }

            // The quote.
            await connection.ExecuteAsync("INSERT INTO quotes (order_id, tax) VALUES (@orderId, @rate)", new { orderId, rate }, transaction);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
        public async Task QuoteAsync(Guid orderId, string country, CancellationToken ct)
        {
            // The rate of the day.
            var rate = await tax.RateAsync(country, ct);
            if (rate < 0)
            {
                return;
            }

            // One transaction for the quote.
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(ct); // takes one from the pool
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
            // The quote.
            await connection.ExecuteAsync("INSERT INTO quotes (order_id, tax) VALUES (@orderId, @rate)", new { orderId, rate }, transaction);
            await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task EF_only_notes_what_is_added() => await Fix("""
        public async Task CheckoutAsync(int id, string country, CancellationToken ct)
        {
            await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);

            // Add only tracks: nothing has been sent.
            var order = new Order();
            db.Orders.Add(order);
            var rate = await /*call*/tax.RateAsync(country, ct);

            order.Label = rate.ToString();
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
        public async Task CheckoutAsync(int id, string country, CancellationToken ct)
        {
            // Add only tracks: nothing has been sent.
            var order = new Order();
            db.Orders.Add(order);
            var rate = await tax.RateAsync(country, ct);

            order.Label = rate.ToString();
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task A_transaction_in_nobodys_variable() => await Fix("""
        public async Task PayAsync(int id, string country, CancellationToken ct)
        {
            await /*begin*/db.Database.BeginTransactionAsync(ct);
            var rate = await /*call*/tax.RateAsync(country, ct);
            await db.Orders.Where(o => o.Id > rate).ExecuteDeleteAsync(ct);
            await db.Database.CommitTransactionAsync(ct);
        }
        """).Becomes(Key, """
        public async Task PayAsync(int id, string country, CancellationToken ct)
        {
            var rate = await tax.RateAsync(country, ct);
            await db.Database.BeginTransactionAsync(ct);
            await db.Orders.Where(o => o.Id > rate).ExecuteDeleteAsync(ct);
            await db.Database.CommitTransactionAsync(ct);
        }
        """);

    [Fact]
    public async Task A_variable_and_the_using_of_it_keep_together() => await Fix("""
        public async Task PayAsync(string country, CancellationToken ct)
        {
            var connection = await dataSource.OpenConnectionAsync(ct).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            var transaction = await /*begin*/connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await using var __ = transaction.ConfigureAwait(false);
            var rate = await /*call*/tax.RateAsync(country, ct).ConfigureAwait(false);
            await connection.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate }).ConfigureAwait(false);
            await transaction.CommitAsync(ct).ConfigureAwait(false);
        }
        """).Becomes(Key, """
        public async Task PayAsync(string country, CancellationToken ct)
        {
            var rate = await tax.RateAsync(country, ct).ConfigureAwait(false);
            var connection = await dataSource.OpenConnectionAsync(ct).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await using var __ = transaction.ConfigureAwait(false);
            await connection.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate }).ConfigureAwait(false);
            await transaction.CommitAsync(ct).ConfigureAwait(false);
        }
        """);

    [Fact]
    public async Task A_connection_that_is_read_before_stays_open() => await Fix("""
        public async Task PayAsync(string country, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            var count = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM rates");
            await using var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            var rate = await /*call*/tax.RateAsync(country, ct);
            await connection.ExecuteAsync("INSERT INTO rates (rate, count) VALUES (@rate, @count)", new { rate, count });
            await transaction.CommitAsync(ct);
        }
        """).Becomes(Key, """
        public async Task PayAsync(string country, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            var count = await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM rates");
            var rate = await tax.RateAsync(country, ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await connection.ExecuteAsync("INSERT INTO rates (rate, count) VALUES (@rate, @count)", new { rate, count });
            await transaction.CommitAsync(ct);
        }
        """);

    [Fact]
    public async Task What_stands_in_a_using_statement_before_the_first_use_moves_out() => await Fix("""
        public async Task PayAsync(string country, CancellationToken ct)
        {
            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            {
                await using (var transaction = await /*begin*/connection.BeginTransactionAsync(ct))
                {
                    // The rate of the day.
                    var rate = await /*call*/tax.RateAsync(country, ct);
                    var rounded = Math.Round(rate, 2);

                    await connection.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rounded)", new { rounded });
                    await transaction.CommitAsync(ct);
                }
            }
        }
        """).Becomes(Key, """
        public async Task PayAsync(string country, CancellationToken ct)
        {
            // The rate of the day.
            var rate = await tax.RateAsync(country, ct);
            var rounded = Math.Round(rate, 2);

            await using (var connection = await dataSource.OpenConnectionAsync(ct))
            {
                await using (var transaction = await connection.BeginTransactionAsync(ct))
                {
                    await connection.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rounded)", new { rounded });
                    await transaction.CommitAsync(ct);
                }
            }
        }
        """);

    [Fact]
    public async Task What_stands_in_a_try_before_the_first_use_moves_out() => await Fix("""
        public async Task PayAsync(string country, CancellationToken ct)
        {
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            var transaction = await /*begin*/connection.BeginTransactionAsync(ct);
            try
            {
                var rate = await /*call*/tax.RateAsync(country, ct);
                await connection.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
                await transaction.CommitAsync(ct);
            }
            catch
            {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
        }
        """).Becomes(Key, """
        public async Task PayAsync(string country, CancellationToken ct)
        {
            var rate = await tax.RateAsync(country, ct);

            await using var connection = await dataSource.OpenConnectionAsync(ct);
            var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                await connection.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
                await transaction.CommitAsync(ct);
            }
            catch
            {
                await transaction.RollbackAsync(CancellationToken.None);
                throw;
            }
        }
        """);

    [Fact]
    public async Task In_a_scope_the_opening_moves() => await Fix("""
        public async Task QuoteAsync(int order, string country, CancellationToken ct)
        {
            using var scope = /*begin*/new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled);
            await using var connection = await dataSource.OpenConnectionAsync(ct);
            var zone = await /*call*/tax.RateAsync(country, ct);

            await connection.ExecuteAsync("INSERT INTO quotes (order_id, zone) VALUES (@order, @zone)", new { order, zone });
            scope.Complete();
        }
        """).Becomes(Key, """
        public async Task QuoteAsync(int order, string country, CancellationToken ct)
        {
            using var scope = new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled);
            var zone = await tax.RateAsync(country, ct);

            await using var connection = await dataSource.OpenConnectionAsync(ct);
            await connection.ExecuteAsync("INSERT INTO quotes (order_id, zone) VALUES (@order, @zone)", new { order, zone });
            scope.Complete();
        }
        """);

    [Fact]
    public async Task Inside_a_loop_each_turn_begins_later() => await Fix("""
        public async Task QuoteAsync(string[] countries, CancellationToken ct)
        {
            foreach (var country in countries)
            {
                await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
                var rate = await /*call*/tax.RateAsync(country, ct);
                if (rate == 0)
                {
                    continue;
                }

                await shared.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
                await transaction.CommitAsync(ct);
            }
        }
        """).Becomes(Key, """
        public async Task QuoteAsync(string[] countries, CancellationToken ct)
        {
            foreach (var country in countries)
            {
                var rate = await tax.RateAsync(country, ct);
                if (rate == 0)
                {
                    continue;
                }

                await using var transaction = await shared.BeginTransactionAsync(ct);
                await shared.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
                await transaction.CommitAsync(ct);
            }
        }
        """);

    [Fact]
    public async Task Top_level_statements() => await new StatedFinding(new PGTX103TransactionBeginsTooEarlyFix(), "PGTX103", """
        using System;
        using System.Net.Http;
        using Dapper;
        using Npgsql;

        using var http = new HttpClient();
        await using var connection = new NpgsqlConnection(args[0]);
        await connection.OpenAsync();
        await using var transaction = await /*begin*/connection.BeginTransactionAsync();
        var rate = await /*call*/http.GetStringAsync(args[1]);
        Console.WriteLine(rate);
        await connection.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
        await transaction.CommitAsync();
        """) { IsFile = true }.Becomes(Key, """
        using System;
        using System.Net.Http;
        using Dapper;
        using Npgsql;

        using var http = new HttpClient();
        var rate = await http.GetStringAsync(args[1]);
        Console.WriteLine(rate);
        await using var connection = new NpgsqlConnection(args[0]);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
        await transaction.CommitAsync();
        """);

    [Fact]
    public async Task All_in_a_document_also_two_calls_in_one_region_and_a_region_in_a_region() => await Fix("""
        public async Task QuoteAsync(string country, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            var rate = await /*call*/tax.RateAsync(country, ct);
            var other = await /*call*/tax.RateAsync(country + "2", ct);
            await shared.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate = rate + other });
            await transaction.CommitAsync(ct);
        }

        public async Task NestAsync(string country, CancellationToken ct)
        {
            await using var outer = await dataSource.OpenConnectionAsync(ct);
            {
                await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
                var rate = await /*call*/tax.RateAsync(country, ct);
                await shared.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
                await transaction.CommitAsync(ct);
            }

            await using (var transaction = await /*begin*/outer.BeginTransactionAsync(ct))
            {
                var rate = await /*call*/tax.RateAsync(country, ct);
                await outer.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
                await transaction.CommitAsync(ct);
            }
        }

        public async Task LambdaAsync(string country, CancellationToken ct)
        {
            await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            Func<Task> work = async () =>
            {
                await using var own = await dataSource.OpenConnectionAsync(ct);
                await using var inner = await /*begin*/own.BeginTransactionAsync(ct);
                var rate = await /*call*/tax.RateAsync(country, ct);
                await own.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
                await inner.CommitAsync(ct);
            };
            await shared.ExecuteAsync("SELECT 1");
            await transaction.CommitAsync(ct);
            await work();
        }
        """).AllBecome(Key, """
        public async Task QuoteAsync(string country, CancellationToken ct)
        {
            var rate = await tax.RateAsync(country, ct);
            var other = await tax.RateAsync(country + "2", ct);
            await using var transaction = await shared.BeginTransactionAsync(ct);
            await shared.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate = rate + other });
            await transaction.CommitAsync(ct);
        }

        public async Task NestAsync(string country, CancellationToken ct)
        {
            await using var outer = await dataSource.OpenConnectionAsync(ct);
            {
                var rate = await tax.RateAsync(country, ct);
                await using var transaction = await shared.BeginTransactionAsync(ct);
                await shared.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
                await transaction.CommitAsync(ct);
            }

            await using (var transaction = await outer.BeginTransactionAsync(ct))
            {
                var rate = await tax.RateAsync(country, ct);
                await outer.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
                await transaction.CommitAsync(ct);
            }
        }

        public async Task LambdaAsync(string country, CancellationToken ct)
        {
            await using var transaction = await shared.BeginTransactionAsync(ct);
            Func<Task> work = async () =>
            {
                var rate = await tax.RateAsync(country, ct);
                await using var own = await dataSource.OpenConnectionAsync(ct);
                await using var inner = await own.BeginTransactionAsync(ct);
                await own.ExecuteAsync("INSERT INTO rates (rate) VALUES (@rate)", new { rate });
                await inner.CommitAsync(ct);
            };
            await shared.ExecuteAsync("SELECT 1");
            await transaction.CommitAsync(ct);
            await work();
        }
        """);

    [Theory]
    [InlineData("the call's statement rolls back", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        if (await /*call*/tax.RateAsync(label, ct) > 0)
        {
            await transaction.RollbackAsync(ct);
            return;
        }

        await shared.ExecuteAsync("DELETE FROM holds");
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the first use is in the loop of the call", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        foreach (var hold in new[] { 1, 2 })
        {
            await /*call*/mailer.SendAsync(hold, ct);
            await shared.ExecuteAsync("DELETE FROM holds WHERE id = @hold", new { hold });
        }

        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the statement of the call reads from the connection", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        var rate = await /*call*/tax.RateAsync(shared.Database, ct);
        await shared.ExecuteAsync("DELETE FROM holds WHERE id = @rate", new { rate });
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("the call uses the database itself", """
        await using var transaction = await /*begin*/db.Database.BeginTransactionAsync(ct);
        await /*call*/audit.ReportAsync(id, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        """)]
    [InlineData("nothing uses the transaction afterwards", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("the begin is in a branch", """
        NpgsqlTransaction? transaction = null;
        if (id > 0)
        {
            transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        }

        await /*call*/mailer.SendAsync(id, ct);
        await shared.ExecuteAsync("DELETE FROM holds", transaction: transaction);
        """)]
    [InlineData("the handler takes the begin for granted", """
        NpgsqlTransaction? transaction = null;
        try
        {
            transaction = await /*begin*/shared.BeginTransactionAsync(ct);
            await /*call*/mailer.SendAsync(id, ct);
            await shared.ExecuteAsync("DELETE FROM holds");
            await transaction.CommitAsync(ct);
        }
        catch
        {
            await transaction!.RollbackAsync();
            throw;
        }
        """)]
    [InlineData("a handler would no longer see the failure", """
        var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        try
        {
            await /*call*/mailer.SendAsync(id, ct);
            await shared.ExecuteAsync("DELETE FROM holds");
            await transaction.CommitAsync(ct);
        }
        catch (Exception ex)
        {
            logger.LogError(ex, "Failed.");
            await transaction.RollbackAsync();
        }
        """)]
    [InlineData("the begin reads what changes on the way", """
        var level = IsolationLevel.Serializable;
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(level, ct);
        level = IsolationLevel.ReadCommitted;
        await /*call*/mailer.SendAsync(id, ct);
        await shared.ExecuteAsync("DELETE FROM holds");
        Console.WriteLine(level);
        """)]
    [InlineData("a local function that is called before the first use has captured the transaction", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        await SendAsync();
        await shared.ExecuteAsync("DELETE FROM holds");
        async Task SendAsync()
        {
            await mailer.SendAsync(id, ct);
            await shared.ExecuteAsync("DELETE FROM orders", transaction: transaction);
        }

        await /*call*/mailer.SendAsync(id, ct);
        """)]
    [InlineData("a label lies on the way", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        again:
        var rate = await /*call*/tax.RateAsync(label, ct);
        if (rate == 0)
        {
            goto again;
        }

        await shared.ExecuteAsync("DELETE FROM holds");
        """)]
    [InlineData("a directive lies on the way", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        #region Call
        var rate = await /*call*/tax.RateAsync(label, ct);
        #endregion
        await shared.ExecuteAsync("DELETE FROM holds WHERE id = @rate", new { rate });
        """)]
    [InlineData("it shares its line", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct); await /*call*/mailer.SendAsync(id, ct);
        await shared.ExecuteAsync("DELETE FROM holds");
        """)]
    [InlineData("code that may share the connection runs first", """
        await using var transaction = await /*begin*/shared.BeginTransactionAsync(ct);
        await gateway.AskAsync(id, ct);
        await /*call*/mailer.SendAsync(id, ct);
        await shared.ExecuteAsync("DELETE FROM holds");
        """)]
    public async Task Not_offered_when(string why, string body) => await Fix($$"""
        // {{why}}
        public async Task RunAsync(int id, string label, CancellationToken ct)
        {
        {{string.Join("\n", body.ReplaceLineEndings("\n").Split('\n').Select(line => "    " + line))}}
        }
        """).IsNotOffered(Key);

    private static StatedFinding Fix(string members) => new(new PGTX103TransactionBeginsTooEarlyFix(), "PGTX103", members);
}
