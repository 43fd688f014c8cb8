using Checkout.Data;
using Microsoft.EntityFrameworkCore;

namespace Checkout.Orders;

/// <summary>Takes the goods out of stock, charges the customer and writes the order.</summary>
public sealed class OrderPlacement(CheckoutContext db, HttpClient payments)
{
    private const decimal HighestRisk = 0.9m;

    public async Task<IResult> PlaceAsync(OrderRequest request, CancellationToken ct)
    {
        var order = new Order { Id = Guid.NewGuid(), Email = request.Email, Status = "placed" };

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        foreach (var item in request.Lines)
        {
            var taken = await db.Products
                .Where(product => product.Sku == item.Sku && product.Stock >= item.Quantity)
                .ExecuteUpdateAsync(update => update.SetProperty(product => product.Stock, product => product.Stock - item.Quantity), ct);
            if (taken == 0)
            {
                await transaction.RollbackAsync(ct);
                return Results.Conflict($"'{item.Sku}' is sold out.");
            }

            var price = await db.Products.Where(product => product.Sku == item.Sku).Select(product => product.Price).SingleAsync(ct);
            order.Lines.Add(new OrderLine { OrderId = order.Id, Sku = item.Sku, Quantity = item.Quantity, UnitPrice = price });
            order.Total += price * item.Quantity;
        }

        if (await ScoreAsync(order, ct) > HighestRisk)
        {
            await transaction.RollbackAsync(ct);
            return Results.Problem("The order was refused.", statusCode: StatusCodes.Status402PaymentRequired);
        }

        db.Orders.Add(order);
        await db.SaveChangesAsync(ct);

        // If the charge fails, the order and the stock are rolled back with it.
        using var response = await payments.PostAsJsonAsync("charges", new { order.Id, order.Total }, ct);
        response.EnsureSuccessStatusCode();
        var charge = await response.Content.ReadFromJsonAsync<Charge>(ct);

        order.ChargeId = charge!.Id;
        order.Status = "paid";
        db.Receipts.Add(new Receipt { OrderId = order.Id, Email = order.Email, Body = $"Thank you. You paid {order.Total:0.00}." });
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);

        return Results.Ok(new OrderResult(order.Id, order.Status, order.Total));
    }

    private async Task<decimal> ScoreAsync(Order order, CancellationToken ct)
    {
        var risk = await payments.GetFromJsonAsync<Risk>($"risk/{Uri.EscapeDataString(order.Email)}?total={order.Total}", ct);
        return risk!.Score;
    }
}
