using Dapper;
using Npgsql;

namespace Checkout.Orders;

/// <summary>Charges an order that is already written. Safe to run twice: the charge has a key, and only one run finds the order unpaid.</summary>
public sealed class OrderPayments(NpgsqlDataSource database, PaymentClient payments)
{
    public async Task SettleAsync(Guid orderId, decimal total, CancellationToken ct)
    {
        var chargeId = await payments.ChargeAsync(orderId, total, ct);

        // One statement is one transaction: the order and its receipt are written together.
        await using var connection = await database.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            """
            WITH paid AS (
                UPDATE orders SET status = 'paid', charge_id = @chargeId WHERE id = @orderId AND status = 'awaiting payment' RETURNING id, email, total)
            INSERT INTO receipts (order_id, email, body)
            SELECT id, email, 'Thank you. You paid ' || total || '.' FROM paid
            """,
            new { orderId, chargeId });
    }
}
