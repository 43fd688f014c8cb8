using Npgsql;

namespace Layers.Infrastructure;

/// <summary>The rows of refunds.</summary>
public sealed class RefundStore(NpgsqlConnection connection)
{
    public async Task AddAsync(int order, decimal amount, CancellationToken ct)
    {
        await using var insert = new NpgsqlCommand("INSERT INTO refunds (order_id, amount) VALUES ($1, $2)", connection);
        insert.Parameters.AddWithValue(order);
        insert.Parameters.AddWithValue(amount);
        await insert.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>The payment provider.</summary>
public sealed class RefundClient(HttpClient http)
{
    public Task<string> PayBackAsync(int order, CancellationToken ct) => http.GetStringAsync($"https://pay.example/refund/{order}", ct);
}
