using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>The failure that a retry waits for gets through.</summary>
public sealed class PGTX707RollbackHidesFailureFixTests
{
    private const string Key = "PGTX707.KeepTheFailure";

    [Fact]
    public async Task Where_using_rolls_back_a_handler_that_did_nothing_else_goes_with_its_try() => await TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        // All or nothing.
        try
        {
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");

            if (url.Length > 0)
            {
                // And the other one.
                await conn.ExecuteAsync("UPDATE other SET status = 'paid'");
            }

            await tx.CommitAsync(ct);
        }
        catch // expect: PGTX707
        {
            await tx.RollbackAsync(ct);
            throw;
        }
        """).Fix("PGTX707", Key).Becomes(TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        // All or nothing.
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");

        if (url.Length > 0)
        {
            // And the other one.
            await conn.ExecuteAsync("UPDATE other SET status = 'paid'");
        }

        await tx.CommitAsync(ct);
        """));

    [Fact]
    public async Task A_comment_in_the_handler_stays_there() => await TestCode.Method("""
        using (var tx = conn.BeginTransaction())
        {
            try
            {
                conn.Execute("UPDATE orders SET status = 'paid'");
                tx.Commit();
            }
            catch (NpgsqlException ex) // expect: PGTX707
            {
                // Somebody has to know.
                Console.WriteLine(ex);
                tx.Rollback();
                throw new InvalidOperationException("It did not work.", ex);
            }
        }
        """).Fix("PGTX707", Key).Becomes(TestCode.Method("""
        using (var tx = conn.BeginTransaction())
        {
            try
            {
                conn.Execute("UPDATE orders SET status = 'paid'");
                tx.Commit();
            }
            catch (NpgsqlException ex)
            {
                // Somebody has to know.
                Console.WriteLine(ex);
                throw new InvalidOperationException("It did not work.", ex);
            }
        }
        """));

    [Fact]
    public async Task A_handler_that_asks_the_database_for_more_needs_the_rollback() => await TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        try
        {
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await tx.CommitAsync(ct);
        }
        catch // expect: PGTX707
        {
            // First things first.
            await tx.RollbackAsync(ct);
            await conn.ExecuteAsync("INSERT INTO failures DEFAULT VALUES");
            throw;
        }
        """).Fix("PGTX707", Key).Becomes(TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        try
        {
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await tx.CommitAsync(ct);
        }
        catch
        {
            try
            {
                // First things first.
                await tx.RollbackAsync(ct);
            }
            catch
            {
                // The first failure counts.
            }

            await conn.ExecuteAsync("INSERT INTO failures DEFAULT VALUES");
            throw;
        }
        """));

    [Fact]
    public async Task Many_at_once() => await TestCode.Method("""
        await db.Database.BeginTransactionAsync(ct);
        try
        {
            await db.SaveChangesAsync(ct);
            await db.Database.CommitTransactionAsync(ct);
        }
        catch // expect: PGTX707
        {
            await db.Database.RollbackTransactionAsync(ct);

            throw;
        }

        await using var tx = await conn.BeginTransactionAsync(ct);
        try
        {
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await tx.CommitAsync(ct);
        }
        catch // expect: PGTX707
        {
            await tx.RollbackAsync(ct);
            throw;
        }
        """).FixAll("PGTX707", Key).Becomes(TestCode.Method("""
        await db.Database.BeginTransactionAsync(ct);
        try
        {
            await db.SaveChangesAsync(ct);
            await db.Database.CommitTransactionAsync(ct);
        }
        catch
        {
            try
            {
                await db.Database.RollbackTransactionAsync(ct);
            }
            catch
            {
                // The first failure counts.
            }

            throw;
        }

        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        await tx.CommitAsync(ct);
        """));

    [Theory]
    [InlineData("if (ct.CanBeCanceled) await tx.RollbackAsync(ct);")]
    [InlineData("Console.WriteLine(url); await tx.RollbackAsync(ct);")]
    public async Task A_rollback_that_is_no_statement_of_its_own_is_left_alone(string handler) => await TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        try
        {
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await tx.CommitAsync(ct);
        }
        catch // fix: PGTX707
        {
            {{handler}}
            throw;
        }
        """).Fix("PGTX707", Key).IsNotOffered();

    /// <summary>Until <c>using</c> rolls back, the locks of the failed unit keep another connection waiting, and the transaction would be open for as long as a request takes.</summary>
    [Theory]
    [InlineData("await MarkAsync();")]
    [InlineData("await http.PostAsync(url, null);")]
    public async Task Where_the_handler_goes_on_working_the_rollback_stays_in_front_of_it(string work) => await TestCode.Method(Handled("await tx.RollbackAsync(ct);\n    " + work, " // expect: PGTX707"), Mark)
        .Fix("PGTX707", Key).Becomes(TestCode.Method(Handled($"""
            try
                {"{"}
                    await tx.RollbackAsync(ct);
                {"}"}
                catch
                {"{"}
                    // The first failure counts.
                {"}"}

                {work}
            """, ""), Mark));

    private const string Mark = """
        private static async Task MarkAsync()
        {
            await using var other = new NpgsqlConnection("Host=db.internal;Username=app");
            await other.OpenAsync();
            await other.ExecuteAsync("UPDATE orders SET status = 'failed' WHERE id = 1");
        }
        """;

    private static string Handled(string handler, string mark) => $$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        try
        {
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid' WHERE id = 1");
            await tx.CommitAsync(ct);
        }
        catch (Exception ex){{mark}}
        {
            Console.WriteLine(ex);
            {{handler}}
            throw;
        }
        """;
}
