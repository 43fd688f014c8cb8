using PgTxAnalyzers.LiveTests.Programs;
using PgTxAnalyzers.LiveTests.Servers;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.Retry;

/// <summary>What the programs of the retry rules have in common: a context on the test's tables, and a server that ends a session in the middle of a statement.</summary>
internal static class RetryPrograms
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
    public static TestCode Unit(string statements, string members = "", string types = "") => TestCode.Of(Usings + $$"""
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
    public static TestCode OnContext(string options, string statements) => Unit($$"""
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

    public const string Retries = """UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure(errorCodesToAdd: ["25P03"]))""";

    /// <summary>
    /// The first statement that changes the table ends its own session, as an administrator or a fast shutdown would: 57P01. A sequence counts, since its steps are not rolled back.
    /// </summary>
    public static async Task EndTheSessionOnce(this LiveDatabase database, string table)
    {
        await database.Execute("CREATE SEQUENCE strikes");
        await database.Execute("""
            CREATE FUNCTION strike() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('strikes') = 1 THEN
                    PERFORM pg_terminate_backend(pg_backend_pid());
                    PERFORM pg_sleep(5);
                END IF;
                RETURN NULL;
            END $$
            """);
        await database.Execute($"CREATE TRIGGER strike BEFORE INSERT OR UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION strike()");
    }

    /// <summary>Runs it while its first change of the table ends the session, and says which rows are there then.</summary>
    public static async Task<string> RunAndLose(this LiveProgram program, LiveDatabase database, string table)
    {
        await database.EndTheSessionOnce(table);
        return await program.RunAndTell(database);
    }
}
