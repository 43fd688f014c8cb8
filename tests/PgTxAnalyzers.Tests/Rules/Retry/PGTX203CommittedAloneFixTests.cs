using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Several statements that each commit by themselves: what the first one has written is there when the unit runs again for the second.</summary>
public sealed class PGTX203CommittedAloneFixTests
{
    private const string Open = "await using var c = await source.OpenConnectionAsync(); // fix: PGTX203\n";
    private const string Insert = "var id = await c.ExecuteScalarAsync<int>(\"INSERT INTO orders (label) VALUES (@label) RETURNING id\", new { label });\n";
    private const string Item = "await c.ExecuteAsync(\"INSERT INTO items (order_id) VALUES (@id)\", new { id });\n";
    private const string Find = "var id = await c.ExecuteScalarAsync<int?>(\"SELECT id FROM orders WHERE label = @label AND state = 'open'\", new { label });\n";
    private const string Close = "await c.ExecuteAsync(\"UPDATE orders SET state = 'closed' WHERE id = @id\", new { id });\n";
    private const string Audit = "await c.ExecuteAsync(\"INSERT INTO closings (id) VALUES (@id)\", new { id });\n";

    private static TestCode Code(string statements) => TestCode.Of($$"""
        using Dapper;
        using Microsoft.AspNetCore.Mvc;
        using Npgsql;

        public class Orders(NpgsqlDataSource source)
        {
            public async Task<int> InsertAsync(string label)
            {
                await using var c = await source.OpenConnectionAsync();
                return await c.ExecuteScalarAsync<int>("INSERT INTO orders (label) VALUES (@label) RETURNING id", new { label });
            }

            public async Task InsertItemAsync(int id)
            {
                await using var c = await source.OpenConnectionAsync();
                await using var command = new NpgsqlCommand("INSERT INTO items (order_id) VALUES (@id)", c);
                command.Parameters.AddWithValue("id", id);
                await command.ExecuteNonQueryAsync();
            }

            public async Task MarkAsync(int id)
            {
                await using var c = await source.OpenConnectionAsync();
                await using var command = c.CreateCommand();
                command.CommandText = "UPDATE orders SET marked = true WHERE id = @id";
                command.Parameters.AddWithValue("id", id);
                await command.ExecuteNonQueryAsync();
            }

            public async Task RunAsync(string sql)
            {
                await using var c = await source.OpenConnectionAsync();
                await c.ExecuteAsync(sql);
            }
        }

        public class Service(NpgsqlDataSource source, Orders orders)
        {
            public async Task CreateAsync(string label) => await orders.InsertItemAsync(await orders.InsertAsync(label));

            public async Task MarkAsync(int id)
            {
                await orders.MarkAsync(id);
                await orders.MarkAsync(id + 1);
            }

            public async Task CreateTogetherAsync(string label)
            {
                await using var c = await source.OpenConnectionAsync();
                await using var tx = await c.BeginTransactionAsync();
                var id = await AddAsync(c, label);
                await c.ExecuteAsync("INSERT INTO items (order_id) VALUES (@id)", new { id }, tx);
                await tx.CommitAsync();
            }

            public async Task RotateAsync(string label)
            {
                await using var c = await source.OpenConnectionAsync();
                if (await c.ExecuteScalarAsync<int?>("SELECT id FROM orders WHERE label = @label AND marked = false", new { label }) is not { } id)
                {
                    throw new InvalidOperationException();
                }

                await ReplaceAsync(id);
            }

            private async Task ReplaceAsync(int id)
            {
                await orders.MarkAsync(id);
                await orders.InsertItemAsync(id);
            }

            private static async Task<int> AddAsync(NpgsqlConnection c, string label)
            {
                await c.ExecuteAsync("INSERT INTO labels (label) VALUES (@label)", new { label });
                return await c.ExecuteScalarAsync<int>("INSERT INTO orders (label) VALUES (@label) RETURNING id", new { label });
            }
        }

        [ApiController]
        public class OrdersController(NpgsqlDataSource source, Service service, Orders orders) : ControllerBase
        {
            [HttpPost("a")]
            public async Task RunAsync(string label)
            {
                await Task.Yield();
                {{statements}}
            }

            public void Use() => Console.WriteLine($"{source}{service}{orders}");
        }
        """);

    [Theory]
    // The order is there twice.
    [InlineData(Open + Insert + Item)]
    [InlineData("await service.CreateAsync(label); // fix: PGTX203")]
    [InlineData(Open + "foreach (var part in label)\n{\nawait c.ExecuteAsync(\"INSERT INTO items (part) VALUES (@part)\", new { part });\n}\n")]
    // What the text says nobody sees.
    [InlineData(Open + "await c.ExecuteAsync(System.IO.File.ReadAllText(label));\nawait c.ExecuteAsync(\"DELETE FROM carts\");\n")]
    // The order is closed, and the second attempt does not find it open any more.
    [InlineData(Open + Find + "if (id is null)\n{\nthrow new InvalidOperationException();\n}\n" + Close + Audit)]
    [InlineData(Open + Find + "if (id is null)\n{\nreturn;\n}\n" + Close + Audit)]
    [InlineData("await service.RotateAsync(label); // fix: PGTX203")]
    // A job that is taken and not done.
    [InlineData(Open + "var id = await c.ExecuteScalarAsync<int>(\"DELETE FROM jobs WHERE due < now() RETURNING id\");\n" + Close)]
    // One behind the transaction that adds.
    [InlineData(Open + "await using (var tx = await c.BeginTransactionAsync())\n{\nawait c.ExecuteAsync(\"INSERT INTO orders DEFAULT VALUES\", transaction: tx);\nawait tx.CommitAsync();\n}\nawait c.ExecuteAsync(\"DELETE FROM carts\");\n")]
    public Task It_is_not_run_again(string statements) => Code(statements).Fix("PGTX203").IsNotOffered();

    [Theory]
    [InlineData(Open + "await c.ExecuteAsync(\"INSERT INTO orders (label) VALUES (@label)\", new { label });\n")]
    [InlineData(Open + "await using var tx = await c.BeginTransactionAsync();\n" + Insert + Item + "await tx.CommitAsync();\n")]
    [InlineData("await service.CreateTogetherAsync(label); // fix: PGTX203")]
    [InlineData("await service.MarkAsync(1); // fix: PGTX203")]
    [InlineData("await orders.InsertItemAsync(1); // fix: PGTX203")]
    [InlineData("await orders.RunAsync(\"DELETE FROM carts\"); // fix: PGTX203")]
    // The last one may add, and two branches are one statement each.
    [InlineData(Open + Find + Close + Audit)]
    [InlineData(Open + "if (label.Length > 3)\n{\nawait c.ExecuteAsync(\"INSERT INTO orders DEFAULT VALUES\");\n}\nelse\n{\nawait c.ExecuteAsync(\"INSERT INTO drafts DEFAULT VALUES\");\n}\n")]
    [InlineData(Open + "await c.ExecuteAsync(\"INSERT INTO orders (id) VALUES (1) ON CONFLICT DO NOTHING\");\nawait c.ExecuteAsync(\"DELETE FROM carts\");\n")]
    // It throws before anything is changed, and what it changes is another table.
    [InlineData(Open + Find + "if (id is null)\n{\nthrow new InvalidOperationException();\n}\nawait c.ExecuteAsync(\"UPDATE marks SET seen = true\");\n" + Audit)]
    public async Task It_is_where_a_second_run_leaves_the_same(string statements) => Assert.Single(await Code(statements).Fix("PGTX203").Offers());
}
