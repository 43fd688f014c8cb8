using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>What PGTX104 says, where it stands, and when nothing is open any more.</summary>
public class PGTX104ResultAcrossExternalCallTests
{
    private const string Open = """
        await using var command = source.CreateCommand("SELECT name FROM orders");
        await using var reader = await command.ExecuteReaderAsync(ct);

        """;

    [Fact]
    public async Task The_message_names_the_result_its_line_and_the_chain()
    {
        var findings = await TestCode.Method(Open + """
            while (await reader.ReadAsync(ct))
            {
                await SendAsync(http, reader.GetString(0), ct); // expect: PGTX104
            }
            """, """
            private static async Task SendAsync(HttpClient http, string name, CancellationToken ct)
            {
                await DeliverAsync(http, name, ct);
            }

            private static async Task DeliverAsync(HttpClient http, string name, CancellationToken ct)
            {
                await http.PostAsync("/orders/" + name, null, ct);
            }
            """).HasMarkedFindings();
        var finding = Assert.Single(findings);
        Assert.Equal(
            "The reader opened at line 23 keeps its connection and, while rows are left, the snapshot that vacuum waits for, while "
            + "'Service.SendAsync → Service.DeliverAsync → HttpClient.PostAsync' (an HTTP call) runs", finding.GetMessage());
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
        Assert.Equal([23, 32, 37], finding.AdditionalLocations.Select(l => l.GetLineSpan().StartLinePosition.Line + 1));
    }

    [Theory]
    [InlineData("using var rows = await conn.BeginTextExportAsync(\"COPY orders TO STDOUT\", ct);", "The COPY begun at line 22 keeps its connection and, while rows are left, the snapshot")]
    [InlineData("await using var rows = await conn.BeginRawBinaryCopyAsync(\"COPY orders FROM STDIN (FORMAT BINARY)\", ct);", "The COPY begun at line 22 keeps its connection and, on the server, an open transaction that no idle timeout ends, while")]
    [InlineData("await using var rows = await conn.BeginRawBinaryCopyAsync(\"COPY orders TO STDOUT (FORMAT BINARY)\", ct);", "The COPY begun at line 22 keeps its connection and, while rows are left")]
    [InlineData("await using var rows = await conn.BeginBinaryExportAsync(\"COPY orders TO STDOUT (FORMAT BINARY)\", ct);", "The COPY begun at line 22 keeps its connection and, while rows are left")]
    [InlineData("using var rows = conn.BeginTextImport(\"COPY orders FROM STDIN\");", "The COPY begun at line 22 keeps its connection and, on the server")]
    [InlineData("using var rows = await conn.ExecuteReaderAsync(\"SELECT 1\");", "The reader opened at line 22 keeps")]
    [InlineData("using var rows = await new NpgsqlBatch(conn).ExecuteReaderAsync(ct);", "The reader opened at line 22 keeps")]
    public async Task Each_kind_of_result_has_its_words(string open, string words)
    {
        var findings = await TestCode.Method(open + "\nawait http.GetStringAsync(url, ct); // expect: PGTX104\nConsole.WriteLine(rows);").HasMarkedFindings();
        Assert.StartsWith(words, Assert.Single(findings).GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("await foreach (var order in db.Orders.AsAsyncEnumerable())")]
    [InlineData("await foreach (var order in db.Orders.Where(o => o.Id > 1).AsAsyncEnumerable().WithCancellation(ct).ConfigureAwait(false))")]
    [InlineData("await foreach (var order in db.Orders)")]
    [InlineData("foreach (var order in db.Orders)")]
    [InlineData("foreach (var order in db.Orders.OrderBy(o => o.Id).AsNoTracking())")]
    [InlineData("foreach (var order in db.Orders.AsEnumerable().Where(o => o.Status is null))")]
    [InlineData("foreach (var order in db.Set<Order>())")]
    [InlineData("await foreach (var order in conn.QueryUnbufferedAsync<Order>(\"SELECT * FROM orders\"))")]
    [InlineData("foreach (var order in conn.Query<Order>(\"SELECT * FROM orders\", buffered: false))")]
    [InlineData("foreach (var order in await conn.QueryAsync<Order>(new CommandDefinition(\"SELECT * FROM orders\", flags: CommandFlags.None)))")]
    public async Task A_loop_over_rows_that_come_one_by_one_is_found(string loop)
    {
        var findings = await TestCode.Method(loop + "\n    await http.PostAsync(url + order.Id, null, ct); // expect: PGTX104").HasMarkedFindings();
        Assert.StartsWith("The query enumerated at line 22 keeps its connection", Assert.Single(findings).GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("foreach (var order in await db.Orders.ToListAsync(ct))")]
    [InlineData("foreach (var order in db.Orders.ToList())")]
    [InlineData("foreach (var order in db.Orders.AsEnumerable().OrderBy(o => o.Status))")]
    [InlineData("foreach (var order in db.Orders.Local)")]
    [InlineData("foreach (var order in conn.Query<Order>(\"SELECT * FROM orders\"))")]
    [InlineData("foreach (var order in conn.Query<Order>(\"SELECT * FROM orders\", buffered: true))")]
    [InlineData("foreach (var order in await conn.QueryAsync<Order>(\"SELECT * FROM orders\"))")]
    [InlineData("foreach (var order in await conn.QueryAsync<Order>(new CommandDefinition(\"SELECT * FROM orders\")))")]
    [InlineData("foreach (var order in new List<Order>().AsQueryable())")]
    [InlineData("foreach (var migration in db.Database.GetPendingMigrations())")]
    public Task A_loop_over_rows_that_have_come_is_quiet(string loop) => TestCode.Method(loop + "\n    await http.PostAsync(url, null, ct);").IsQuiet();

    [Fact]
    public Task A_query_in_a_variable_is_read_where_it_is_enumerated() => TestCode.Method("""
        var open = db.Orders.Where(o => o.Status == null);
        await http.GetStringAsync(url, ct);
        foreach (var order in open)
        {
            await http.PostAsync(url, null, ct); // expect: PGTX104
        }

        await http.GetStringAsync(url, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task After_the_last_row_nothing_is_waited_for() => TestCode.Method(Open + """
        var names = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            names.Add(reader.GetString(0));
        }

        await http.PostAsync(url, null, ct);
        """).IsQuiet();

    [Fact]
    public Task After_the_last_line_of_a_COPY_nothing_is_waited_for() => TestCode.Method("""
        using var lines = await conn.BeginTextExportAsync("COPY orders TO STDOUT", ct);
        while (await lines.ReadLineAsync(ct) is { } line)
        {
            await http.PostAsync(url + line, null, ct); // expect: PGTX104
        }

        await http.GetStringAsync(url, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task With_a_second_result_the_reader_is_open_again() => TestCode.Method(Open + """
        while (await reader.ReadAsync(ct))
        {
        }

        if (await reader.NextResultAsync(ct))
        {
            await http.PostAsync(url, null, ct); // expect: PGTX104
        }
        """).HasMarkedFindings();

    [Theory]
    [InlineData("await reader.CloseAsync();")]
    [InlineData("reader.Close();")]
    [InlineData("await reader.DisposeAsync();")]
    public Task A_closed_reader_is_quiet(string close) => TestCode.Method(Open + close + "\nawait http.PostAsync(url, null, ct);").IsQuiet();

    [Fact]
    public Task A_closed_connection_has_no_reader() => TestCode.Method("""
        await conn.OpenAsync(ct);
        var reader = await new NpgsqlCommand("SELECT 1", conn).ExecuteReaderAsync(ct);
        await conn.CloseAsync();
        await http.PostAsync(url, null, ct);
        """).IsQuiet();

    [Fact]
    public Task After_its_completion_an_import_is_quiet() => TestCode.Method("""
        await using var importer = await conn.BeginBinaryImportAsync("COPY orders (id) FROM STDIN (FORMAT BINARY)", ct);
        await importer.StartRowAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX104
        await importer.CompleteAsync(ct);
        await http.GetStringAsync(url, ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_result_that_a_helper_opens_is_its_callers() => TestCode.Method("""
        await using var reader = await OpenAsync(source, ct);
        while (await reader.ReadAsync(ct))
        {
            await http.PostAsync(url, null, ct); // expect: PGTX104
        }
        """, """
        private static async Task<NpgsqlDataReader> OpenAsync(NpgsqlDataSource source, CancellationToken ct)
        {
            var command = source.CreateCommand("SELECT name FROM orders");
            return await command.ExecuteReaderAsync(ct);
        }
        """).HasMarkedFindings();

    private const string Runners = """
        private static async Task ForEachNameAsync(NpgsqlDataSource source, Func<string, Task> run)
        {
            await using var command = source.CreateCommand("SELECT name FROM orders");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                await run(reader.GetString(0));
            }
        }

        private static async Task ForEachOrderAsync(ShopContext db, Func<Order, Task> run)
        {
            await foreach (var order in db.Orders.AsAsyncEnumerable())
            {
                await run(order);
            }
        }

        private static async Task ForEachListedAsync(NpgsqlDataSource source, ShopContext db, Func<string, Task> run)
        {
            var names = new List<string>();
            await using (var command = source.CreateCommand("SELECT name FROM orders"))
            await using (var reader = await command.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync())
                {
                    names.Add(reader.GetString(0));
                }
            }

            foreach (var name in names)
            {
                await run(name);
            }

            foreach (var order in await db.Orders.ToListAsync())
            {
                await run("1");
            }
        }
        """;

    [Fact]
    public async Task A_delegate_that_a_helper_runs_for_each_row_calls_out_while_the_result_is_open()
    {
        await TestCode.Method("""
            await ForEachNameAsync(source, async name =>
            {
                await http.PostAsync(url + name, null, ct); // expect: PGTX104
            });
            """, Runners).HasMarkedFindings();
        await TestCode.Method("""
            await ForEachOrderAsync(db, order => http.PostAsync(url, null, ct)); // expect: PGTX104
            """, Runners).HasMarkedFindings();
    }

    [Fact]
    public async Task A_delegate_that_a_helper_runs_for_each_element_of_a_list_holds_nothing()
    {
        await TestCode.Method("await ForEachListedAsync(source, db, name => http.PostAsync(url + name, null, ct));", Runners).IsQuiet();
        await TestCode.Method("""
            var names = new List<string>();
            await ForEachNameAsync(source, name => { names.Add(name); return Task.CompletedTask; });
            await ForEachOrderAsync(db, order => { names.Add("1"); return Task.CompletedTask; });
            await http.PostAsync(string.Join(url, names), null, ct);
            """, Runners).IsQuiet();
    }

    [Fact]
    public async Task An_iterator_lends_its_reader_to_who_enumerates_it()
    {
        var findings = await TestCode.Method("""
            await foreach (var name in NamesAsync(source, ct))
            {
                await http.PostAsync(url + name, null, ct); // expect: PGTX104
            }

            foreach (var name in Names(source))
            {
                await http.PostAsync(url + name, null, ct); // expect: PGTX104
            }
            """, """
            private static async IAsyncEnumerable<string> NamesAsync(NpgsqlDataSource source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
            {
                await using var command = source.CreateCommand("SELECT name FROM orders");
                await using var reader = await command.ExecuteReaderAsync(ct);
                while (await reader.ReadAsync(ct))
                {
                    yield return reader.GetString(0);
                }
            }

            private static IEnumerable<string> Names(NpgsqlDataSource source)
            {
                using var command = source.CreateCommand("SELECT name FROM orders");
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    yield return reader.GetString(0);
                }
            }
            """).HasMarkedFindings();
        Assert.All(findings, f => Assert.StartsWith("The reader opened at line 2", f.GetMessage(), StringComparison.Ordinal));
    }

    [Fact]
    public Task An_iterator_that_has_closed_its_reader_lends_nothing() => TestCode.Method("""
        await foreach (var name in NamesAsync(source, ct))
        {
            await http.PostAsync(url + name, null, ct);
        }
        """, """
        private static async IAsyncEnumerable<string> NamesAsync(NpgsqlDataSource source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            var names = new List<string>();
            await using (var command = source.CreateCommand("SELECT name FROM orders"))
            await using (var reader = await command.ExecuteReaderAsync(ct))
            {
                while (await reader.ReadAsync(ct))
                {
                    names.Add(reader.GetString(0));
                }
            }

            foreach (var name in names)
            {
                yield return name;
            }
        }
        """).IsQuiet();

    [Fact]
    public Task What_an_iterator_calls_itself_is_reported_in_it_alone() => TestCode.Method("""
        await foreach (var name in NamesAsync(source, http, ct))
        {
            Console.WriteLine(name);
        }
        """, """
        private static async IAsyncEnumerable<string> NamesAsync(NpgsqlDataSource source, HttpClient http, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            await using var command = source.CreateCommand("SELECT name FROM orders");
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                yield return await http.GetStringAsync(reader.GetString(0), ct); // expect: PGTX104
            }
        }
        """).HasMarkedFindings();

    [Fact]
    public Task A_reader_that_a_library_takes_may_be_closed_there() => TestCode.Method(Open + """
        var table = new System.Data.DataTable();
        table.Load(reader);
        await http.PostAsync(url, null, ct);
        """).IsQuiet();

    [Fact]
    public Task In_a_transaction_that_is_the_stronger_statement() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await foreach (var order in db.Orders.AsAsyncEnumerable())
        {
            await conn.ExecuteAsync("UPDATE orders SET name = 'a'", transaction: tx);
            await http.PostAsync(url, null, ct); // expect: PGTX101
        }

        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_wait_is_no_external_call() => TestCode.Method(Open + "await Task.Delay(100, ct);").IsQuiet();

    [Fact]
    public Task A_transaction_that_is_long_by_intent_may_read_as_long() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0", transaction: tx);
        await using (var reader = await new NpgsqlCommand("SELECT 1", conn).ExecuteReaderAsync(ct))
        {
            await http.PostAsync(url, null, ct);
        }

        await tx.CommitAsync(ct);
        """).IsQuiet();

    [Theory]
    [InlineData("options.UseNpgsql(text, npgsql => npgsql.EnableRetryOnFailure());")]
    [InlineData("options.UseNpgsql(text, npgsql => npgsql.ExecutionStrategy(d => null!));")]
    public Task EF_buffers_where_it_can_retry(string configuration) => TestCode.Method("""
        foreach (var order in db.Orders)
        {
            await http.PostAsync(url, null, ct);
        }
        """, $"public static void Configure(DbContextOptionsBuilder options, string text) => {configuration}").IsQuiet();

    [Fact]
    public Task The_option_says_that_EF_can_retry() => TestCode.Method("""
        foreach (var order in db.Orders)
        {
            await http.PostAsync(url, null, ct);
        }
        """).WithOption("pgtx.retrying_strategy", "true").IsQuiet();

    [Fact]
    public Task Retries_of_EF_do_not_buffer_a_reader_nor_does_a_word_configure_them() => TestCode.Method("""
        await using var reader = await new NpgsqlCommand("SELECT 1", conn).ExecuteReaderAsync(ct);
        await http.PostAsync(url, null, ct); // expect: PGTX104
        await reader.CloseAsync();

        // EnableRetryOnFailure would buffer.
        foreach (var order in db.Orders)
        {
            await http.PostAsync(url, null, ct); // expect: PGTX104
        }
        """, "public static void EnableRetryOnFailure() { }").HasMarkedFindings();
}
