using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>A statement that says that it has changed nothing leaves nothing to commit.</summary>
public sealed class PGTX704EmptyChangeTests
{
    [Theory]
    [InlineData("deleted == 0")]
    [InlineData("deleted <= 0")]
    [InlineData("deleted < 1")]
    [InlineData("0 == deleted")]
    [InlineData("1 > deleted")]
    [InlineData("!(deleted > 0)")]
    [InlineData("deleted is 0")]
    [InlineData("deleted != 1")]
    public async Task Who_leaves_because_nothing_was_changed_is_quiet(string test) => await Counted(test, "").IsQuiet();

    [Theory]
    [InlineData("deleted > 0")]
    [InlineData("deleted != 0")]
    [InlineData("deleted == 1")]
    [InlineData("deleted > 5")]
    [InlineData("url.Length == 0")]
    public async Task Who_leaves_in_spite_of_a_change_is_found(string test) => await Counted(test, " // expect: PGTX704").HasMarkedFindings();

    [Fact]
    public async Task It_may_be_asked_where_the_statement_runs() => await TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand("DELETE FROM orders", conn, tx);
        if (await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false) == 0)
            return;
        await tx.CommitAsync(ct);
        """).Counting("PGTX704").IsQuiet();

    /// <summary>An answer that is null, or false, says the same.</summary>
    [Theory]
    [InlineData("(bool?)await command.ExecuteScalarAsync(ct)", "inserted == true")]
    [InlineData("await command.ExecuteScalarAsync(ct)", "inserted != null")]
    [InlineData("await command.ExecuteScalarAsync(ct)", "inserted is not null")]
    public async Task So_does_an_answer_that_is_not_there(string answer, string test) => await TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand("INSERT INTO orders (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING true", conn, tx);
        var inserted = {{answer}};
        if ({{test}})
            await tx.CommitAsync(ct);
        """).Counting("PGTX704").IsQuiet();

    [Fact]
    public async Task Another_statement_has_changed_something_all_the_same() => await TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        var deleted = await conn.ExecuteAsync("DELETE FROM orders");
        await conn.ExecuteAsync("UPDATE customers SET orders = 0");
        if (deleted == 0)
            return; // expect: PGTX704
        await tx.CommitAsync(ct);
        """).Counting("PGTX704").HasMarkedFindings();

    [Fact]
    public async Task A_variable_that_is_given_something_else_as_well_says_nothing() => await TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        var deleted = await conn.ExecuteAsync("DELETE FROM orders");
        deleted = url.Length;
        if (deleted == 0)
            return; // expect: PGTX704
        await tx.CommitAsync(ct);
        """).Counting("PGTX704").HasMarkedFindings();

    [Fact]
    public async Task In_a_loop_each_round_is_asked() => await TestCode.Method("""
        int deleted;
        do
        {
            using var tx = conn.BeginTransaction();
            deleted = conn.Execute("DELETE FROM orders WHERE id IN (SELECT id FROM orders LIMIT 100)", transaction: tx);
            if (deleted <= 0)
                continue;
            tx.Commit();
        }
        while (deleted != 0);
        """).Counting("PGTX704").IsQuiet();

    /// <summary>The helper that runs the delegate has return statements of its own.</summary>
    [Fact]
    public async Task What_a_delegate_loses_is_told_where_it_begins() => await TestCode.Method("""
        Use(c =>
        {
            using var tx = c.BeginTransaction(); // expect: PGTX704
            c.Execute("DELETE FROM orders");
            if (url.Length > 3)
                tx.Commit();
        });
        await Task.Yield();
        """, """
        private void Use(Action<NpgsqlConnection> action) => Run(c =>
        {
            action(c);
            return true;
        });

        private T Run<T>(Func<NpgsqlConnection, T> work)
        {
            using var own = new NpgsqlConnection("");
            own.Open();
            return work(own);
        }
        """).Counting("PGTX704").HasMarkedFindings();

    private static TestCode Counted(string test, string mark) => TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        var deleted = await conn.ExecuteAsync("DELETE FROM orders");
        if ({{test}})
            return;{{mark}}
        await tx.CommitAsync(ct);
        """).Counting("PGTX704");

    /// <summary>What came back is asked by a library's member: there is no row, or it was refused.</summary>
    [Theory]
    [InlineData("await using var reader = await command.ExecuteReaderAsync(ct);", "!await reader.ReadAsync(ct)")]
    [InlineData("await using var reader = await command.ExecuteReaderAsync(ct);", "!reader.HasRows")]
    [InlineData("var row = (await conn.QueryAsync<string>(\"INSERT INTO orders (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING name\", transaction: tx)).FirstOrDefault();", "row is null")]
    [InlineData("var rows = (await conn.QueryAsync<string>(\"UPDATE orders SET name = 'a' WHERE id = 1 RETURNING name\", transaction: tx)).ToList();", "rows.Count == 0")]
    [InlineData("var rows = await conn.QueryAsync<string>(\"UPDATE orders SET name = 'a' WHERE id = 1 RETURNING name\", transaction: tx);", "!rows.Any()")]
    [InlineData("var rows = await conn.ExecuteAsync(\"UPDATE orders SET name = 'a' WHERE id = 1\", transaction: tx); var ok = rows == 1;", "!ok")]
    [InlineData("var name = (string?)await command.ExecuteScalarAsync(ct);", "string.IsNullOrEmpty(name)")]
    [InlineData("string? name = null; try { name = (string?)await command.ExecuteScalarAsync(ct); } catch (PostgresException e) when (e.SqlState == \"23505\") { }", "name is null")]
    [InlineData("int rows; try { rows = await command.ExecuteNonQueryAsync(ct); } catch (PostgresException) { rows = 0; }", "rows == 0")]
    [InlineData("var none = await command.ExecuteNonQueryAsync(ct) == 0;", "none")]
    [InlineData("var some = await command.ExecuteNonQueryAsync(ct) > 0;", "some", " // expect: PGTX704")]
    public async Task Who_leaves_because_nothing_came_back_is_quiet(string statement, string test, string mark = "") => await TestCode.Method($$"""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand("UPDATE orders SET name = 'a' WHERE id = 1 RETURNING name", conn, tx);
        {{statement}}
        if ({{test}})
            return;{{mark}}
        await tx.CommitAsync(ct);
        """).Counting("PGTX704").HasMarkedFindings();

    [Fact]
    public async Task Identity_says_that_it_has_refused() => await TestCode.Of("""
        using Microsoft.AspNetCore.Identity;
        using Microsoft.EntityFrameworkCore;

        public class Account : IdentityUser;
        public class Shop(DbContextOptions<Shop> options) : DbContext(options);

        public class Registration(Shop db, UserManager<Account> users)
        {
            public async Task<IdentityResult> RunAsync(Account account, CancellationToken ct)
            {
                await using var tx = await db.Database.BeginTransactionAsync(ct);
                var result = await users.CreateAsync(account, "secret");
                if (!result.Succeeded)
                    return result;
                await tx.CommitAsync(ct);
                return result;
            }
        }
        """).Counting("PGTX704").IsQuiet();
}
