using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

public sealed class PGTX703TransactionIsNestedFixTests
{
    private const string Reuse = "PGTX703.Reuse";
    private const string Savepoint = "PGTX703.Savepoint";

    private const string Npgsql = """
        await using var outer = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'a'", transaction: outer);

        await using var inner = await conn.BeginTransactionAsync(ct); // fix: PGTX703
        await conn.ExecuteAsync("UPDATE orders SET status = 'b'", transaction: inner);
        await inner.CommitAsync(ct);
        await outer.CommitAsync(ct);
        """;

    [Fact]
    public async Task The_part_works_in_the_transaction_that_is_open() => await TestCode.Method(Npgsql).Fix("PGTX703", Reuse).Becomes(TestCode.Method("""
        await using var outer = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'a'", transaction: outer);
        await conn.ExecuteAsync("UPDATE orders SET status = 'b'", transaction: outer);
        await outer.CommitAsync(ct);
        """));

    [Fact]
    public async Task Or_under_a_savepoint() => await TestCode.Method(Npgsql).Fix("PGTX703", Savepoint).Becomes(TestCode.Method("""
        await using var outer = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'a'", transaction: outer);

        await outer.SaveAsync("inner", ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'b'", transaction: outer);
        await outer.ReleaseAsync("inner", ct);
        await outer.CommitAsync(ct);
        """));

    [Fact]
    public async Task EF_Core_has_other_words() => await TestCode.Method("""
        using var outer = db.Database.BeginTransaction();
        db.SaveChanges();
        using var part = db.Database.BeginTransaction(); // fix: PGTX703
        db.SaveChanges();
        if (url.Length > 3)
        {
            part.Rollback();
        }
        else
        {
            part.Commit();
        }

        outer.Commit();
        """).Fix("PGTX703", Savepoint).Becomes(TestCode.Method("""
        using var outer = db.Database.BeginTransaction();
        db.SaveChanges();
        outer.CreateSavepoint("part");
        db.SaveChanges();
        if (url.Length > 3)
        {
            outer.RollbackToSavepoint("part");
        }
        else
        {
            outer.ReleaseSavepoint("part");
        }

        outer.Commit();
        """));

    private const string Block = """"
        await using (var outer = await conn.BeginTransactionAsync(ct))
        {
            await conn.ExecuteAsync("UPDATE orders SET status = 'a'", transaction: outer);

            // The part.
            await using (var inner = await conn.BeginTransactionAsync(ct)) // fix: PGTX703
            {
                await conn.ExecuteAsync(
                    """
                    UPDATE orders
                    SET status = 'b'
                    """,
                    transaction: inner);

                // Its notes.
                foreach (var note in url)
                {
                    await conn.ExecuteAsync("INSERT INTO notes VALUES (@note)", new { note }, inner);
                }

                await inner.CommitAsync(ct);
            }

            await outer.CommitAsync(ct);
        }
        """";

    [Fact]
    public async Task A_using_block_is_taken_away() => await TestCode.Method(Block).Fix("PGTX703", Reuse).Becomes(TestCode.Method(""""
        await using (var outer = await conn.BeginTransactionAsync(ct))
        {
            await conn.ExecuteAsync("UPDATE orders SET status = 'a'", transaction: outer);

            // The part.
            await conn.ExecuteAsync(
                """
                    UPDATE orders
                    SET status = 'b'
                    """,
                transaction: outer);

            // Its notes.
            foreach (var note in url)
            {
                await conn.ExecuteAsync("INSERT INTO notes VALUES (@note)", new { note }, outer);
            }

            await outer.CommitAsync(ct);
        }
        """"));

    [Fact]
    public async Task Or_its_head_becomes_a_savepoint() => await TestCode.Method("""
        using var outer = db.Database.BeginTransaction();
        using (var part = db.Database.BeginTransaction()) { // fix: PGTX703
            db.SaveChanges();
            part.Commit();
        }

        outer.Commit();
        """).Fix("PGTX703", Savepoint).Becomes(TestCode.Method("""
        using var outer = db.Database.BeginTransaction();
        outer.CreateSavepoint("part");
        db.SaveChanges();
        outer.ReleaseSavepoint("part");

        outer.Commit();
        """));

    /// <summary>The name in the block is also one behind it.</summary>
    [Fact]
    public async Task A_block_stays_where_its_names_would_meet_others() => await TestCode.Method("""
        await using var outer = await conn.BeginTransactionAsync(ct);
        await using (var inner = await conn.BeginTransactionAsync(ct)) // fix: PGTX703
        {
            var done = await conn.ExecuteAsync("UPDATE orders SET status = 'b'", transaction: inner);
            await inner.CommitAsync(ct);
            Console.WriteLine(done);
        }

        for (var done = 0; done < 3; done++)
            Console.WriteLine(done);
        await outer.CommitAsync(ct);
        """).Fix("PGTX703", Reuse).IsNotOffered();

    [Theory]
    [InlineData("it may be rolled back alone", "await using var inner = await conn.BeginTransactionAsync(ct); // fix: PGTX703\nif (url.Length > 3)\n    await inner.RollbackAsync(ct);\nelse\n    await inner.CommitAsync(ct);")]
    [InlineData("its commit depends", "await using var inner = await conn.BeginTransactionAsync(ct); // fix: PGTX703\nif (url.Length > 3)\n    await inner.CommitAsync(ct);")]
    [InlineData("a handler goes on with the outer one", "try\n{\n    await using var inner = await conn.BeginTransactionAsync(ct); // fix: PGTX703\n    await inner.CommitAsync(ct);\n}\ncatch (NpgsqlException) { }")]
    [InlineData("it has a level of its own", "await using var inner = await conn.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, ct); // fix: PGTX703\nawait inner.CommitAsync(ct);")]
    [InlineData("it is begun in another method", "await TakeAsync(conn); // fix: PGTX703")]
    [InlineData("a way out is between", "await using var inner = await conn.BeginTransactionAsync(ct); // fix: PGTX703\nif (url.Length > 3)\n    return;\nawait inner.CommitAsync(ct);")]
    [InlineData("a block of it may be left", "await using (var inner = await conn.BeginTransactionAsync(ct)) // fix: PGTX703\n{\n    if (url.Length > 3)\n        return;\n    await inner.CommitAsync(ct);\n}")]
    [InlineData("a block of it has two heads", "await using (var inner = await conn.BeginTransactionAsync(ct)) // fix: PGTX703\nawait using (var command = conn.CreateCommand())\n{\n    await inner.CommitAsync(ct);\n}")]
    [InlineData("it is stored", "await using var inner = await conn.BeginTransactionAsync(ct); // fix: PGTX703\nkept = inner;\nawait inner.CommitAsync(ct);")]
    public async Task Reuse_is_not_offered_where(string reason, string statements)
    {
        Assert.NotEmpty(reason);
        await TestCode.Method($"""
            await using var outer = await conn.BeginTransactionAsync(ct);
            {statements}
            await outer.CommitAsync(ct);
            """, """
            private NpgsqlTransaction? kept;
            private async Task TakeAsync(NpgsqlConnection on)
            {
                Console.WriteLine(kept);
                await using var inner = await on.BeginTransactionAsync();
                await inner.CommitAsync();
            }
            """).Fix("PGTX703", Reuse).IsNotOffered();
    }

    [Fact]
    public async Task A_comment_is_not_dropped() => await TestCode.Method(Npgsql.Replace("    await using var inner", "    // apart\n    await using var inner").Replace("\nawait using var inner", "\nawait using var /* apart */ inner")).Fix("PGTX703", Reuse).IsNotOffered();

    [Fact]
    public async Task Many_at_once_are_nobody_s_decision() => await TestCode.Method(Npgsql).Fix("PGTX703", Reuse).HasNoFixAll();
}
