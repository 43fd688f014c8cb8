using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

public sealed class PGTX704SuccessPathDoesNotCommitFixTests
{
    private const string Key = "PGTX704.Commit";

    [Fact]
    public async Task The_return_commits_as_the_method_does_elsewhere() => await Code("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        if (url.Length > 3)
        {
            // A back order.
            return false; // fix: PGTX704
        }

        await tx.CommitAsync(ct).ConfigureAwait(false);
        return true;
        """).Fix("PGTX704", Key).Becomes(Code("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        if (url.Length > 3)
        {
            // A back order.
            await tx.CommitAsync(ct).ConfigureAwait(false);
            return false;
        }

        await tx.CommitAsync(ct).ConfigureAwait(false);
        return true;
        """));

    [Fact]
    public async Task An_if_gets_its_block() => await Code("""
        using var scope = new TransactionScope(TransactionScopeOption.Required, new TransactionOptions(), TransactionScopeAsyncFlowOption.Enabled);
        await db.SaveChangesAsync(ct);
        if (url.Length > 3)
            return false; // fix: PGTX704
        scope.Complete();
        return true;
        """).Fix("PGTX704", Key).Becomes(Code("""
        using var scope = new TransactionScope(TransactionScopeOption.Required, new TransactionOptions(), TransactionScopeAsyncFlowOption.Enabled);
        await db.SaveChangesAsync(ct);
        if (url.Length > 3)
        {
            scope.Complete();
            return false;
        }
        scope.Complete();
        return true;
        """));

    [Fact]
    public async Task What_is_returned_is_read_in_the_transaction() => await Code("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        if (url.Length > 3)
            return await conn.ExecuteScalarAsync<bool>("SELECT true"); // fix: PGTX704
        await tx.CommitAsync(ct);
        return true;
        """).Fix("PGTX704", Key).Becomes(Code("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        if (url.Length > 3)
        {
            var result = await conn.ExecuteScalarAsync<bool>("SELECT true");
            await tx.CommitAsync(ct);
            return result;
        }
        await tx.CommitAsync(ct);
        return true;
        """));

    [Fact]
    public async Task The_path_is_written_on_one_line() => await Code("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        if (url.Length > 3) { url += "a"; return false; } // fix: PGTX704
        await tx.CommitAsync(ct);
        return true;
        """).Fix("PGTX704", Key).Becomes(Code("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        if (url.Length > 3) { url += "a"; await tx.CommitAsync(ct); return false; }
        await tx.CommitAsync(ct);
        return true;
        """));

    [Fact]
    public async Task An_else_and_a_switch() => await Code("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        switch (url.Length)
        {
            case 0:
                await tx.CommitAsync(ct);
                return true;
            default:
                if (url.Length > 3)
                    throw new InvalidOperationException();
                else
                    return false; // fix: PGTX704
        }
        """).Fix("PGTX704", Key).Becomes(Code("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        switch (url.Length)
        {
            case 0:
                await tx.CommitAsync(ct);
                return true;
            default:
                if (url.Length > 3)
                    throw new InvalidOperationException();
                else
                {
                    await tx.CommitAsync(ct);
                    return false;
                }
        }
        """));

    /// <summary>A task would run its command behind the commit.</summary>
    [Fact]
    public async Task It_is_not_offered_where_a_task_is_handed_out() => await TestCode.Method("await Inner(conn, url);", """
        private static Task<int> Inner(NpgsqlConnection conn, string url)
        {
            using var tx = conn.BeginTransaction();
            conn.Execute("INSERT INTO back_orders DEFAULT VALUES");
            if (url.Length > 3)
                return conn.ExecuteAsync("SELECT 1"); // fix: PGTX704
            tx.Commit();
            return Task.FromResult(1);
        }
        """).Fix("PGTX704", Key).IsNotOffered();

    [Fact]
    public async Task A_commit_at_the_end_of_the_only_branch_becomes_everybodys() => await TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct); // fix: PGTX704
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        if (url.Length > 3)
        {
            await conn.ExecuteAsync("INSERT INTO orders DEFAULT VALUES");

            // Both at once.
            await tx.CommitAsync(ct);
        }
        """).Fix("PGTX704", Key).Becomes(TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        if (url.Length > 3)
        {
            await conn.ExecuteAsync("INSERT INTO orders DEFAULT VALUES");
        }

        // Both at once.
        await tx.CommitAsync(ct);
        """));

    [Fact]
    public async Task Also_in_a_using_block_and_an_else() => await TestCode.Method("""
        using (var scope = new TransactionScope(TransactionScopeOption.Required, new TransactionOptions(), TransactionScopeAsyncFlowOption.Enabled)) // fix: PGTX704
        {
            await db.SaveChangesAsync(ct);
            if (url.Length > 3)
            {
                url += "a";
            }
            else
            {
                await db.Orders.ExecuteDeleteAsync(ct);
                scope.Complete();
            }
        }
        """).Fix("PGTX704", Key).Becomes(TestCode.Method("""
        using (var scope = new TransactionScope(TransactionScopeOption.Required, new TransactionOptions(), TransactionScopeAsyncFlowOption.Enabled))
        {
            await db.SaveChangesAsync(ct);
            if (url.Length > 3)
            {
                url += "a";
            }
            else
            {
                await db.Orders.ExecuteDeleteAsync(ct);
            }

            scope.Complete();
        }
        """));

    [Fact]
    public async Task Those_that_have_committed_have_left() => await TestCode.Method("await Inner(conn, url, ct);", """
        private static async Task Inner(NpgsqlConnection conn, string url, CancellationToken ct)
        {
            await using var tx = await conn.BeginTransactionAsync(ct); // fix: PGTX704
            await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
            if (url.Length > 3)
            {
                await conn.ExecuteAsync("INSERT INTO orders DEFAULT VALUES");
                await tx.CommitAsync(ct);
                return;
            }

            Console.WriteLine("nothing more");
        }
        """).Fix("PGTX704", Key).Becomes(TestCode.Method("await Inner(conn, url, ct);", """
        private static async Task Inner(NpgsqlConnection conn, string url, CancellationToken ct)
        {
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
            if (url.Length > 3)
            {
                await conn.ExecuteAsync("INSERT INTO orders DEFAULT VALUES");
                await tx.CommitAsync(ct);
                return;
            }

            Console.WriteLine("nothing more");
            await tx.CommitAsync(ct);
        }
        """));

    /// <summary>The commit would throw on the path that has rolled back.</summary>
    [Fact]
    public async Task It_is_not_offered_where_another_path_to_the_return_has_rolled_back() => await Code("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        if (url.Length > 3)
        {
            await tx.CommitAsync(ct);
            return true;
        }

        if (url.Length > 2)
            await tx.RollbackAsync(ct);
        return false; // fix: PGTX704
        """).Fix("PGTX704", Key).IsNotOffered();

    [Theory]
    [InlineData("another path to the end has rolled back", "if (url.Length > 3)\n{\n    await tx.CommitAsync(ct);\n    return;\n}\n\nif (url.Length > 2)\n    await tx.RollbackAsync(ct);")]
    [InlineData("the condition decides about the commit alone", "if (url.Length > 3)\n    await tx.CommitAsync(ct);")]
    [InlineData("the same in a block", "if (url.Length > 3)\n{\n    await tx.CommitAsync(ct);\n}")]
    [InlineData("a loop may commit or not", "foreach (var c in url)\n{\n    if (c == 'a')\n    {\n        await conn.ExecuteAsync(\"SELECT 1\");\n        await tx.CommitAsync(ct);\n        break;\n    }\n}")]
    [InlineData("another branch rolls back", "if (url.Length > 3)\n{\n    await conn.ExecuteAsync(\"INSERT INTO orders DEFAULT VALUES\");\n    await tx.CommitAsync(ct);\n}\nelse if (url.Length > 2)\n{\n    await tx.RollbackAsync(ct);\n}")]
    [InlineData("commands follow the commit", "if (url.Length > 3)\n{\n    await conn.ExecuteAsync(\"INSERT INTO orders DEFAULT VALUES\");\n    await tx.CommitAsync(ct);\n}\n\nawait conn.ExecuteAsync(\"INSERT INTO notes DEFAULT VALUES\");")]
    public async Task It_is_not_offered_at_the_end_where(string reason, string statements)
    {
        Assert.NotEmpty(reason);
        await TestCode.Method($"""
            await using var tx = await conn.BeginTransactionAsync(ct); // fix: PGTX704
            await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
            {statements}
            """).Fix("PGTX704", Key).IsNotOffered();
    }

    /// <summary>"A command is already in progress": a commit is a command like any other, and a reader that was read to its end is still open.</summary>
    [Theory]
    [InlineData("await using (var reader = await conn.ExecuteReaderAsync(\"SELECT 1\"))\n{\n    if (!await reader.ReadAsync(ct))\n        return; // fix: PGTX704\n}\n", false)]
    [InlineData("await using var reader = await conn.ExecuteReaderAsync(\"SELECT 1\");\nif (!await reader.ReadAsync(ct))\n    return; // fix: PGTX704\nawait reader.CloseAsync();", false)]
    [InlineData("var reader = await conn.ExecuteReaderAsync(\"SELECT 1\");\nvar any = await reader.ReadAsync(ct);\nawait reader.DisposeAsync();\nif (!any)\n    return; // fix: PGTX704", true)]
    [InlineData("bool any;\nawait using (var reader = await conn.ExecuteReaderAsync(\"SELECT 1\"))\n{\n    any = await reader.ReadAsync(ct);\n}\n\nif (!any)\n    return; // fix: PGTX704", true)]
    public async Task It_is_offered_only_where_no_reader_is_open(string statements, bool isOffered)
    {
        var offers = await TestCode.Method($"""
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
            {statements}
            await tx.CommitAsync(ct);
            """).Fix("PGTX704", Key).Offers();
        Assert.Equal(isOffered, offers.Count > 0);
    }

    private static TestCode Code(string statements) => TestCode.Of($$"""
        using System.Transactions;
        using Dapper;
        using Microsoft.EntityFrameworkCore;
        using Npgsql;

        public class Service
        {
            public async Task<bool> Run(NpgsqlConnection conn, DbContext db, string url, CancellationToken ct)
            {
        {{string.Join("\n", statements.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? line : "        " + line))}}
            }
        }
        """);
}
