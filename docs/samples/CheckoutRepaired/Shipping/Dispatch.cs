using Dapper;
using Npgsql;

namespace Checkout.Shipping;

/// <summary>Hands a paid order to the carrier. A parcel is booked under the order's id, so booking again gives the same parcel.</summary>
public sealed class Dispatch(NpgsqlDataSource database, ICarrier carrier)
{
    public async Task<IResult> ShipAsync(Guid orderId, CancellationToken ct)
    {
        // The status, not a held row lock, says that the order is on its way: it cannot be cancelled from here on.
        if (!await MarkAsync(orderId, ct))
            return Results.Conflict("Only a paid order can be shipped.");

        var trackingCode = await carrier.BookAsync(orderId, ct);

        await FinishAsync(orderId, trackingCode, ct);
        return Results.Ok(new { trackingCode });
    }

    private async Task<bool> MarkAsync(Guid orderId, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(
            "UPDATE orders SET status = 'shipping' WHERE id = @orderId AND status IN ('paid', 'shipping')", new { orderId }) == 1;
    }

    private async Task FinishAsync(Guid orderId, string trackingCode, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            "UPDATE orders SET status = 'shipped', tracking_code = @trackingCode WHERE id = @orderId AND status = 'shipping'", new { orderId, trackingCode });
    }
}
