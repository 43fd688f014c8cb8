namespace Checkout.Orders;

public sealed record OrderRequest(string Email, OrderedItem[] Lines);

public sealed record OrderedItem(string Sku, int Quantity);

public sealed record OrderResult(Guid Id, string Status, decimal Total);

public sealed record Risk(decimal Score);

public sealed record Charge(string Id);
