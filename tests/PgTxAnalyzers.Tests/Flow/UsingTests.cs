using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>using and await using in every form: the region ends where the compiler disposes it.</summary>
public class UsingTests
{
    [Theory]
    [InlineData("await using (var tx = await conn.BeginTransactionAsync(ct))")]
    [InlineData("await using (await conn.BeginTransactionAsync(ct))")]
    [InlineData("await using ((await conn.BeginTransactionAsync(ct)).ConfigureAwait(false))")]
    [InlineData("await using (NpgsqlTransaction tx = await conn.BeginTransactionAsync(ct).ConfigureAwait(false), other = tx)")]
    [InlineData("using (var tx = conn.BeginTransaction())")]
    [InlineData("using (conn.BeginTransaction())")]
    [InlineData("using (IDisposable tx = conn.BeginTransaction())")]
    [InlineData("await using (IAsyncDisposable tx = conn.BeginTransaction())")]
    public Task A_statement_ends_the_region_at_its_end(string statement) => TestCode.Method($$"""
        {{statement}}
        {
            await conn.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
        }

        await http.PostAsync(url, null, ct);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("await using var tx = await conn.BeginTransactionAsync(ct);")]
    [InlineData("await using var tx = await conn.BeginTransactionAsync(ct).ConfigureAwait(false);")]
    [InlineData("using var tx = conn.BeginTransaction();")]
    [InlineData("var tx = await conn.BeginTransactionAsync(ct);\n    await using var ended = tx.ConfigureAwait(false);")]
    [InlineData("await using var own = await source.OpenConnectionAsync(ct);\n    var tx = await own.BeginTransactionAsync(ct);\n    await own.QueryAsync(\"SELECT 1\");")]
    public Task A_declaration_ends_the_region_at_the_end_of_its_block(string declaration) => TestCode.Method($$"""
        {
            {{declaration}}
            await conn.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
        }

        await http.PostAsync(url, null, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task Declarations_end_in_reverse_order() => TestCode.Method("""
        {
            await using var after = new Sender(http);
            await using var tx = await conn.BeginTransactionAsync(ct);
            await using var before = new Sender(http); // expect: PGTX101
            await conn.QueryAsync("SELECT 1");
        }

        await http.PostAsync(url, null, ct);
        """, """
        private sealed class Sender(HttpClient http) : IAsyncDisposable
        {
            public async ValueTask DisposeAsync() => await http.GetStringAsync("/");
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task A_using_of_nothing_ends_nothing() => TestCode.Method("""
        await using (var none = url.Length > 3 ? await conn.BeginTransactionAsync(ct) : null)
        {
            await conn.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
        }

        await http.PostAsync(url, null, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task Leaving_by_return_break_or_goto_disposes() => TestCode.Method("""
        foreach (var c in url)
        {
            using (var tx = conn.BeginTransaction())
            {
                conn.Query("SELECT 1");
                if (c == 'x')
                    break;
                if (c == 'y')
                    goto away;
                if (c == 'z')
                    continue;
            }
        }

        await http.GetStringAsync(url, ct);
        away:
        await http.PostAsync(url, null, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_disposed_command_or_reader_ends_nothing() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await using (var command = new NpgsqlCommand("SELECT 1", conn, tx))
        await using (var reader = await command.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct))
                await http.GetStringAsync(url, ct); // expect: PGTX101

        await http.PostAsync(url, null, ct); // expect: PGTX101
        """).HasMarkedFindings();

    [Fact]
    public Task An_enumerated_query_is_no_connection_whose_end_would_end_the_transaction() => TestCode.Method("""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        foreach (var order in db.Orders.Where(o => o.Id > 3))
            await http.GetStringAsync(url, ct); // expect: PGTX101
        await foreach (var order in db.Orders.AsAsyncEnumerable())
            await http.GetStringAsync(url, ct); // expect: PGTX101
        await http.PostAsync(url, null, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();
}
