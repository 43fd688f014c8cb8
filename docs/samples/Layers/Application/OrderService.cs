using Layers.Domain;
using Npgsql;

namespace Layers.Application;

public sealed class OrderService(NpgsqlDataSource database, IReceiptSender receipts)
{
    public async Task PlaceAsync(Order order, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);

        await using var insert = new NpgsqlCommand("INSERT INTO orders (id, customer, amount) VALUES ($1, $2, $3)", connection, transaction);
        insert.Parameters.AddWithValue(order.Id);
        insert.Parameters.AddWithValue(order.Customer);
        insert.Parameters.AddWithValue(order.Amount);
        await insert.ExecuteNonQueryAsync(ct);

        // Nobody here can know that this leaves the process.
        await receipts.SendAsync(order, ct);

        await transaction.CommitAsync(ct);
    }
}
