using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>A scope and a begin for one unit.</summary>
public sealed class PGTX702ScopeAndBeginAreMixedTests
{
    private const string Members = """
        private static readonly TransactionOptions ReadCommitted = new() { IsolationLevel = IsolationLevel.ReadCommitted };
        private async Task TakeAsync(NpgsqlConnection on)
        {
            await using var tx = await on.BeginTransactionAsync();
            await on.ExecuteAsync("UPDATE orders SET status = 'b'");
            await tx.CommitAsync();
        }
        private const string Alone = "Host=a;Enlist=false";
        """;

    private const string Scope = "new TransactionScope(TransactionScopeOption.Required, ReadCommitted, TransactionScopeAsyncFlowOption.Enabled)";

    [Theory]
    [InlineData("await using var c = await source.OpenConnectionAsync(ct);\nawait using var tx = await c.BeginTransactionAsync(ct); // expect: PGTX702\nawait tx.CommitAsync(ct);")]
    [InlineData("await using var tx = await conn.BeginTransactionAsync(ct); // expect: PGTX702\nawait tx.CommitAsync(ct);")]
    [InlineData("await using var tx = await db.Database.BeginTransactionAsync(ct); // expect: PGTX702\nawait tx.CommitAsync(ct);")]
    [InlineData("await conn.ExecuteAsync(\"BEGIN;\"); // expect: PGTX702\nawait conn.ExecuteAsync(\"COMMIT;\");")]
    [InlineData("await TakeAsync(conn); // expect: PGTX702")]
    [InlineData("await using var c = new NpgsqlConnection(Alone);\nawait c.OpenAsync(ct); // expect: PGTX702\nawait c.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("await using var c = new NpgsqlConnection(\"Host=a; enlist = False;Port=5432\");\nc.Open(); // expect: PGTX702")]
    public Task A_begin_inside_a_scope_is_found(string statements) => TestCode.Method($"""
        using var scope = {Scope};
        {statements}
        scope.Complete();
        """, Members).HasMarkedFindings();

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"UPDATE orders SET status = 'a'\");")]
    [InlineData("await new NpgsqlCommand(\"SELECT 1\", conn).ExecuteNonQueryAsync(ct);")]
    public Task A_scope_inside_a_transaction_does_not_cover_its_connection(string statement) => TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        using (var scope = {{Scope}}) // expect: PGTX702
        {
            {{statement}}
            scope.Complete();
        }

        await tx.CommitAsync(ct);
        """, Members).HasMarkedFindings();

    [Theory]
    [InlineData("the scope is over", $"using (var scope = {Scope}) scope.Complete();\nawait using var tx = await conn.BeginTransactionAsync(ct);\nawait tx.CommitAsync(ct);")]
    [InlineData("it is suppressed", "using var scope = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);\nawait TakeAsync(conn);")]
    [InlineData("Enlist=true", $"using var scope = {Scope};\nawait using var c = new NpgsqlConnection(\"Host=a;Enlist=true\");\nawait c.OpenAsync(ct);\nscope.Complete();")]
    [InlineData("Enlist=false without a scope", "await using var c = new NpgsqlConnection(Alone);\nawait c.OpenAsync(ct);\nawait TakeAsync(c);")]
    [InlineData("another connection's transaction", $"await using var tx = await conn.BeginTransactionAsync(ct);\nusing (var scope = {Scope})\n{{\n    await using var c = new NpgsqlConnection(url);\n    scope.Complete();\n}}")]
    [InlineData("a scope inside a transaction that runs nothing on it", $"await using var tx = await conn.BeginTransactionAsync(ct);\nusing (var scope = {Scope})\n    scope.Complete();")]
    public Task It_is_quiet_where(string reason, string statements)
    {
        Assert.NotEmpty(reason);
        return TestCode.Method(statements, Members).Counting("PGTX702").IsQuiet();
    }

    /// <summary>Who asks for the ambient transaction begins none of its own in a scope.</summary>
    [Theory]
    [InlineData(Scope, "if (Transaction.Current is null) await conn.BeginTransactionAsync(ct);", false)]
    [InlineData(Scope, "if (Transaction.Current == null && url.Length > 3) conn.BeginTransaction();", false)]
    [InlineData(Scope, "TakeAlone(conn);", false)]
    [InlineData("new TransactionScope()", "TakeAlone(conn);", false)]
    [InlineData("new TransactionScope()", "await Task.Yield(); TakeAlone(conn);", false)]
    [InlineData("new TransactionScope(TransactionScopeOption.Suppress)", "using var inner = new TransactionScope(); if (Transaction.Current is null) TakeAlone(conn); else conn.BeginTransaction();", true)]
    [InlineData(Scope, "if (Transaction.Current is not null) conn.BeginTransaction();", true)]
    [InlineData("new TransactionScope(TransactionScopeOption.Suppress)", "if (Transaction.Current is not null) { using var inner = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled); conn.BeginTransaction(); }", false)]
    public Task Who_asks_for_the_ambient_transaction(string scope, string begin, bool isMixed) => TestCode.Method(
        $"using var scope = {scope};\n{begin}{(isMixed ? " // expect: PGTX702" : "")}\nscope.Complete();",
        Members + "\nstatic void TakeAlone(NpgsqlConnection c) { if (Transaction.Current is null) c.BeginTransaction(); }").Counting("PGTX702").HasMarkedFindings();

    [Fact]
    public Task A_second_begin_is_nested_and_not_mixed() => TestCode.Method($"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        using var scope = {Scope};
        await using var inner = await conn.BeginTransactionAsync(ct); // expect: PGTX703
        """, Members).HasMarkedFindings();

    [Fact]
    public async Task The_message_says_what_happens_to_the_commit()
    {
        var finding = Assert.Single(await TestCode.Method($"""
            using var scope = {Scope};
            await TakeAsync(conn); // expect: PGTX702
            """, Members).HasMarkedFindings());

        Assert.Equal(
            "InvalidOperationException, or a commit that outlives the scope: 'Service.TakeAsync → NpgsqlConnection.BeginTransactionAsync' begins a transaction inside the TransactionScope created at line 22",
            finding.GetMessage());
        Assert.Equal("TakeAsync(conn)", finding.Location.Text());
        Assert.Equal([Scope, "on.BeginTransactionAsync()"], finding.OtherTexts());
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
    }

    [Fact]
    public async Task Of_a_connection_that_does_not_enlist_it_says_what_stays()
    {
        var finding = Assert.Single(await TestCode.Method($"""
            using var scope = {Scope};
            await using var c = new NpgsqlConnection(Alone);
            await c.OpenAsync(ct); // expect: PGTX702
            """, Members).HasMarkedFindings());

        Assert.Equal(
            "What is written here stays when the TransactionScope created at line 22 is rolled back: 'NpgsqlConnection.OpenAsync' opens a connection with Enlist=false",
            finding.GetMessage());
    }

    [Fact]
    public async Task Of_a_scope_in_a_transaction_it_says_what_it_does_not_cover()
    {
        var finding = Assert.Single(await TestCode.Method($"""
            await using var tx = await conn.BeginTransactionAsync(ct);
            using var scope = {Scope}; // expect: PGTX702
            await conn.ExecuteAsync("SELECT 1");
            """, Members).HasMarkedFindings());

        Assert.Equal("This TransactionScope does not cover 'SqlMapper.ExecuteAsync': the transaction begun at line 22 is open on its connection", finding.GetMessage());
    }
}
