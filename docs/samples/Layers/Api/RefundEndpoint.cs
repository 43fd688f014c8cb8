using Layers.Infrastructure;
using Npgsql;

namespace Layers.Api;

public sealed class RefundEndpoint(NpgsqlConnection connection, RefundStore store, RefundClient client)
{
    public async Task RefundAsync(int order, CancellationToken ct)
    {
        await connection.OpenAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await store.AddAsync(order, 10m, ct);
        await client.PayBackAsync(order, ct);
        await transaction.CommitAsync(ct);
    }
}
