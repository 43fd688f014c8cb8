using Checkout.Data;
using Checkout.Loyalty;
using Checkout.Orders;
using Checkout.Quotes;
using Checkout.Receipts;
using Checkout.Shipping;
using Checkout.Stock;
using Microsoft.EntityFrameworkCore;
using Npgsql;

var builder = WebApplication.CreateBuilder(args);
var configuration = builder.Configuration;

builder.Services.AddNpgsqlDataSource(configuration.GetConnectionString("Checkout")!);
builder.Services.AddDbContext<CheckoutContext>((services, options) => options.UseNpgsql(
    services.GetRequiredService<NpgsqlDataSource>(), npgsql => npgsql.EnableRetryOnFailure(errorCodesToAdd: ["25P03"])));
builder.Services.AddHttpClient<PaymentClient>(client => client.BaseAddress = Address("Payments"));
builder.Services.AddHttpClient<QuoteDesk>(client => client.BaseAddress = Address("Rates"));
builder.Services.AddHttpClient<ICarrier, HttpCarrier>(client => client.BaseAddress = Address("Carrier"));
builder.Services.AddScoped<OrderPlacement>();
builder.Services.AddScoped<OrderPayments>();
builder.Services.AddScoped<OrderCancellation>();
builder.Services.AddScoped<Dispatch>();
builder.Services.AddScoped<Reservations>();
builder.Services.AddScoped<PointsLedger>();
builder.Services.Configure<SmtpSettings>(configuration.GetSection("Smtp"));
builder.Services.AddHostedService<ReceiptWorker>();
builder.Services.AddHostedService<PaymentSettler>();

var app = builder.Build();
await Schema.CreateAsync(app.Services.GetRequiredService<NpgsqlDataSource>());

app.MapPost("/quotes", (QuoteRequest request, QuoteDesk desk, CancellationToken ct) => desk.QuoteAsync(request, ct));
app.MapPost("/orders", (OrderRequest request, OrderPlacement placement, CancellationToken ct) => placement.PlaceAsync(request, ct));
app.MapPost("/orders/{id:guid}/cancel", (Guid id, OrderCancellation cancellation, CancellationToken ct) => cancellation.CancelAsync(id, ct));
app.MapPost("/orders/{id:guid}/ship", (Guid id, Dispatch dispatch, CancellationToken ct) => dispatch.ShipAsync(id, ct));
app.MapPost("/stock/reservations", (ReservationRequest request, Reservations stock, CancellationToken ct) => stock.ReserveAsync(request, ct));
app.MapPost("/loyalty/{email}/points/{points:int}", (string email, int points, PointsLedger ledger, CancellationToken ct) => ledger.AddAsync(email, points, ct));
app.MapGet("/orders/{id:guid}", async (Guid id, CheckoutContext db, CancellationToken ct) =>
    await db.Orders.Include(order => order.Lines).SingleOrDefaultAsync(order => order.Id == id, ct) is { } order ? Results.Ok(order) : Results.NotFound());

await app.RunAsync();

Uri Address(string partner) => new(configuration[$"{partner}:BaseAddress"]!);
