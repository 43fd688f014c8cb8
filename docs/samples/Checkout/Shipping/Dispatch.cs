using Dapper;
using Npgsql;

namespace Checkout.Shipping;

/// <summary>Hands a paid order to the carrier, once.</summary>
public sealed class Dispatch(NpgsqlDataSource database, ICarrier carrier)
{
    public async Task<IResult> ShipAsync(Guid orderId, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);

        var status = await connection.ExecuteScalarAsync<string>(
            "SELECT status FROM orders WHERE id = @orderId FOR UPDATE", new { orderId }, transaction);
        if (status != "paid")
            return Results.Conflict("Only a paid order can be shipped.");

        // The row stays locked, so that the same order is not booked twice.
        var trackingCode = await carrier.BookAsync(orderId, ct);

        await connection.ExecuteAsync(
            "UPDATE orders SET status = 'shipped', tracking_code = @trackingCode WHERE id = @orderId", new { orderId, trackingCode }, transaction);
        await transaction.CommitAsync(ct);

        return Results.Ok(new { trackingCode });
    }
}
