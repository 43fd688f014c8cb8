using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Docs;

/// <summary>The pictures of findings in README are what the analyzers say of this code.</summary>
public class FindingPictureTests
{
    private static readonly Dictionary<string, (TestCode Code, string File, int From, int To)> Pictures = new()
    {
        ["PGTX101"] = (TestCode.Of("""
            using Microsoft.EntityFrameworkCore;

            public sealed class OrderPlacement(ShopContext db, Payments payments)
            {
                public async Task PlaceAsync(Order order, CancellationToken ct)
                {
                    await using var transaction = await db.Database.BeginTransactionAsync(ct);
                    db.Orders.Add(order);
                    await db.SaveChangesAsync(ct);

                    order.ChargeId = await payments.ChargeAsync(order.Id, order.Total, ct);
                    await db.SaveChangesAsync(ct);
                    await transaction.CommitAsync(ct);
                }
            }
            """, "Orders/OrderPlacement.cs").WithFile("Payments.cs", """
            using System.Net.Http.Json;
            using Microsoft.EntityFrameworkCore;

            public class Order { public int Id { get; set; } public decimal Total { get; set; } public string? ChargeId { get; set; } }

            public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
            {
                public DbSet<Order> Orders => Set<Order>();
            }

            public class Payments(HttpClient http)
            {
                public async Task<string> ChargeAsync(int order, decimal total, CancellationToken ct)
                {
                    using var response = await http.PostAsJsonAsync("charges", new { order, total }, ct);
                    return await response.Content.ReadAsStringAsync(ct);
                }
            }
            """), "Orders/OrderPlacement.cs", 5, 14),
        ["PGTX203"] = (TestCode.Of("""
            using Microsoft.Extensions.Hosting;
            using Npgsql;

            public sealed class InvoiceWorker(NpgsqlDataSource source) : BackgroundService
            {
                protected override async Task ExecuteAsync(CancellationToken stoppingToken)
                {
                    using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1));
                    while (await timer.WaitForNextTickAsync(stoppingToken))
                    {
                        await using var due = source.CreateCommand("UPDATE invoices SET state = 'sent' WHERE due < now()");
                        await due.ExecuteNonQueryAsync(stoppingToken);
                    }
                }
            }
            """, "Invoices/InvoiceWorker.cs"), "Invoices/InvoiceWorker.cs", 6, 14),
        ["PGTX302"] = (TestCode.Of("""
            using Npgsql;

            public sealed class NightlyReport(NpgsqlDataSource source)
            {
                public async Task RunOnceAsync(CancellationToken ct)
                {
                    await using var connection = await source.OpenConnectionAsync(ct);
                    await using var take = new NpgsqlCommand("SELECT pg_advisory_lock(42)", connection);
                    await take.ExecuteNonQueryAsync(ct);
                    await WriteAsync(connection, ct);
                }

                private static async Task WriteAsync(NpgsqlConnection connection, CancellationToken ct)
                {
                    await using var write = new NpgsqlCommand("INSERT INTO reports DEFAULT VALUES", connection);
                    await write.ExecuteNonQueryAsync(ct);
                }
            }
            """, "Reports/NightlyReport.cs").WithAdditionalFile("appsettings.json", """
            {
              "ConnectionStrings": {
                "Reports": "Host=pgbouncer;Port=6432;Database=reports;Username=reports"
              }
            }
            """), "Reports/NightlyReport.cs", 5, 11),
    };

    public static TheoryData<string> Rules => [.. Pictures.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task A_picture_shows_the_finding_as_it_is(string rule)
    {
        var (code, file, from, to) = Pictures[rule];
        var finding = Assert.Single(await code.Findings(), finding => finding.Id == rule);

        Assert.Equal(file, finding.Location.SourceTree!.FilePath);
        GeneratedText.HoldsFile($"docs/images/{rule}.svg", FindingPicture.Of(finding, file, from, to));
    }
}
