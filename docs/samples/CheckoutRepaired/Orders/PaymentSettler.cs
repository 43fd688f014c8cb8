using Dapper;
using Npgsql;

namespace Checkout.Orders;

/// <summary>Finishes the orders whose payment was interrupted: the process stopped, or the payment service did not answer.</summary>
public sealed class PaymentSettler(NpgsqlDataSource database, IServiceScopeFactory scopes, ILogger<PaymentSettler> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SettleAllAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                log.LogError(failure, "Unpaid orders were not settled.");
            }
        }
    }

    private async Task SettleAllAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var payments = scope.ServiceProvider.GetRequiredService<OrderPayments>();
        foreach (var order in await FindUnpaidAsync(ct))
            await payments.SettleAsync(order.Id, order.Total, ct);
    }

    private async Task<IEnumerable<UnpaidOrder>> FindUnpaidAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await connection.QueryAsync<UnpaidOrder>(
            "SELECT id, total FROM orders WHERE status = 'awaiting payment' AND placed_at < now() - interval '1 minute' ORDER BY placed_at LIMIT 100");
    }

    private sealed record UnpaidOrder(Guid Id, decimal Total);
}
