using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>What PGTX110 says: of every row, or for each element of something that nobody bounds; and what is bounded, or not one transaction.</summary>
public class PGTX110UnboundedWorkTests
{
    private const string Begin = "await using var tx = await conn.BeginTransactionAsync(ct);\n";

    private const string Commit = "\nawait tx.CommitAsync(ct);";

    [Fact]
    public async Task The_message_names_the_begin_and_the_source()
    {
        var findings = await TestCode.Method(Begin + """
            await conn.ExecuteAsync("UPDATE orders SET name = 'a'"); // expect: PGTX110
            foreach (var line in File.ReadLines(url))
            {
                await conn.ExecuteAsync("INSERT INTO lines (text) VALUES (@line)", new { line }); // expect: PGTX110
                await conn.ExecuteAsync("INSERT INTO log (text) VALUES (@line)", new { line });
            }

            await tx.CommitAsync(ct);
            """).HasMarkedFindings();
        Assert.Equal("The transaction begun at line 22 holds its locks for as long as 'SqlMapper.ExecuteAsync' takes for every row of the table", findings[0].GetMessage());
        Assert.Equal("The transaction begun at line 22 holds its locks for as long as 'SqlMapper.ExecuteAsync' takes for each element of line 24, and nothing bounds their number", findings[1].GetMessage());
        Assert.Equal(DiagnosticSeverity.Info, findings[0].Severity);
        Assert.Equal([22], findings[0].AdditionalLocations.Select(l => l.GetLineSpan().StartLinePosition.Line + 1));
        Assert.Equal([22, 24], findings[1].AdditionalLocations.Select(l => l.GetLineSpan().StartLinePosition.Line + 1));
    }

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"DELETE FROM orders\");")]
    [InlineData("await new NpgsqlCommand(\"UPDATE orders SET total = (SELECT sum(x) FROM lines WHERE id = orders.id)\", conn).ExecuteNonQueryAsync(ct);")]
    [InlineData("await CleanAsync(conn);")]
    public Task A_statement_of_every_row_is_found(string statement) => TestCode.Method(Begin + statement + " // expect: PGTX110" + Commit, """
        private static Task CleanAsync(NpgsqlConnection conn) => conn.ExecuteAsync("DELETE FROM orders");
        """).HasMarkedFindings();

    [Fact]
    public Task EF_deletes_a_table() => TestCode.Method("""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.Orders.ExecuteDeleteAsync(ct); // expect: PGTX110
        await db.Orders.Where(o => o.Status == null).ExecuteDeleteAsync(ct);
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("foreach (var order in await conn.QueryAsync<Order>(\"SELECT id, status FROM orders ORDER BY id\"))")]
    [InlineData("foreach (var order in await db.Orders.ToListAsync(ct))")]
    [InlineData("foreach (var order in db.Orders.ToArray())")]
    [InlineData("await foreach (var order in db.Orders.AsAsyncEnumerable())")]
    public Task A_command_for_each_row_is_found(string loop) =>
        TestCode.Method(Begin + loop + "\n    await conn.ExecuteAsync(\"UPDATE orders SET name = 'a' WHERE id = @Id\", order); // expect: PGTX110" + Commit).HasMarkedFindings();

    [Theory]
    [InlineData("foreach (var order in await conn.QueryAsync<Order>(\"SELECT id FROM orders WHERE customer = 1\"))")]
    [InlineData("foreach (var order in await conn.QueryAsync<Order>(\"SELECT id FROM orders ORDER BY id LIMIT 100\"))")]
    [InlineData("foreach (var order in await conn.QueryAsync<Order>(\"SELECT id FROM generate_series(1, 3) AS id\"))")]
    [InlineData("foreach (var order in await conn.QueryAsync<Order>($\"SELECT id FROM orders {url}\"))")]
    [InlineData("foreach (var order in await db.Orders.Take(100).ToListAsync(ct))")]
    [InlineData("foreach (var order in new List<Order>())")]
    public Task A_bounded_or_unknown_number_is_quiet(string loop) =>
        TestCode.Method(Begin + loop + "\n    await conn.ExecuteAsync(\"UPDATE orders SET name = 'a' WHERE id = @Id\", order);" + Commit).Counting("PGTX110").IsQuiet();

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"UPDATE orders SET name = 'a' WHERE id = 1\");")]
    [InlineData("await conn.ExecuteAsync($\"DELETE FROM orders {url}\");")]
    [InlineData("await conn.ExecuteAsync(\"WITH old AS (SELECT id FROM orders LIMIT 10) DELETE FROM orders USING old WHERE orders.id = old.id\");")]
    [InlineData("await conn.ExecuteAsync(\"SET LOCAL idle_in_transaction_session_timeout = 0\");\nawait conn.ExecuteAsync(\"DELETE FROM orders\");")]
    public Task A_statement_with_a_bound_or_by_intent_is_quiet(string statements) => TestCode.Method(Begin + statements + Commit).Counting("PGTX110").IsQuiet();

    [Fact]
    public Task A_transaction_for_each_element_is_quiet() => TestCode.Method("""
        foreach (var line in File.ReadLines(url))
        {
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("INSERT INTO lines (text) VALUES (@line)", new { line });
            await tx.CommitAsync(ct);
        }

        await conn.ExecuteAsync("DELETE FROM orders");
        """).Counting("PGTX110").IsQuiet();
}
