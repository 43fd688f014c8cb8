namespace Layers.Domain;

/// <summary>Tells a customer what was ordered. How, is nobody's business here.</summary>
public interface IReceiptSender
{
    Task SendAsync(Order order, CancellationToken ct);
}

public sealed record Order(int Id, string Customer, decimal Amount);
