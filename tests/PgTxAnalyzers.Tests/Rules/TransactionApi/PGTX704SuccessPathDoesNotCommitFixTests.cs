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

    [Theory]
    [InlineData("what is returned is read in the transaction", "if (url.Length > 3)\n    return await conn.ExecuteScalarAsync<bool>(\"SELECT true\"); // fix: PGTX704")]
    [InlineData("the path is written on one line with others", "if (url.Length > 3) { url += \"a\"; return false; } // fix: PGTX704")]
    public async Task It_is_not_offered_where(string reason, string statements)
    {
        Assert.NotEmpty(reason);
        await Code($"""
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
            {statements}
            await tx.CommitAsync(ct);
            return true;
            """).Fix("PGTX704", Key).IsNotOffered();
    }

    /// <summary>Which branch should have committed is not known where control runs off the end.</summary>
    [Fact]
    public async Task It_is_not_offered_on_the_begin() => await TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct); // fix: PGTX704
        await conn.ExecuteAsync("INSERT INTO back_orders DEFAULT VALUES");
        if (url.Length > 3)
            await tx.CommitAsync(ct);
        """).Fix("PGTX704", Key).IsNotOffered();

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
