using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Aspire's <c>EnrichNpgsqlDbContext</c> adds retries to a context, unless its settings switch them off.</summary>
public sealed class EnrichedContextTests
{
    private static TestCode Enriched(string enrich, bool is201, bool is202) => RetryCode.Service($$"""
            public async Task CloseAsync(CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);{{(is202 ? " // expect: PGTX202" : "")}}
                await db.Orders.ExecuteDeleteAsync(ct);
                await tx.CommitAsync(ct);
            }
        """,
        $"services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString));{(is201 ? " // expect: PGTX201" : "")}",
        $$"""
        public sealed class Settings
        {
            public bool DisableRetry { get; set; }
            public int CommandTimeout { get; set; }
        }

        public static class Aspire
        {
            public static void EnrichNpgsqlDbContext<T>(this IHostApplicationBuilder builder, Action<Settings>? configureSettings = null) where T : DbContext
            {
            }
        }

        public static class Host
        {
            private static void Off(Settings settings) => settings.DisableRetry = true;

            private static void Slow(Settings settings)
            {
                settings.CommandTimeout = 60;
            }

            public static void Enrich(IHostApplicationBuilder builder, bool isOff, Action<Settings> configure)
            {
                {{enrich}}
            }
        }
        """).Counting("PGTX201", "PGTX202");

    [Theory]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>(settings => settings.DisableRetry = true);")]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>(configureSettings: settings => { settings.CommandTimeout = 5; settings.DisableRetry = true; });")]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>(Off);")]
    public Task Switched_off(string enrich) => Enriched(enrich, is201: true, is202: false).HasMarkedFindings();

    [Theory]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>();")]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>(null);")]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>(settings => settings.CommandTimeout = 5);")]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>(settings => settings.DisableRetry = false);")]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>(Slow);")]
    [InlineData("Aspire.EnrichNpgsqlDbContext<ShopContext>(builder);")]
    public Task Left_on(string enrich) => Enriched(enrich, is201: false, is202: true).HasMarkedFindings();

    [Theory]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>(settings => settings.DisableRetry = isOff);")]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>(settings => { if (isOff) { settings.DisableRetry = true; } });")]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>(settings => configure(settings));")]
    [InlineData("builder.EnrichNpgsqlDbContext<ShopContext>(configure);")]
    public Task Not_to_be_read(string enrich) => Enriched(enrich, is201: false, is202: false).HasMarkedFindings();
}
