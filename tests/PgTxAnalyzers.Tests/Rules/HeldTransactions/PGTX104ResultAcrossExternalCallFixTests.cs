using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>The rows go into a list first, by whatever API gives them; where there is no such API, or it would lose something, there is no fix.</summary>
public sealed class PGTX104ResultAcrossExternalCallFixTests
{
    private const string Key = "PGTX104.MaterialiseFirst";

    private const string Body = "\n    await http.PostAsync(url + order.Id, null, ct); // fix: PGTX104";

    [Theory]
    [InlineData("await foreach (var order in db.Orders.AsAsyncEnumerable())", "foreach (var order in await db.Orders.ToListAsync())")]
    [InlineData("await foreach (var order in db.Orders)", "foreach (var order in await db.Orders.ToListAsync())")]
    [InlineData(
        "await foreach (var order in db.Orders.Where(o => o.Id > 1).AsAsyncEnumerable().WithCancellation(ct))",
        "foreach (var order in await db.Orders.Where(o => o.Id > 1).ToListAsync(ct))")]
    [InlineData(
        "await foreach (var order in db.Orders.AsAsyncEnumerable().WithCancellation(ct).ConfigureAwait(false))",
        "foreach (var order in await db.Orders.ToListAsync(ct).ConfigureAwait(false))")]
    [InlineData("foreach (var order in db.Orders)", "foreach (var order in await db.Orders.ToListAsync())")]
    [InlineData("foreach (Order order in db.Orders.AsNoTracking().AsEnumerable())", "foreach (Order order in await db.Orders.AsNoTracking().ToListAsync())")]
    [InlineData("foreach (var order in from o in db.Orders orderby o.Id select o)", "foreach (var order in await (from o in db.Orders orderby o.Id select o).ToListAsync())")]
    [InlineData(
        "await foreach (var order in conn.QueryUnbufferedAsync<Order>(\"SELECT * FROM orders WHERE id > @min\", new { min = 1 }))",
        "foreach (var order in await conn.QueryAsync<Order>(\"SELECT * FROM orders WHERE id > @min\", new { min = 1 }))")]
    [InlineData("foreach (var order in conn.Query<Order>(\"SELECT * FROM orders\", buffered: false))", "foreach (var order in conn.Query<Order>(\"SELECT * FROM orders\", buffered: true))")]
    [InlineData("foreach (var order in conn.Query<Order>(\"SELECT * FROM orders\", (object?)null, null, false))", "foreach (var order in conn.Query<Order>(\"SELECT * FROM orders\", (object?)null, null, true))")]
    public Task The_rows_are_read_into_a_list(string before, string after) =>
        TestCode.Method(before + Body).Fix("PGTX104", Key).Becomes(TestCode.Method(after + Body));

    [Fact]
    public Task A_function_that_cannot_await_reads_synchronously() => TestCode.Method("await Task.Yield();", Member("foreach (var order in db.Orders)"))
        .Fix("PGTX104", Key).Becomes(TestCode.Method("await Task.Yield();", Member("foreach (var order in db.Orders.ToList())")));

    [Fact]
    public Task All_loops_of_a_file_one_in_another_too() => TestCode.Method("""
        await foreach (var order in db.Orders.AsAsyncEnumerable())
        {
            foreach (var other in db.Orders)
            {
                await http.PostAsync(url + other.Id, null, ct);
                await http.PostAsync(url + order.Id, null, ct);
            }
        }

        foreach (var order in conn.Query<Order>("SELECT * FROM orders", buffered: false))
            await http.PostAsync(url + order.Id, null, ct); // fix: PGTX104
        """).FixAll("PGTX104", Key).Becomes(TestCode.Method("""
        foreach (var order in await db.Orders.ToListAsync())
        {
            foreach (var other in await db.Orders.ToListAsync())
            {
                await http.PostAsync(url + other.Id, null, ct);
                await http.PostAsync(url + order.Id, null, ct);
            }
        }

        foreach (var order in conn.Query<Order>("SELECT * FROM orders", buffered: true))
            await http.PostAsync(url + order.Id, null, ct);
        """));

    [Theory]
    [InlineData("await foreach (var order in conn.QueryUnbufferedAsync<Order>(\"SELECT * FROM orders\").WithCancellation(ct))")]
    [InlineData("foreach (var order in await conn.QueryAsync<Order>(new CommandDefinition(\"SELECT * FROM orders\", flags: CommandFlags.None)))")]
    [InlineData("await foreach (var order in db.Orders /* all */ .AsAsyncEnumerable())")]
    [InlineData("await foreach (var order in OrdersAsync(db))")]
    [InlineData("var orders = db.Orders.AsAsyncEnumerable();\nawait foreach (var order in orders)")]
    public Task What_would_lose_something_or_has_no_list_is_left(string loop) =>
        TestCode.Method(loop + Body, """
            private static async IAsyncEnumerable<Order> OrdersAsync(ShopContext db)
            {
                await foreach (var order in db.Orders)
                    yield return order;
            }
            """).Fix("PGTX104").IsNotOffered();

    [Fact]
    public Task A_reader_has_no_list_of_its_own() => TestCode.Method("""
        await using var reader = await new NpgsqlCommand("SELECT id FROM orders", conn).ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            await http.PostAsync(url + reader.GetInt32(0), null, ct); // fix: PGTX104
        """).Fix("PGTX104").IsNotOffered();

    private static string Member(string loop) => $$"""
        private static void Send(ShopContext db, HttpClient http)
        {
            {{loop}}
                http.Send(new HttpRequestMessage(HttpMethod.Post, "/" + order.Id)); // fix: PGTX104
        }
        """;
}
