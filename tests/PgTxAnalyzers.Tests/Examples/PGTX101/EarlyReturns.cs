using Dapper;
using Npgsql;

namespace Shop.Orders;

public sealed class CancelOrder(NpgsqlDataSource dataSource, HttpClient payments)
{
    public async Task<bool> HandleAsync(Guid orderId, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);

        var state = await connection.ExecuteScalarAsync<string?>(
            "SELECT state FROM orders WHERE id = @orderId FOR UPDATE", new { orderId }, transaction);

        if (state is null)
        {
            await transaction.RollbackAsync(ct);
            await payments.PostAsync($"/unknown/{orderId}", null, ct);
            return false;
        }

        if (state == "paid")
        {
            // The queue behind the locked order waits for the payment provider.
            await payments.PostAsync($"/refunds/{orderId}", null, ct); // expect: PGTX101
        }
        else if (state == "shipped")
        {
            await transaction.DisposeAsync();
            await payments.PostAsync($"/too-late/{orderId}", null, ct);
            throw new InvalidOperationException("Shipped already.");
        }

        await connection.ExecuteAsync("UPDATE orders SET state = 'cancelled' WHERE id = @orderId", new { orderId }, transaction);
        await transaction.CommitAsync(ct);
        return true;
    }
}
