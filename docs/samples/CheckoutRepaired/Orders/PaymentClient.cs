namespace Checkout.Orders;

/// <summary>The payment service. Every request that moves money carries a key, so that it can be sent again.</summary>
public sealed class PaymentClient(HttpClient http)
{
    public async Task<decimal> ScoreAsync(string email, decimal total, CancellationToken ct)
    {
        var risk = await http.GetFromJsonAsync<Risk>($"risk/{Uri.EscapeDataString(email)}?total={total}", ct);
        return risk!.Score;
    }

    public async Task<string> ChargeAsync(Guid orderId, decimal total, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "charges") { Content = JsonContent.Create(new { orderId, total }) };
        request.Headers.Add("Idempotency-Key", $"{orderId}");
        using var response = await http.SendAsync(request, ct);
        response.EnsureSuccessStatusCode();
        var charge = await response.Content.ReadFromJsonAsync<Charge>(ct);
        return charge!.Id;
    }

    public async Task RefundAsync(Guid orderId, string chargeId, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"charges/{chargeId}/refund");
        request.Headers.Add("Idempotency-Key", $"{orderId}");
        using var response = await http.SendAsync(request, ct);
        response.EnsureSuccessStatusCode();
    }

    private sealed record Risk(decimal Score);

    private sealed record Charge(string Id);
}
