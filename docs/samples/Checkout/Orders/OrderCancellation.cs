using Npgsql;

namespace Checkout.Orders;

/// <summary>Gives the money back and puts the goods back into stock.</summary>
public sealed class OrderCancellation(NpgsqlDataSource database, HttpClient payments, ILogger<OrderCancellation> log)
{
    public async Task<IResult> CancelAsync(Guid orderId, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            await using var cancel = new NpgsqlCommand(
                "UPDATE orders SET status = 'cancelled' WHERE id = $1 AND status = 'paid' RETURNING charge_id", connection, transaction);
            cancel.Parameters.AddWithValue(orderId);
            if (await cancel.ExecuteScalarAsync(ct) is not string chargeId)
            {
                await transaction.RollbackAsync(ct);
                return Results.Conflict("Only a paid order can be cancelled.");
            }

            using var refund = await payments.PostAsync($"charges/{chargeId}/refund", content: null, ct);
            refund.EnsureSuccessStatusCode();

            await using var restock = new NpgsqlCommand(
                "UPDATE products SET stock = stock + quantity FROM order_lines WHERE order_id = $1 AND order_lines.sku = products.sku", connection, transaction);
            restock.Parameters.AddWithValue(orderId);
            await restock.ExecuteNonQueryAsync(ct);

            await transaction.CommitAsync(ct);
            return Results.Ok();
        }
        catch (HttpRequestException failure)
        {
            log.LogWarning(failure, "Order {OrderId} was not refunded.", orderId);
            await transaction.RollbackAsync(CancellationToken.None);
            return Results.Problem("The payment service did not answer; please try again.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        finally
        {
            await transaction.DisposeAsync();
        }
    }
}
