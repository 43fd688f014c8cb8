// Stands in for the payment, exchange-rate and carrier services and for a mail server, so that the samples run on one machine.
//   dotnet run --project docs/samples/Partners [--delay 300]     every HTTP answer takes that many milliseconds
using System.Collections.Concurrent;
using Partners;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:5081");
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddHostedService<MailSink>();

var delay = builder.Configuration.GetValue("delay", 300);
var charges = new ConcurrentDictionary<string, string>();

var app = builder.Build();
app.Use(async (context, next) =>
{
    await Task.Delay(delay, context.RequestAborted);
    await next(context);
});

app.MapGet("/risk/{email}", (string email) => new { score = email.StartsWith("fraud", StringComparison.Ordinal) ? 0.99m : 0.1m });
app.MapGet("/rates/{currency}", (string currency) => new { value = currency == "USD" ? 1.08m : 1.00m });
app.MapPut("/parcels/{orderId}", (string orderId) => new { trackingCode = $"P-{orderId[..8]}" });

// The same idempotency key gives the same charge; without a key every request is a new one.
app.MapPost("/charges", (HttpRequest request) =>
    new { id = charges.GetOrAdd(request.Headers["Idempotency-Key"].FirstOrDefault() ?? $"{Guid.NewGuid()}", _ => $"ch_{charges.Count + 1}") });
app.MapPost("/charges/{id}/refund", (string id) => new { id });
app.MapGet("/charges", () => charges.Values.Order());

await app.RunAsync();
