using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>What PGTX103 says, where it stands, and when a stronger rule speaks instead.</summary>
public class PGTX103TransactionBeginsTooEarlyTests
{
    private const string Update = "await conn.ExecuteAsync(\"UPDATE orders SET status = 'paid'\");\n";

    [Theory]
    [InlineData("await using var tx = await conn.BeginTransactionAsync(ct);")]
    [InlineData("await using var tx = await conn.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, ct);")]
    [InlineData("using var tx = conn.BeginTransaction();")]
    public Task A_call_before_the_first_command_is_found(string begin) => TestCode.Method($"""
        {begin}
        await http.GetStringAsync(url, ct); // expect: PGTX103
        {Update}
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("// nothing", "PGTX103")]
    [InlineData("await using var other = await source.OpenConnectionAsync(ct); // expect: PGTX105", "PGTX103")]
    [InlineData("await using var command = new NpgsqlCommand(\"DELETE FROM orders\", conn);", "PGTX103")]
    [InlineData("var state = conn.State;", "PGTX103")]
    [InlineData("await using var other = await source.OpenConnectionAsync(ct); // expect: PGTX105\nawait other.ExecuteAsync(\"SELECT 1\");", "PGTX103")]
    [InlineData("await conn.QueryAsync(\"SELECT 1\");", "PGTX101")]
    [InlineData("await tx.SaveAsync(\"a\", ct);", "PGTX101")]
    [InlineData("await using var reader = await new NpgsqlCommand(\"SELECT 1\", conn).ExecuteReaderAsync(ct);", "PGTX101")]
    [InlineData("await using var writer = await conn.BeginBinaryImportAsync(\"COPY orders FROM STDIN (FORMAT BINARY)\", ct);", "PGTX101")]
    public Task Only_a_command_on_its_own_connection_opens_a_transaction(string statement, string rule) => TestCode.Method($"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        {statement}
        await http.GetStringAsync(url, ct); // expect: {rule}
        await tx.RollbackAsync(ct);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("db.Orders.Add(new Order());", "PGTX103")]
    [InlineData("var query = db.Orders.Where(o => o.Id > 3);", "PGTX103")]
    [InlineData("await db.Orders.ToListAsync(ct);", "PGTX101")]
    [InlineData("await db.Orders.FirstOrDefaultAsync(o => o.Id == 3, ct);", "PGTX101")]
    [InlineData("await db.SaveChangesAsync(ct);", "PGTX101")]
    [InlineData("foreach (var order in db.Orders.Where(o => o.Id > 3)) { }", "PGTX101")]
    [InlineData("foreach (var order in db.Orders) { }", "PGTX101")]
    [InlineData("await foreach (var order in db.Orders.Where(o => o.Id > 3).AsAsyncEnumerable()) { }", "PGTX101")]
    [InlineData("await foreach (var order in db.Orders.AsAsyncEnumerable().WithCancellation(ct)) { }", "PGTX101")]
    public Task What_EF_Core_only_notes_opens_nothing(string statement, string rule) => TestCode.Method($"""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        {statement}
        await http.GetStringAsync(url, ct); // expect: {rule}
        await tx.RollbackAsync(ct);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("var all = db.Orders.ToList();", "PGTX101")]
    [InlineData("var some = db.Orders.Where(o => o.Id > 3).ToArray();", "PGTX101")]
    [InlineData("var byId = db.Orders.Select(o => new { o.Id, o.Status }).ToDictionary(o => o.Id, o => o.Status);", "PGTX101")]
    [InlineData("var ids = db.Orders.Select(o => o.Id).ToHashSet();", "PGTX101")]
    [InlineData("var byStatus = db.Orders.ToLookup(o => o.Status);", "PGTX101")]
    [InlineData("Func<Order, bool> isThree = o => o.Id == 3;\nvar three = db.Orders.First(isThree);", "PGTX101")]
    [InlineData("var ids = db.Orders.AsEnumerable().Where(o => o.Id > 3).Select(o => o.Id).ToList();", "PGTX101")]
    [InlineData("var any = db.Orders.AsEnumerable().Any(o => o.Id > 3);", "PGTX101")]
    [InlineData("IQueryable<Order> Query() => db.Orders;\nvar all = Query().ToList();", "PGTX101")]
    [InlineData("var list = System.Linq.Enumerable.ToList(db.Orders);", "PGTX101")]
    [InlineData("var later = db.Orders.AsEnumerable().Select(o => o.Id);", "PGTX103")]
    [InlineData("var later = System.Linq.Enumerable.Where(db.Orders, o => o.Id > 3);", "PGTX103")]
    [InlineData("var known = db.Orders.TryGetNonEnumeratedCount(out var count);", "PGTX103")]
    [InlineData("var words = url.Split(',').ToList();\nvar first = words.First(w => w.Length > 3);", "PGTX103")]
    [InlineData("var tracked = db.ChangeTracker.Entries<Order>().Select(e => e.Entity).ToList();", "PGTX103")]
    [InlineData("var local = db.Orders.Local.ToList();", "PGTX103")]
    public Task LINQ_to_objects_over_a_query_sends_it(string statement, string rule) => TestCode.Method($"""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        {statement}
        await http.GetStringAsync(url, ct); // expect: {rule}
        await tx.RollbackAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_list_that_was_read_before_the_transaction_sends_nothing_in_it() => TestCode.Method("""
        var all = db.Orders.ToList();
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        var some = all.Where(o => o.Id > 3).ToList();
        var byId = all.ToDictionary(o => o.Id);
        await http.GetStringAsync(url, ct); // expect: PGTX103
        await tx.RollbackAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_scope_is_nothing_before_a_connection_is_opened_in_it() => TestCode.Method("""
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        await http.GetStringAsync(url, ct);
        await using var own = await source.OpenConnectionAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX103
        await own.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await http.GetStringAsync(url, ct); // expect: PGTX101
        scope.Complete();
        """).HasMarkedFindings();

    [Fact]
    public Task One_call_on_two_paths_is_one_finding_of_the_stronger_rule() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        if (url.Length > 3)
            await conn.QueryAsync("SELECT 1");
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public async Task The_message_says_that_nothing_has_been_sent()
    {
        var finding = Assert.Single(await TestCode.Of("""
            public class Orders(Npgsql.NpgsqlConnection conn, HttpClient http)
            {
                public async Task PayAsync(string url)
                {
                    await using var tx = await conn.BeginTransactionAsync();
                    await http.GetStringAsync(url); // expect: PGTX103
                    await Dapper.SqlMapper.ExecuteAsync(conn, "UPDATE orders SET status = 'paid'");
                    await tx.CommitAsync();
                }
            }
            """).HasMarkedFindings());

        Assert.Equal(
            "The transaction begun at line 5 keeps a pooled connection that does nothing while 'HttpClient.GetStringAsync' (an HTTP call) runs: no command has been sent yet",
            finding.GetMessage());
        Assert.Equal("http.GetStringAsync(url)", finding.Location.Text());
        Assert.Equal(["conn.BeginTransactionAsync()"], finding.OtherTexts());
        Assert.Equal("transaction", finding.Properties["pgtx.region"]);
        Assert.Equal("true", finding.Properties["pgtx.direct"]);
    }

    [Fact]
    public async Task It_is_a_suggestion_that_a_user_can_raise()
    {
        var code = TestCode.Method("await using var tx = await conn.BeginTransactionAsync(ct);\nawait http.GetStringAsync(url, ct);\n" + Update + "await tx.CommitAsync(ct);").WithSeverity("PGTX110", ReportDiagnostic.Suppress);

        Assert.Equal(DiagnosticSeverity.Info, Assert.Single(await code.Findings()).Severity);
        Assert.Equal(DiagnosticSeverity.Warning, Assert.Single(await code.WithSeverity("PGTX103", ReportDiagnostic.Warn).Findings()).Severity);
        Assert.Empty(await code.WithSeverity("PGTX103", ReportDiagnostic.Suppress).Findings());
    }

    [Fact]
    public Task A_pragma_silences_it() => TestCode.Method($"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        #pragma warning disable PGTX103
        await http.GetStringAsync(url, ct);
        #pragma warning restore PGTX103
        {Update}
        await tx.CommitAsync(ct);
        """).IsQuiet();
}
