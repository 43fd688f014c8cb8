using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>The service around the members that a test of a retry rule is about.</summary>
internal static class RetryCode
{
    private const string Usings = """
        using System.Data;
        using System.Data.Common;
        using Dapper;
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Storage;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using Npgsql;
        using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;
        using Polly;
        using Polly.Retry;

        namespace Shop;

        public sealed class Order
        {
            public int Id { get; set; }
            public int Count { get; set; }
            public string? State { get; set; }
        }

        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
        {
            public DbSet<Order> Orders => Set<Order>();
        }

        """;

    /// <summary>Members of a class with the data source, the context, a pipeline and an HTTP client.</summary>
    public static TestCode Service(string members, string registration = "", string types = "") => TestCode.Of(Usings + $$"""
        public static class Registration
        {
            public static void Add(IServiceCollection services, string connectionString)
            {
                {{registration}}
            }
        }

        {{types}}

        public sealed class Service(NpgsqlDataSource dataSource, ShopContext db, IDbContextFactory<ShopContext> contexts, ResiliencePipeline pipeline, HttpClient http)
        {
        {{members}}
        }
        """);

    /// <summary>Statements that are given <c>services</c>, <c>connectionString</c> and <c>configure</c>.</summary>
    public static TestCode Setup(string statements, string members = "") => TestCode.Of(Usings + $$"""
        public static class Setup
        {
            public static void Add(IServiceCollection services, string connectionString, NpgsqlDataSource dataSource, NpgsqlConnection connection, Action<NpgsqlDbContextOptionsBuilder> configure)
            {
                {{statements}}
            }
        {{members}}
        }
        """);

    /// <summary>A try around one command, in a loop or not, with this handler.</summary>
    public static TestCode Handler(string handlers, string before = "", string after = "") => Service($$"""
            public async Task<bool> RunAsync(int id, CancellationToken ct)
            {
                {{before}}
                try
                {
                    await WorkAsync(id, ct);
                    return true;
                }
                {{handlers}}
                {{after}}
            }

            private async Task WorkAsync(int id, CancellationToken ct)
            {
                await using var connection = await dataSource.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("UPDATE orders SET closed = true WHERE id = @id", new { id });
            }
        """);
}
