using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.Programs;

/// <summary>Programs of one unit of work: statements alone, or with a context on the test's table of events.</summary>
internal static class Units
{
    private const string Usings = """
        using System.ComponentModel.DataAnnotations.Schema;
        using System.Data;
        using Dapper;
        using Microsoft.EntityFrameworkCore;
        using Microsoft.Extensions.Hosting;
        using Npgsql;
        using Polly;
        using Polly.Retry;

        """;

    /// <summary>A program whose <c>RunAsync</c> has these statements, with what stands beside it.</summary>
    public static TestCode Of(string statements, string members = "", string types = "") => TestCode.Of(Usings + $$"""
        public static class Unit
        {
        {{members}}
            public static async Task RunAsync(string connectionString, string url, CancellationToken ct)
            {
        {{statements}}
            }
        }

        {{types}}
        """);

    /// <summary>The same with a context whose options are these.</summary>
    public static TestCode OnContext(string options, string statements) => Of($$"""
                await using var db = new ShopContext(new DbContextOptionsBuilder<ShopContext>().{{options}}.Options);
        {{statements}}
        """, types: """
        [Table("events")]
        public sealed class Event
        {
            [Column("id")]
            public long Id { get; set; }

            [Column("note")]
            public string Note { get; set; } = "";
        }

        public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
        {
            public DbSet<Event> Events => Set<Event>();
        }
        """);

    /// <summary>Marks the line of the options.</summary>
    public static TestCode MarkOptions(this TestCode code, string rule) =>
        code with { Sources = [(code.Sources[0].Path, code.Sources[0].Text.Replace(".Options);", $".Options); // expect: {rule}"))] };

    /// <summary>Options of a context that retries, 25P03 as well.</summary>
    public const string Retries = """UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure(errorCodesToAdd: ["25P03"]))""";
}
