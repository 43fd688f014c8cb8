using System.Net.Http.Json;
using Layers.Domain;

namespace Layers.Infrastructure;

/// <summary>The mail provider's HTTP API. Knows no database.</summary>
public sealed class HttpReceiptSender(HttpClient http) : IReceiptSender
{
    public async Task SendAsync(Order order, CancellationToken ct)
    {
        using var response = await http.PostAsJsonAsync("https://mail.example/receipts", order, ct);
        response.EnsureSuccessStatusCode();
    }
}
