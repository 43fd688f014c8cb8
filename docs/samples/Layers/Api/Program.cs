using Layers.Api;
using Layers.Application;
using Layers.Domain;
using Layers.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton(NpgsqlDataSource.Create("Host=127.0.0.1;Username=postgres;Database=layers"));
builder.Services.AddScoped(services => services.GetRequiredService<NpgsqlDataSource>().CreateConnection());
builder.Services.AddScoped<OrderService>();
builder.Services.AddScoped<RefundStore>();
builder.Services.AddHttpClient<RefundClient>();
builder.Services.AddScoped<RefundEndpoint>();

// Here the interface of Domain, the transaction of Application and the HTTP call of Infrastructure come together.
builder.Services.AddHttpClient<IReceiptSender, HttpReceiptSender>();

var app = builder.Build();
app.MapPost("/orders", (Order order, OrderService orders, CancellationToken ct) => orders.PlaceAsync(order, ct));
app.MapPost("/refunds/{order:int}", (int order, RefundEndpoint refunds, CancellationToken ct) => refunds.RefundAsync(order, ct));
app.Run();
