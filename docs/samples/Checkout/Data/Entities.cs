namespace Checkout.Data;

public sealed class Product
{
    public required string Sku { get; init; }

    public required string Name { get; init; }

    public decimal Price { get; init; }

    public int Stock { get; init; }
}

public sealed class Order
{
    public Guid Id { get; init; }

    public required string Email { get; init; }

    public required string Status { get; set; }

    public decimal Total { get; set; }

    public string? ChargeId { get; set; }

    public string? TrackingCode { get; set; }

    public List<OrderLine> Lines { get; } = [];
}

public sealed class OrderLine
{
    public Guid OrderId { get; init; }

    public required string Sku { get; init; }

    public int Quantity { get; init; }

    public decimal UnitPrice { get; init; }
}

public sealed class Receipt
{
    public long Id { get; init; }

    public Guid OrderId { get; init; }

    public required string Email { get; init; }

    public required string Body { get; init; }
}
