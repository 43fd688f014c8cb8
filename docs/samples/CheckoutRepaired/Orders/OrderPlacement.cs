using Checkout.Data;
using Microsoft.EntityFrameworkCore;

namespace Checkout.Orders;

/// <summary>
/// Takes the goods out of stock and writes the order in one transaction, then charges the customer.
/// The order is on disk before money moves: what a lost process leaves behind is an order that awaits its payment, and <see cref="PaymentSettler"/> finds it.
/// </summary>
public sealed class OrderPlacement(CheckoutContext db, PaymentClient payments, OrderPayments orderPayments)
{
    private const decimal HighestRisk = 0.9m;

    public async Task<IResult> PlaceAsync(OrderRequest request, CancellationToken ct)
    {
        var order = await PriceAsync(request, ct);
        if (await payments.ScoreAsync(order.Email, order.Total, ct) > HighestRisk)
            return Results.Problem("The order was refused.", statusCode: StatusCodes.Status402PaymentRequired);

        if (await SaveAsync(order, ct) is { } soldOut)
            return Results.Conflict($"'{soldOut}' is sold out.");

        try
        {
            await orderPayments.SettleAsync(order.Id, order.Total, ct);
            return Results.Ok(new OrderResult(order.Id, "paid", order.Total));
        }
        catch (HttpRequestException)
        {
            // Nobody knows whether the charge arrived; the settler will ask again with the same key.
            return Results.Accepted(value: new OrderResult(order.Id, order.Status, order.Total));
        }
    }

    private async Task<Order> PriceAsync(OrderRequest request, CancellationToken ct)
    {
        var order = new Order { Id = Guid.NewGuid(), Email = request.Email, Status = "awaiting payment" };
        foreach (var item in request.Lines)
        {
            var price = await db.Products.Where(product => product.Sku == item.Sku).Select(product => product.Price).SingleAsync(ct);
            order.Lines.Add(new OrderLine { OrderId = order.Id, Sku = item.Sku, Quantity = item.Quantity, UnitPrice = price });
            order.Total += price * item.Quantity;
        }

        return order;
    }

    /// <summary>The product that is sold out, or null where the order was written. A lost connection runs the unit again, whole.</summary>
    private Task<string?> SaveAsync(Order order, CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync<string?>(async token =>
    {
        // What an attempt that failed had tracked would be written a second time.
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(token);

        // In one order for everybody, so that two baskets with the same goods do not deadlock.
        foreach (var line in order.Lines.OrderBy(line => line.Sku, StringComparer.Ordinal))
        {
            var taken = await db.Products
                .Where(product => product.Sku == line.Sku && product.Stock >= line.Quantity)
                .ExecuteUpdateAsync(update => update.SetProperty(product => product.Stock, product => product.Stock - line.Quantity), token);
            if (taken == 0)
            {
                await transaction.RollbackAsync(token);
                return line.Sku;
            }
        }

        db.Orders.Add(order);
        await db.SaveChangesAsync(token);
        await transaction.CommitAsync(token);
        return null;
    }, ct);
}
