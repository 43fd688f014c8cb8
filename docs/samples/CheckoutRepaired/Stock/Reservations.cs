using Dapper;
using Npgsql;

namespace Checkout.Stock;

public sealed record ReservationRequest(string Sku, int Quantity);

/// <summary>Puts goods aside for a shop in town; what is missing is asked for from the supplier.</summary>
public sealed class Reservations(NpgsqlDataSource database)
{
    public async Task<IResult> ReserveAsync(ReservationRequest request, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);

        var stock = await connection.ExecuteScalarAsync<int>(
            "SELECT stock FROM products WHERE sku = @Sku FOR UPDATE", new { request.Sku }, transaction);
        if (stock < request.Quantity)
        {
            await connection.ExecuteAsync(
                "INSERT INTO back_orders (sku, quantity) VALUES (@Sku, @Missing)", new { request.Sku, Missing = request.Quantity - stock }, transaction);
            await transaction.CommitAsync(ct);
            return Results.Accepted(value: new { reserved = 0, backOrdered = request.Quantity - stock });
        }

        await connection.ExecuteAsync("UPDATE products SET stock = stock - @Quantity WHERE sku = @Sku", new { request.Sku, request.Quantity }, transaction);
        await transaction.CommitAsync(ct);

        return Results.Ok(new { reserved = request.Quantity, backOrdered = 0 });
    }
}
