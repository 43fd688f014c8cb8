namespace Checkout.Shipping;

public sealed class HttpCarrier(HttpClient http) : ICarrier
{
    public async Task<string> BookAsync(Guid orderId, CancellationToken ct)
    {
        using var response = await http.PutAsJsonAsync($"parcels/{orderId}", new { orderId }, ct);
        response.EnsureSuccessStatusCode();
        var parcel = await response.Content.ReadFromJsonAsync<Parcel>(ct);
        return parcel!.TrackingCode;
    }

    private sealed record Parcel(string TrackingCode);
}
