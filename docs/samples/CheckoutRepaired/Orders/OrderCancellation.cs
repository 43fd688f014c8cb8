using Npgsql;

namespace Checkout.Orders;

/// <summary>
/// Gives the money back and puts the goods back into stock. The order is marked first and finished last, each in a transaction of its own;
/// a cancellation that was interrupted is taken up again by asking for it again.
/// </summary>
public sealed class OrderCancellation(NpgsqlDataSource database, PaymentClient payments, ILogger<OrderCancellation> log)
{
    public async Task<IResult> CancelAsync(Guid orderId, CancellationToken ct)
    {
        if (await MarkAsync(orderId, ct) is not { } chargeId)
            return Results.Conflict("Only a paid order can be cancelled.");

        try
        {
            await payments.RefundAsync(orderId, chargeId, ct);
        }
        catch (HttpRequestException failure)
        {
            log.LogWarning(failure, "Order {OrderId} was not refunded.", orderId);
            return Results.Problem("The payment service did not answer; please try again.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        await FinishAsync(orderId, ct);
        return Results.Ok();
    }

    private async Task<string?> MarkAsync(Guid orderId, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            "UPDATE orders SET status = 'cancelling' WHERE id = $1 AND status IN ('paid', 'cancelling') RETURNING charge_id");
        command.Parameters.AddWithValue(orderId);
        return await command.ExecuteScalarAsync(ct) as string;
    }

    private async Task FinishAsync(Guid orderId, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);

        await using var cancel = new NpgsqlCommand("UPDATE orders SET status = 'cancelled' WHERE id = $1 AND status = 'cancelling'", connection, transaction);
        cancel.Parameters.AddWithValue(orderId);
        if (await cancel.ExecuteNonQueryAsync(ct) == 0)
        {
            await transaction.RollbackAsync(ct);
            return;
        }

        await using var restock = new NpgsqlCommand(
            "UPDATE products SET stock = stock + quantity FROM order_lines WHERE order_id = $1 AND order_lines.sku = products.sku", connection, transaction);
        restock.Parameters.AddWithValue(orderId);
        await restock.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }
}
