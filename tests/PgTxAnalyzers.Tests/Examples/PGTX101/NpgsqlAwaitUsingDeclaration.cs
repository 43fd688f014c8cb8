using System.Net.Http.Json;
using Npgsql;

namespace Shop.Payments;

// The card is charged while the new order is locked.
public sealed class OrderCheckout(NpgsqlDataSource dataSource, HttpClient payments)
{
    public async Task PlaceAsync(Guid orderId, decimal amount, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);

        await using (var insert = new NpgsqlCommand("INSERT INTO orders (id, amount) VALUES ($1, $2)", connection, transaction))
        {
            insert.Parameters.AddWithValue(orderId);
            insert.Parameters.AddWithValue(amount);
            await insert.ExecuteNonQueryAsync(ct);
        }

        using var response = await payments.PostAsJsonAsync("/charges", new { orderId, amount }, ct); // expect: PGTX101
        response.EnsureSuccessStatusCode();

        await using (var update = new NpgsqlCommand("UPDATE orders SET state = 'paid' WHERE id = $1", connection, transaction))
        {
            update.Parameters.AddWithValue(orderId);
            await update.ExecuteNonQueryAsync(ct);
        }

        await transaction.CommitAsync(ct);

        // Committed, though not yet disposed.
        await payments.PostAsJsonAsync("/receipts", new { orderId }, ct);
    }
}
