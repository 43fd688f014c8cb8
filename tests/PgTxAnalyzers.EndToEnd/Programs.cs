namespace PgTxAnalyzers.EndToEnd;

/// <summary>What the consumers compile. The line of each finding is named by its comment.</summary>
internal static class Programs
{
    /// <summary>One PGTX101, on line 14: the row of the order stays locked until the payment provider answers.</summary>
    public const string HeldAcrossHttp =
        """
        using Npgsql;

        public sealed class Checkout(NpgsqlDataSource orders, HttpClient payments)
        {
            public async Task PayAsync(CancellationToken ct)
            {
                await using var connection = await orders.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);

                await using var pay = new NpgsqlCommand("UPDATE orders SET paid = true WHERE id = 1", connection, transaction);
                await pay.ExecuteNonQueryAsync(ct);

                // The next line is the finding.
                using var receipt = await payments.PostAsync("https://payments.example/charges", content: null, ct);

                await transaction.CommitAsync(ct);
            }
        }
        """;

    /// <summary>The same on a client of the shop's own, which no model knows: PGTX101 on lines 14 and 15, once the user names the methods.</summary>
    public const string HeldAcrossOwnClient =
        """
        using Npgsql;

        public sealed class Checkout(NpgsqlDataSource orders, Legacy.Mainframe mainframe)
        {
            public async Task PayAsync(CancellationToken ct)
            {
                await using var connection = await orders.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);

                await using var pay = new NpgsqlCommand("UPDATE orders SET paid = true WHERE id = 1", connection, transaction);
                await pay.ExecuteNonQueryAsync(ct);

                // Each of the next lines is a finding, when its method is known as an external call.
                await mainframe.BookAsync(1, "paid");
                await mainframe.PrintAsync(1);

                await transaction.CommitAsync(ct);
            }
        }

        namespace Legacy
        {
            public abstract class Mainframe
            {
                public abstract Task BookAsync(int order, string state);

                public abstract Task PrintAsync(int order);
            }
        }
        """;

    /// <summary>One PGTX103 (the begin comes before the quote is fetched) and one PGTX701.</summary>
    public const string TwoWithFixes =
        """
        using System.Transactions;
        using Npgsql;

        public sealed class Checkout(NpgsqlDataSource orders, HttpClient prices)
        {
            public async Task QuoteAsync(CancellationToken ct)
            {
                await using var connection = await orders.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                var price = await prices.GetStringAsync("https://prices.example/1", ct);

                await using var quote = new NpgsqlCommand("UPDATE orders SET price = $1 WHERE id = 1", connection, transaction);
                quote.Parameters.AddWithValue(price);
                await quote.ExecuteNonQueryAsync(ct);
                await transaction.CommitAsync(ct);
            }

            public async Task ArchiveAsync(CancellationToken ct)
            {
                using var scope = new TransactionScope(TransactionScopeOption.Required, new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted });
                await using var archive = orders.CreateCommand("UPDATE orders SET archived = true WHERE id = 1");
                await archive.ExecuteNonQueryAsync(ct);
                scope.Complete();
            }
        }
        """;

    /// <summary>Waits and calls, and no database anywhere.</summary>
    public const string NoDatabase =
        """
        public sealed class Prices(HttpClient client)
        {
            public async Task<string> GetAsync(CancellationToken ct)
            {
                await Task.Delay(100, ct);
                return await client.GetStringAsync("https://prices.example/1", ct);
            }
        }
        """;
}
