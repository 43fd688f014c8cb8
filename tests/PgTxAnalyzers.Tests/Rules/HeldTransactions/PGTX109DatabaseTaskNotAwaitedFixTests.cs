using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>The task is awaited where it is made; where that is not possible, or where it is not clear what was meant, there is no fix.</summary>
public sealed class PGTX109DatabaseTaskNotAwaitedFixTests
{
    private const string Key = "PGTX109.Await";

    private const string Begin = "await using var tx = await conn.BeginTransactionAsync(ct);\n";

    private const string Commit = "\nawait tx.CommitAsync(ct);";

    private const string Members = """
        private static async Task<Order> FirstAsync(NpgsqlConnection conn) => await conn.QuerySingleAsync<Order>("SELECT 1");
        """;

    [Theory]
    [InlineData("_ = conn.ExecuteAsync(\"SELECT 1\"); // fix: PGTX109", "await conn.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("_ = conn.ExecuteAsync(\"SELECT 1\").ConfigureAwait(false); // fix: PGTX109", "await conn.ExecuteAsync(\"SELECT 1\").ConfigureAwait(false);")]
    [InlineData("// why\n_ = conn.ExecuteAsync(\"SELECT 1\"); // fix: PGTX109", "// why\nawait conn.ExecuteAsync(\"SELECT 1\");")]
    [InlineData("var id = FirstAsync(conn).Id; // fix: PGTX109", "var id = (await FirstAsync(conn)).Id;")]
    public Task A_dropped_task_is_awaited(string before, string after) =>
        TestCode.Method(Begin + before + Commit, Members).Fix("PGTX109", Key).Becomes(TestCode.Method(Begin + after + Commit, Members));

    [Fact]
    public Task A_statement_gets_its_await() => TestCode.Method(Begin + """
        #pragma warning disable CS4014
        conn.ExecuteAsync("SELECT 1"); // fix: PGTX109
        """ + Commit).Fix("PGTX109", Key).Becomes(TestCode.Method(Begin + """
        #pragma warning disable CS4014
        await conn.ExecuteAsync("SELECT 1");
        """ + Commit));

    [Fact]
    public Task A_variable_that_is_only_awaited_goes() => TestCode.Method(Begin + """
        var insert = conn.ExecuteAsync("SELECT 1"); // fix: PGTX109
        await tx.CommitAsync(ct);
        await insert;
        Console.WriteLine(url);
        """).Fix("PGTX109", Key).Becomes(TestCode.Method(Begin + """
        await conn.ExecuteAsync("SELECT 1");
        await tx.CommitAsync(ct);
        Console.WriteLine(url);
        """));

    [Fact]
    public Task A_variable_that_is_read_holds_the_result() => TestCode.Method(Begin + """
        Task<int> insert = conn.ExecuteAsync("SELECT 1"); // fix: PGTX109
        await tx.CommitAsync(ct);
        Console.WriteLine(await insert.ConfigureAwait(false));
        """).Fix("PGTX109", Key).Becomes(TestCode.Method(Begin + """
        var insert = await conn.ExecuteAsync("SELECT 1").ConfigureAwait(false);
        await tx.CommitAsync(ct);
        Console.WriteLine(insert);
        """));

    [Theory]
    [InlineData("_ = conn.ExecuteAsync(\"SELECT 1\"); // fix: PGTX109\nawait tx.CommitAsync(ct).ConfigureAwait(false);", "await conn.ExecuteAsync(\"SELECT 1\").ConfigureAwait(false);\nawait tx.CommitAsync(ct).ConfigureAwait(false);")]
    [InlineData("var insert = conn.ExecuteAsync(\"SELECT 1\"); // fix: PGTX109\nawait tx.CommitAsync(ct);\nawait insert.ConfigureAwait(false);", "await conn.ExecuteAsync(\"SELECT 1\").ConfigureAwait(false);\nawait tx.CommitAsync(ct);")]
    public Task It_is_awaited_as_the_function_does_elsewhere(string before, string after) => TestCode.Method(Begin + before).Fix("PGTX109", Key).Becomes(TestCode.Method(Begin + after));

    [Fact]
    public Task A_method_that_hands_the_task_out_becomes_async() => TestCode.Method("await Task.Yield();", Returning("public Task<int>", "", "return Task.FromResult(0);")
        .Replace("return connection.", "return connection.")).Fix("PGTX109", Key)
        .Becomes(TestCode.Method("await Task.Yield();", Returning("public async Task<int>", "await ", "return await Task.FromResult(0);")));

    [Fact]
    public Task Also_one_whose_task_has_no_result() => TestCode.Method("await Task.Yield();", Dropping(
        "public Task", "return Task.CompletedTask;", "        return connection.ExecuteAsync(\"SELECT 1\", transaction: transaction); // fix: PGTX109\n    }\n\n    return connection.ExecuteAsync(\"SELECT 2\", transaction: transaction);"))
        .Fix("PGTX109", Key).Becomes(TestCode.Method("await Task.Yield();", Dropping(
        "public async Task", "return;", "        await connection.ExecuteAsync(\"SELECT 1\", transaction: transaction);\n        return;\n    }\n\n    await connection.ExecuteAsync(\"SELECT 2\", transaction: transaction);")));

    [Fact]
    public Task Nothing_is_written_behind_the_end_of_its_usings() => TestCode.Method("await Task.Yield();", InUsing("public Task", "return", " // fix: PGTX109"))
        .Fix("PGTX109", Key).Becomes(TestCode.Method("await Task.Yield();", InUsing("public async Task", "await", "")));

    [Fact]
    public Task All_at_once() => TestCode.Method(Begin + """
        _ = conn.ExecuteAsync("SELECT 1");
        var insert = conn.ExecuteAsync("SELECT 2"); // fix: PGTX109
        var id = FirstAsync(conn).Id;
        await tx.CommitAsync(ct);
        await insert;
        """, Members).FixAll("PGTX109", Key).Becomes(TestCode.Method(Begin + """
        await conn.ExecuteAsync("SELECT 1");
        await conn.ExecuteAsync("SELECT 2");
        var id = (await FirstAsync(conn)).Id;
        await tx.CommitAsync(ct);
        """, Members));

    [Theory]
    [InlineData("var status = FirstAsync(conn).Status; // fix: PGTX109\nawait tx.CommitAsync(ct);")]
    [InlineData("var insert = conn.ExecuteAsync(\"SELECT 1\"); // fix: PGTX109\nawait tx.CommitAsync(ct);\nConsole.WriteLine(insert.Status);\nawait insert;")]
    [InlineData("var insert = conn.ExecuteAsync(\"SELECT 1\"); // fix: PGTX109\nawait tx.CommitAsync(ct);\n// later\nawait insert;")]
    [InlineData("Task<int> insert;\ninsert = conn.ExecuteAsync(\"SELECT 1\"); // fix: PGTX109\nawait tx.CommitAsync(ct);\nawait insert;")]
    public Task What_is_not_clear_is_left(string statements) => TestCode.Method(Begin + statements, Members).Fix("PGTX109").IsNotOffered();

    [Fact]
    public Task A_void_method_does_not_become_async() => TestCode.Method("await Task.Yield();", """
        private static void Save(ShopContext db, CancellationToken ct)
        {
            using var tx = db.Database.BeginTransaction();
            db.SaveChangesAsync(ct); // fix: PGTX109
            tx.Commit();
        }
        """).Fix("PGTX109").IsNotOffered();

    private static string InUsing(string head, string run, string mark) => $$"""
        {{head}} DropAsync(NpgsqlDataSource source)
        {
            using var connection = source.OpenConnection();
            using (var transaction = connection.BeginTransaction())
            {
                {{run}} connection.ExecuteAsync("SELECT 1", transaction: transaction);{{mark}}
            }
        }
        """;

    private static string Dropping(string head, string other, string rest) => $$"""
        {{head}} DropAsync(NpgsqlDataSource source, bool any)
        {
            if (!any)
            {
                {{other}}
            }

            using var connection = source.OpenConnection();
            using var transaction = connection.BeginTransaction();
            if (source.ConnectionString.Length > 3)
            {
        {{rest}}
        }
        """;

    private static string Returning(string head, string await, string other) => $$"""
        {{head}} CountAsync(NpgsqlDataSource source, bool any)
        {
            if (!any)
            {
                {{other}}
            }

            using var connection = source.OpenConnection();
            using var transaction = connection.BeginTransaction();
            return {{await}}connection.ExecuteAsync("SELECT 1", transaction: transaction); // fix: PGTX109
        }
        """;
}
