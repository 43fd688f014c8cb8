using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>A unit that keeps its failures to itself is not tried again: a retry around it would see nothing of them.</summary>
public sealed class SwallowedFailuresFixTests
{
    private static TestCode Code(string statements) => TestCode.Of($$"""
        using System.Data;
        using System.Data.Common;
        using Dapper;
        using Microsoft.AspNetCore.Mvc;
        using Npgsql;

        public sealed class Store(NpgsqlDataSource source)
        {
            public async Task<bool> TryCloseAsync(int id)
            {
                await using var connection = await source.OpenConnectionAsync();
                try
                {
                    await connection.ExecuteAsync("UPDATE orders SET state = 'closed' WHERE id = @id", new { id });
                    return true;
                }
                catch (Exception)
                {
                    return false;
                }
            }
        }

        [ApiController]
        public class OrdersController(NpgsqlDataSource source, Store store) : ControllerBase
        {
            [HttpPost("close/{id}")]
            public async Task<IActionResult> Close(int id)
            {
                {{statements}}
            }

            public void Use() => Console.WriteLine($"{source}{store}");
        }
        """);

    private static string Unit(string handlers, string begin = "await using var connection = await source.OpenConnectionAsync(); // fix: PGTX203", string command = "await connection.ExecuteAsync(\"UPDATE orders SET state = 'closed'\");") =>
        $"{begin}\ntry\n{{\n{command}\nreturn Ok();\n}}\n{handlers}";

    [Theory]
    [InlineData("catch (Exception)\n{\nreturn StatusCode(500);\n}")]
    [InlineData("catch (DbException e) when (e.Message.Length > 0)\n{\nreturn StatusCode(500);\n}")]
    [InlineData("catch (OperationCanceledException)\n{\nthrow;\n}\ncatch (NpgsqlException e)\n{\nthrow new InvalidOperationException(\"not closed\", e);\n}")]
    public Task It_gets_no_retry(string handlers) => Code(Unit(handlers)).Fix("PGTX203").IsNotOffered();

    [Fact]
    public Task Nor_does_what_it_calls() => Code("return await store.TryCloseAsync(id) ? Ok() : NotFound(); // fix: PGTX203").Fix("PGTX203").IsNotOffered();

    [Fact]
    public Task Nor_does_a_serializable_transaction() => Code(Unit(
        "catch (Exception)\n{\nreturn StatusCode(500);\n}",
        "await using var connection = await source.OpenConnectionAsync();\nawait using var tx = await connection.BeginTransactionAsync(IsolationLevel.Serializable); // fix: PGTX204",
        "await connection.ExecuteAsync(\"UPDATE orders SET state = 'closed'\", transaction: tx);\nawait tx.CommitAsync();")).Fix("PGTX204").IsNotOffered();

    [Theory]
    [InlineData("catch (Exception)\n{\nthrow;\n}")]
    [InlineData("catch (NpgsqlException e)\n{\nif (e.IsTransient)\n{\nthrow;\n}\n\nreturn StatusCode(500);\n}")]
    [InlineData("catch (PostgresException e) when (e.SqlState == \"23505\")\n{\nreturn Conflict();\n}")]
    [InlineData("catch (NpgsqlException e) when (e.SqlState == \"23505\")\n{\nreturn Conflict();\n}")]
    [InlineData("catch (HttpRequestException)\n{\nreturn Conflict();\n}")]
    public async Task One_that_throws_on_does(string handlers) => Assert.Single(await Code(Unit(handlers)).Fix("PGTX203").Offers());

    /// <summary>Where the opening is in the try, the retry goes into it.</summary>
    [Fact]
    public async Task The_retry_stands_inside_where_the_opening_does() => Assert.Single(await Code("""
        try
        {
            await using var connection = await source.OpenConnectionAsync(); // fix: PGTX203
            await connection.ExecuteAsync("UPDATE orders SET state = 'closed'");
            return Ok();
        }
        catch (Exception)
        {
            return StatusCode(500);
        }
        """).Fix("PGTX203").Offers());
}
