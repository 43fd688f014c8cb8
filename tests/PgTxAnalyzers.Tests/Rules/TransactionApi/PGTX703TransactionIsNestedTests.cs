using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>A begin on a connection whose transaction lives.</summary>
public sealed class PGTX703TransactionIsNestedTests
{
    private const string Members = """
        private async Task TakeAsync(NpgsqlConnection on)
        {
            await using var inner = await on.BeginTransactionAsync();
            await on.ExecuteAsync("UPDATE orders SET status = 'b'");
            await inner.CommitAsync();
        }
        private Task TakeLaterAsync(NpgsqlConnection on) => TakeAsync(on);
        private async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection on) => await on.BeginTransactionAsync();
        private IEnumerable<int> Lazily(NpgsqlConnection on)
        {
            on.BeginTransaction();
            yield return 1;
        }
        """;

    [Theory]
    [InlineData("await using var inner = await conn.BeginTransactionAsync(ct); // expect: PGTX703")]
    [InlineData("using var inner = conn.BeginTransaction(); // expect: PGTX703")]
    [InlineData("using var inner = ((DbConnection)conn).BeginTransaction(System.Data.IsolationLevel.Serializable); // expect: PGTX703")]
    [InlineData("await conn.ExecuteAsync(\"BEGIN;\"); // expect: PGTX703")]
    [InlineData("await new NpgsqlCommand(\"START TRANSACTION ISOLATION LEVEL SERIALIZABLE\", conn).ExecuteNonQueryAsync(ct); // expect: PGTX703")]
    [InlineData("await outer.SaveAsync(\"a\", ct);\nvar alias = outer.Connection!;\nawait using var inner = await alias.BeginTransactionAsync(ct); // expect: PGTX703")]
    [InlineData("await TakeAsync(conn); // expect: PGTX703")]
    [InlineData("await TakeLaterAsync(conn); // expect: PGTX703")]
    [InlineData("var task = TakeAsync(conn); // expect: PGTX703\nawait task;")]
    [InlineData("_ = TakeAsync(conn); // expect: PGTX703")]
    [InlineData("await Task.Run(() => TakeAsync(conn)); // expect: PGTX703")]
    [InlineData("Func<Task> take = async () => await TakeAsync(conn); // expect: PGTX703\nawait take();")]
    [InlineData("await TakeLocallyAsync(); // expect: PGTX703\nasync Task TakeLocallyAsync() => await TakeAsync(conn);")]
    [InlineData("for (var i = 0; i < 2; i++)\n    await TakeAsync(conn); // expect: PGTX703")]
    [InlineData("await using var inner = await BeginAsync(conn); // expect: PGTX703")]
    public Task A_second_begin_on_the_connection_is_found(string statement) => TestCode.Method($"""
        await using var outer = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'a'");
        {statement}
        await outer.CommitAsync(ct);
        """, Members).Counting("PGTX703").HasMarkedFindings();

    [Theory]
    [InlineData("db.Database.BeginTransaction()")]
    [InlineData("db.Database.GetDbConnection().BeginTransaction()")]
    [InlineData("db.Database.BeginTransaction(System.Data.IsolationLevel.Serializable)")]
    public Task A_second_begin_on_the_context_is_found(string begin) => TestCode.Method($"""
        await using var outer = await db.Database.BeginTransactionAsync(ct);
        using var inner = {begin}; // expect: PGTX703
        await outer.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_transaction_that_is_begun_as_text_is_one_as_well() => TestCode.Method("""
        await conn.ExecuteAsync("BEGIN;");
        await conn.ExecuteAsync("UPDATE orders SET status = 'a'");
        await using var inner = await conn.BeginTransactionAsync(ct); // expect: PGTX703
        await inner.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task On_one_path_is_enough() => TestCode.Method("""
        NpgsqlTransaction? outer = null;
        if (url.Length > 3)
            outer = await conn.BeginTransactionAsync(ct);
        await using var inner = await conn.BeginTransactionAsync(ct); // expect: PGTX703
        await inner.CommitAsync(ct);
        """).HasMarkedFindings();

    [Fact]
    public Task A_begin_that_the_last_round_of_a_loop_left_open_is_found() => TestCode.Method("""
        for (var i = 0; i < 3; i++)
        {
            var tx = await conn.BeginTransactionAsync(ct); // expect: PGTX703
            await conn.ExecuteAsync("UPDATE orders SET status = 'a'");
        }
        """).HasMarkedFindings();

    [Theory]
    [InlineData("a savepoint", "await using var outer = await conn.BeginTransactionAsync(ct);\nawait outer.SaveAsync(\"a\", ct);\nawait conn.ExecuteAsync(\"SAVEPOINT b\");\nawait outer.RollbackAsync(\"a\", ct);\nawait outer.CommitAsync(ct);")]
    [InlineData("one after the other", "await using (var a = await conn.BeginTransactionAsync(ct)) await a.CommitAsync(ct);\nawait TakeAsync(conn);\nawait using var b = await conn.BeginTransactionAsync(ct);")]
    [InlineData("another connection", "await using var outer = await conn.BeginTransactionAsync(ct);\nawait using var other = new NpgsqlConnection(url);\nawait other.OpenAsync(ct);\nawait TakeAsync(other);")]
    [InlineData("another context", "await using var outer = await conn.BeginTransactionAsync(ct);\nawait using var inner = await db.Database.BeginTransactionAsync(ct);")]
    [InlineData("only where there is none", "await using var outer = await db.Database.BeginTransactionAsync(ct);\nvar own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;")]
    [InlineData("??=", "NpgsqlTransaction? tx = await conn.BeginTransactionAsync(ct);\ntx ??= await conn.BeginTransactionAsync(ct);")]
    [InlineData("after BEGIN was committed", "await conn.ExecuteAsync(\"BEGIN;\");\nawait conn.ExecuteAsync(\"COMMIT;\");\nawait conn.ExecuteAsync(\"BEGIN;\");")]
    [InlineData("a transaction that unknown code may have ended", "var outer = await conn.BeginTransactionAsync(ct);\nUnknown.End(outer);\nawait using var inner = await conn.BeginTransactionAsync(ct);")]
    [InlineData("a lambda that nobody runs", "await using var outer = await conn.BeginTransactionAsync(ct);\nFunc<Task> later = () => TakeAsync(conn);\nGC.KeepAlive(later);")]
    [InlineData("a sequence that nobody enumerates", "await using var outer = await conn.BeginTransactionAsync(ct);\nvar later = Lazily(conn);\nGC.KeepAlive(later);")]
    public Task It_is_quiet_where_there_is_no_second_transaction(string reason, string statements)
    {
        Assert.NotEmpty(reason);
        return TestCode.Method(statements, Members + "\nprivate static class Unknown { public static Action<object> End = null!; }").Counting("PGTX703").IsQuiet();
    }

    /// <summary>A transaction per connection, as for shards: the engine sees one place, and there are many objects.</summary>
    [Theory]
    [InlineData("foreach (var shard in shards)\n{\n    var c = await shard.OpenConnectionAsync(ct);\n    open.Add((c, await c.BeginTransactionAsync(ct)));\n}")]
    [InlineData("foreach (var shard in shards)\n{\n    var c = await OpenAsync(shard);\n    open.Add((c, await c.BeginTransactionAsync(ct)));\n}")]
    [InlineData("foreach (var c in connections)\n    open.Add((c, await c.BeginTransactionAsync(ct)));")]
    [InlineData("var a = await BeginAsync(connections[0]);\nvar b = await BeginAsync(connections[1]);")]
    [InlineData("foreach (var unit in units)\n    await unit.BeginAsync();")]
    [InlineData("await units[0].BeginAsync();\nawait units[1].BeginAsync();")]
    [InlineData("foreach (var shard in shards)\n    await new Unit(await shard.OpenConnectionAsync(ct)).BeginAsync();")]
    [InlineData("var a = pool.Next.BeginTransaction();\nvar b = pool.Next.BeginTransaction();")]
    public Task Connections_that_only_look_like_one_are_quiet(string statements) => TestCode.Method(
        "List<NpgsqlDataSource> shards = [];\nList<NpgsqlConnection> connections = [];\nList<Unit> units = [];\nList<(NpgsqlConnection, NpgsqlTransaction)> open = [];\nIPool pool = null!;\n" + statements,
        """
        private async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource from) => await from.OpenConnectionAsync();
        private async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection on) => await on.BeginTransactionAsync();
        public interface IPool { NpgsqlConnection Next { get; } }
        public sealed class Unit(NpgsqlConnection connection)
        {
            private NpgsqlTransaction? begun;
            public async Task BeginAsync() => begun = await connection.BeginTransactionAsync();
        }
        """).Counting("PGTX703").IsQuiet();

    [Fact]
    public async Task The_message_names_the_failure_the_chain_and_the_line_of_the_begin()
    {
        var finding = Assert.Single(await TestCode.Method("""
            await using var outer = await conn.BeginTransactionAsync(ct);
            await TakeLaterAsync(conn); // expect: PGTX703
            """, Members).HasMarkedFindings());

        Assert.Equal(
            "InvalidOperationException: 'Service.TakeLaterAsync → Service.TakeAsync → NpgsqlConnection.BeginTransactionAsync' begins a transaction on the connection of the transaction begun at line 22, which is still open",
            finding.GetMessage());
        Assert.Equal("TakeLaterAsync(conn)", finding.Location.Text());
        Assert.Equal(["conn.BeginTransactionAsync(ct)", "TakeAsync(on)", "on.BeginTransactionAsync()"], finding.OtherTexts());
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
    }

    [Fact]
    public async Task For_text_it_says_what_the_server_does()
    {
        var finding = Assert.Single(await TestCode.Method("""
            await using var outer = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("BEGIN;"); // expect: PGTX703
            """).HasMarkedFindings());

        Assert.Equal(
            "The next COMMIT ends the transaction around it: 'BEGIN' is only a warning (25001) inside the transaction begun at line 22, which is still open",
            finding.GetMessage());
        Assert.Equal("conn.ExecuteAsync(\"BEGIN;\")", finding.Location.Text());
    }

    /// <summary>A body with a transaction parameter reports itself; its callers stay quiet for it.</summary>
    [Fact]
    public Task Of_a_transaction_parameter_the_body_speaks() => TestCode.Method("""
        await using var outer = await conn.BeginTransactionAsync(ct);
        await WriteAsync(outer);
        await outer.CommitAsync(ct);
        """, """
        private async Task WriteAsync(NpgsqlTransaction given)
        {
            await given.SaveAsync("a");
            await using var inner = await given.Connection!.BeginTransactionAsync(); // expect: PGTX703
        }
        """).HasMarkedFindings();

    [Fact]
    public Task A_pragma_silences_it() => TestCode.Method("""
        await using var outer = await conn.BeginTransactionAsync(ct);
        #pragma warning disable PGTX703
        await using var inner = await conn.BeginTransactionAsync(ct);
        #pragma warning restore PGTX703
        """).IsQuiet();

    /// <summary>A connection on which a transaction lives is open.</summary>
    /// <param name="test">What is asked before it is opened and a transaction begun.</param>
    /// <param name="found">It begins a second one.</param>
    [Theory]
    [InlineData("conn.State != System.Data.ConnectionState.Open", false)]
    [InlineData("conn.State is not System.Data.ConnectionState.Open", false)]
    [InlineData("conn.State == System.Data.ConnectionState.Closed", false)]
    [InlineData("System.Data.ConnectionState.Open != conn.State", false)]
    [InlineData("conn.State != other.State", true)]
    [InlineData("conn.State == System.Data.ConnectionState.Open", true)]
    [InlineData("other.State != System.Data.ConnectionState.Open", true)]
    public Task Who_asks_whether_it_is_open(string test, bool found) => TestCode.Of($$"""
        using Npgsql;
        public sealed class Work(NpgsqlConnection conn, NpgsqlConnection other)
        {
            private NpgsqlTransaction? transaction;

            private void Begin()
            {
                if ({{test}})
                {
                    conn.Open();
                    transaction = conn.BeginTransaction();
                }
            }

            public void Run()
            {
                transaction = conn.BeginTransaction();
                Begin();{{(found ? " // expect: PGTX703" : "")}}
                transaction!.Commit();
                Begin();
                transaction.Commit();
            }
        }
        """).Counting("PGTX703").HasMarkedFindings();
}
