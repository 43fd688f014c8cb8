using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>What PGTX109 says: a task that is surely nobody's, or surely awaited too late.</summary>
public class PGTX109DatabaseTaskNotAwaitedTests
{
    private const string Begin = "await using var tx = await conn.BeginTransactionAsync(ct);\n";

    private const string Commit = "\nawait tx.CommitAsync(ct);";

    [Fact]
    public async Task The_message_names_the_begin_the_task_and_its_fate()
    {
        var findings = await TestCode.Method(Begin + """
            _ = conn.ExecuteAsync("UPDATE orders SET name = 'a'", transaction: tx); // expect: PGTX109
            var second = conn.ExecuteAsync("UPDATE orders SET name = 'b'", transaction: tx); // expect: PGTX109
            await tx.CommitAsync(ct);
            await second;
            """).HasMarkedFindings();
        Assert.Equal("The transaction begun at line 22 fails with 'A command is already in progress', or commits without this work: the task of 'SqlMapper.ExecuteAsync' is dropped", findings[0].GetMessage());
        Assert.Equal(
            "The transaction begun at line 22 fails with 'A command is already in progress', or commits without this work: the task of 'SqlMapper.ExecuteAsync' is still running when the transaction ends (line 25)",
            findings[1].GetMessage());
        Assert.Equal(DiagnosticSeverity.Warning, findings[0].Severity);
        Assert.Equal([22], findings[0].AdditionalLocations.Select(l => l.GetLineSpan().StartLinePosition.Line + 1));
        Assert.Equal([22, 25], findings[1].AdditionalLocations.Select(l => l.GetLineSpan().StartLinePosition.Line + 1));
    }

    [Theory]
    [InlineData("_ = conn.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("_ = conn.ExecuteAsync(\"SELECT 1\").ConfigureAwait(false);")]
    [InlineData("_ = new NpgsqlCommand(\"SELECT 1\", conn).ExecuteNonQueryAsync(ct);")]
    [InlineData("var id = conn.ExecuteAsync(\"SELECT 1\").Id;")]
    [InlineData("_ = tx.SaveAsync(\"a\", ct);")]
    [InlineData("_ = ReadAsync(conn);")]
    [InlineData("Forget(conn);")]
    [InlineData("_ = Task.Run(() => conn.ExecuteAsync(\"SELECT 1\"));")]
    public Task A_dropped_task_is_found(string statement) => TestCode.Method(Begin + statement + " // expect: PGTX109" + Commit, """
        private static async Task<int> ReadAsync(NpgsqlConnection conn) => await conn.ExecuteScalarAsync<int>("SELECT 1");

        private static void Forget(NpgsqlConnection conn)
        {
            _ = conn.ExecuteAsync("SELECT 1");
        }
        """).Counting("PGTX109").HasMarkedFindings();

    [Fact]
    public Task A_dropped_commit_is_found() => TestCode.Method(Begin + """
        await conn.ExecuteAsync("UPDATE orders SET name = 'a'");
        _ = tx.CommitAsync(ct); // expect: PGTX109
        """).HasMarkedFindings();

    [Fact]
    public Task The_callers_transaction_is_one_where_the_call_is_given_it() => TestCode.Method("await Task.Yield();", """
        private static async Task SaveAsync(NpgsqlConnection conn, NpgsqlTransaction transaction)
        {
            _ = conn.ExecuteAsync("SELECT 1", transaction: transaction); // expect: PGTX109
            await conn.ExecuteAsync("SELECT 1", transaction: transaction);
        }

        private static Task<int> ReadAsync(NpgsqlConnection conn, NpgsqlTransaction transaction) => conn.ExecuteAsync("SELECT 1", transaction: transaction);
        """).HasMarkedFindings();

    [Theory]
    [InlineData("await conn.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("conn.ExecuteAsync(\"SELECT 1\").Wait();")]
    [InlineData("var one = conn.ExecuteAsync(\"SELECT 1\").Result;")]
    [InlineData("var task = conn.ExecuteAsync(\"SELECT 1\");\nawait task;")]
    [InlineData("var task = conn.ExecuteAsync(\"SELECT 1\");\nawait Task.WhenAll(task);")]
    [InlineData("var task = conn.ExecuteAsync(\"SELECT 1\");\nawait task.ConfigureAwait(false);")]
    [InlineData("var task = conn.ExecuteAsync(\"SELECT 1\");\nawait Task.WhenAny(task, Task.Delay(5));")]
    [InlineData("var task = url is null ? null : conn.ExecuteAsync(\"SELECT 1\");\nif (task is not null) await task;")]
    [InlineData("var tasks = new List<Task>();\ntasks.Add(conn.ExecuteAsync(\"SELECT 1\"));\nawait Task.WhenAll(tasks);")]
    [InlineData("var task = conn.ExecuteAsync(\"SELECT 1\");\nawait task.ContinueWith(t => t.Result);")]
    [InlineData("kept = conn.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("Keep(conn.ExecuteAsync(\"SELECT 1\"));")]
    [InlineData("var (a, b) = (conn.ExecuteAsync(\"SELECT 1\"), 1);\nawait a;")]
    [InlineData("var task = conn.ExecuteAsync(\"SELECT 1\");\nFunc<Task> wait = async () => await task;\nawait wait();")]
    [InlineData("await ReadAsync(conn);")]
    [InlineData("var task = ReadAsync(conn);\nawait task;")]
    [InlineData("_ = source.CreateCommand(\"SELECT 1\").ExecuteNonQueryAsync(ct);")]
    [InlineData("_ = http.GetStringAsync(url, ct);")]
    [InlineData("var result = await (url is null ? conn.ExecuteAsync(\"SELECT 1\") : conn.ExecuteAsync(\"SELECT 2\"));")]
    public Task A_task_that_is_awaited_kept_or_on_another_connection_is_quiet(string statements) => TestCode.Method(Begin + statements + Commit, """
        private Task? kept;

        private static void Keep(Task task) => Console.WriteLine(task.Status);

        private static async Task<int> ReadAsync(NpgsqlConnection conn) => await conn.ExecuteScalarAsync<int>("SELECT 1");
        """).Counting("PGTX109").IsQuiet();

    [Fact]
    public Task Without_a_transaction_it_is_another_matter() => TestCode.Method("_ = conn.ExecuteAsync(\"SELECT 1\");").IsQuiet();

    [Fact]
    public Task Awaited_inside_on_one_path_and_not_on_the_other() => TestCode.Method(Begin + """
        var task = conn.ExecuteAsync("SELECT 1"); // expect: PGTX109
        if (url.Length > 3)
        {
            await task;
        }

        await tx.CommitAsync(ct);
        await task;
        """).HasMarkedFindings();

    [Fact]
    public Task On_its_way_out_of_a_failure_nobody_waits() => TestCode.Method(Begin + """
        try
        {
            var task = conn.ExecuteAsync("SELECT 1");
            Console.WriteLine(url);
            await task;
            await tx.CommitAsync(ct);
        }
        catch
        {
            await tx.RollbackAsync(ct);
            throw;
        }
        """).Counting("PGTX109").IsQuiet();

    [Fact]
    public Task A_task_that_leaves_a_using_is_too_late() => TestCode.Method("await Task.Yield();", """
        public Task<int> CountAsync(NpgsqlDataSource source)
        {
            using var connection = source.OpenConnection();
            using var transaction = connection.BeginTransaction();
            return connection.ExecuteAsync("SELECT 1", transaction: transaction); // expect: PGTX109
        }
        """).HasMarkedFindings();

    [Fact]
    public Task A_query_of_EF_in_a_scope_counts() => TestCode.Method("""
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        _ = db.SaveChangesAsync(ct); // expect: PGTX109
        scope.Complete();
        """).Counting("PGTX109").HasMarkedFindings();
}
