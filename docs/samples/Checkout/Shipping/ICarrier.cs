namespace Checkout.Shipping;

public interface ICarrier
{
    /// <summary>Books a parcel and gives its tracking code.</summary>
    Task<string> BookAsync(Guid orderId, CancellationToken ct);
}
