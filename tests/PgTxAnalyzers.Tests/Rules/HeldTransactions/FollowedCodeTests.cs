using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>C#'s ways to name a transaction, to write SQL and to run a delegate, as far as they are followed.</summary>
public sealed class FollowedCodeTests
{
    [Theory]
    [InlineData("tx is not { } live")]
    [InlineData("tx is not NpgsqlTransaction live")]
    [InlineData("tx is not ({ } and NpgsqlTransaction live)")]
    public async Task A_variable_of_a_negated_pattern_is_the_transaction(string pattern) => await TestCode.Method($$"""
        await using DbTransaction? tx = await conn.BeginTransactionAsync(ct);
        if ({{pattern}})
            return;
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await live.CommitAsync(ct);
        await http.GetStringAsync(url, ct);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("\"UPDATE orders SET status = '\" + url + \"'\"")]
    [InlineData("\"UPDATE orders SET status = 'x' WHERE id = \" + 1.ToString() + \" AND \" + $\"{url} = 1\"")]
    [InlineData("start + \" WHERE id = 1\"")]
    public async Task Concatenated_sql_is_classified(string sql)
    {
        var finding = Assert.Single(await TestCode.Method($"""
            await using var tx = await conn.BeginTransactionAsync(ct);
            var start = "UPDATE orders SET status = 'x'";
            for (var i = 0; i < 3; i++)
                start = start + "," + url;
            await conn.ExecuteAsync({sql});
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            """).HasMarkedFindings());
        Assert.Contains("UPDATE orders", finding.GetMessage());
    }

    [Fact]
    public async Task Appended_sql_is_classified()
    {
        var finding = Assert.Single(await TestCode.Method("""
            await using var tx = await conn.BeginTransactionAsync(ct);
            var sql = "UPDATE orders SET status = 'x'";
            foreach (var part in url.Split(','))
                sql += part;
            await conn.ExecuteAsync(sql);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            """).HasMarkedFindings());
        Assert.Contains("UPDATE orders", finding.GetMessage());
    }

    /// <summary>`new(…)` does not say what it makes: the declaration does.</summary>
    [Theory]
    [InlineData("using var scope = Make();", "static TransactionScope Make() => new(TransactionScopeOption.Required, TransactionScopeAsyncFlowOption.Enabled);")]
    [InlineData("using var scope = Make();", "static TransactionScope Make() { return new(TransactionScopeOption.Required, TransactionScopeAsyncFlowOption.Enabled); }")]
    [InlineData("Start(); using var scope = kept;", "TransactionScope? kept; void Start() => kept = new(TransactionScopeOption.Required, TransactionScopeAsyncFlowOption.Enabled);")]
    [InlineData("TransactionScope? scope = null; scope = new(TransactionScopeOption.Required, TransactionScopeAsyncFlowOption.Enabled);", "")]
    [InlineData("using var unit = Make();", "static Unit Make() => new(); class Unit : IDisposable { readonly TransactionScope scope; public Unit() { scope = new(TransactionScopeOption.Required, TransactionScopeAsyncFlowOption.Enabled); } public void Dispose() => scope.Dispose(); }")]
    public Task A_scope_whose_type_stands_at_its_declaration_is_one(string begin, string members) => TestCode.Method(begin + """

        await conn.OpenAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct); // expect: PGTX101
        """, members).HasMarkedFindings();

    [Theory]
    [InlineData("static TransactionScope Make() => new(TransactionScopeOption.Suppress);")]
    [InlineData("static StringWriter Make() => new();")]
    public Task What_begins_nothing_is_quiet(string members) => TestCode.Method("""
        using var made = Make();
        await conn.OpenAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct);
        """, members).IsQuiet();

    private const string Begin = """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");

        """;

    private const string Members = """
        private static readonly HttpClient client = new();
        private static void Doze() => Thread.Sleep(1000);
        private static async Task SendAsync(string u) => await client.GetStringAsync(u);
        """;

    [Theory]
    [InlineData("_ = Task.Run(() => Thread.Sleep(1000));")]
    [InlineData("_ = Task.Run(Doze);")]
    [InlineData("_ = Task.Run(() => http.GetStringAsync(url));")]
    [InlineData("var later = url.Split(',').Select(SendAsync);")]
    [InlineData("await Task.Run(() => Thread.Sleep(1000)); // expect: PGTX102")]
    [InlineData("await Task.Run(Doze); // expect: PGTX102")]
    [InlineData("var task = Task.Run(() => Thread.Sleep(1000));\nawait task; // expect: PGTX102")]
    [InlineData("Parallel.For(0, 3, _ => Thread.Sleep(1000)); // expect: PGTX102")]
    [InlineData("await Task.Run(() => http.GetStringAsync(url)); // expect: PGTX101")]
    [InlineData("await Task.WhenAll(url.Split(',').Select(SendAsync)); // expect: PGTX101")]
    [InlineData("await Task.WhenAll(url.Split(',').Select(http.GetStringAsync)); // expect: PGTX101")]
    [InlineData("url.Split(',').ToList().ForEach(u => SendAsync(u));")]
    [InlineData("foreach (var t in url.Split(',').Select(http.GetStringAsync)) await t; // expect: PGTX101")]
    public async Task A_delegate_holds_whoever_waits_for_it(string statement) => await TestCode.Method(Begin + $"""
        {statement}
        await tx.CommitAsync(ct);
        """, Members).HasMarkedFindings();

    /// <summary>Reading a property runs it: what it begins, it hands out.</summary>
    [Theory]
    [InlineData("using var scope = Scope;", "TransactionScope Scope => new(TransactionScopeOption.Required, TransactionScopeAsyncFlowOption.Enabled);")]
    [InlineData("using var scope = this.Scope;", "TransactionScope Scope { get { return new TransactionScope(TransactionScopeAsyncFlowOption.Enabled); } }")]
    [InlineData("using (Scope)", "TransactionScope Scope => new(TransactionScopeAsyncFlowOption.Enabled);")]
    [InlineData("using var scope = new Units().Scope;", "} public class Units { public TransactionScope Scope => new(TransactionScopeAsyncFlowOption.Enabled);")]
    [InlineData("using var scope = Open();", "TransactionScope Open() => Scope; TransactionScope Scope => new(TransactionScopeAsyncFlowOption.Enabled);")]
    [InlineData("TransactionScope scope; scope = Scope; using var held = scope;", "static TransactionScope Scope => new(TransactionScopeAsyncFlowOption.Enabled);")]
    public async Task A_property_begins_a_scope(string begin, string members) => await TestCode.Method($$"""
        {{begin}}
        {
            await using var own = await source.OpenConnectionAsync(ct);
            await own.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await http.GetStringAsync(url, ct); // expect: PGTX101
        }
        """, members).Counting("PGTX101").HasMarkedFindings();

    [Theory]
    [InlineData("await using var tx = await unit.Begun;", "public ValueTask<NpgsqlTransaction> Begun => connection.BeginTransactionAsync();")]
    [InlineData("using var tx = unit.Tx;", "public NpgsqlTransaction Tx => connection.BeginTransaction();")]
    [InlineData("using var tx = (DbTransaction)unit.Tx;", "public NpgsqlTransaction Tx { get { var begun = connection.BeginTransaction(); return begun; } }")]
    [InlineData("var tx = unit.Tx ?? throw new InvalidOperationException();", "public NpgsqlTransaction? Tx => connection.BeginTransaction();")]
    [InlineData("var tx = unit.Tx;", "private NpgsqlTransaction? begun; public NpgsqlTransaction Tx => begun ??= connection.BeginTransaction();")]
    public async Task A_property_begins_a_transaction(string begin, string members) => await TestCode.Method($$"""
        var unit = new Unit(conn);
        {{begin}}
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        await http.GetStringAsync(url, ct);
        """, $$"""
        } public sealed class Unit(NpgsqlConnection connection) { {{members}}
        """).Counting("PGTX101").HasMarkedFindings();

    /// <summary>A command's using ends the command, not the transaction that it was given.</summary>
    [Theory]
    [InlineData("await using var insert = new NpgsqlCommand(\"INSERT INTO orders VALUES (1)\", connection, Tx());")]
    [InlineData("using var insert = new NpgsqlCommand(\"INSERT INTO orders VALUES (1)\", Tx().Connection);")]
    public async Task A_using_around_the_begin_may_hold_something_else(string begin) => await TestCode.Method("""
        var unit = new Unit(conn);
        await unit.AddAsync();
        await http.GetStringAsync(url, ct); // expect: PGTX101
        unit.Commit();
        await http.GetStringAsync(url, ct);
        """, $$"""
        }

        public sealed class Unit(NpgsqlConnection connection)
        {
            private NpgsqlTransaction? tx;
            private NpgsqlTransaction Tx() => tx ??= connection.BeginTransaction();
            public void Commit() => tx?.Commit();
            public async Task AddAsync()
            {
                {{begin}}
                await insert.ExecuteNonQueryAsync();
            }
        """).Counting("PGTX101").HasMarkedFindings();

    [Theory]
    [InlineData("var tx = unit.Tx;", "public NpgsqlTransaction? Tx => null;")]
    [InlineData("var tx = unit.Tx;", "public NpgsqlTransaction? Tx { get; set; }")]
    [InlineData("var tx = other.Tx;", "public NpgsqlTransaction Tx => connection.BeginTransaction();")]
    [InlineData("var tx = nameof(unit.Tx);", "public NpgsqlTransaction Tx => connection.BeginTransaction();")]
    public async Task Another_property_of_the_same_name_begins_nothing(string begin, string members) => await TestCode.Method($$"""
        var unit = new Unit(conn);
        var other = new Other();
        {{begin}}
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct);
        GC.KeepAlive((tx, other));
        """, $$"""
        } public sealed class Other { public string? Tx { get; set; } } public sealed class Unit(NpgsqlConnection connection) { public object Connection => connection; {{members}}
        """).Counting("PGTX101").HasMarkedFindings();
}
