using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>Where the transaction may have been committed on the way to the return, or a condition decides about nothing but the commit, no second one is offered.</summary>
public sealed class PGTX704ConditionalCommitFixTests
{
    [Theory]
    [InlineData("a statement", "if (id > 3)\n    await tx.CommitAsync(ct);\nreturn id > 3; // fix: PGTX704")]
    [InlineData("a block", "if (id > 3)\n{\n    await tx.CommitAsync(ct);\n}\n\nreturn id > 3; // fix: PGTX704")]
    [InlineData("a flag", "var ok = id > 3;\nif (ok)\n{\n    id++;\n    await tx.CommitAsync(ct);\n}\n\nreturn ok; // fix: PGTX704")]
    [InlineData("an else", "if (id > 3)\n{\n    id++;\n}\nelse\n{\n    await tx.CommitAsync(ct);\n}\n\nreturn true; // fix: PGTX704")]
    [InlineData("a section", "switch (id)\n{\n    case 3:\n        await tx.CommitAsync(ct);\n        break;\n}\n\nreturn true; // fix: PGTX704")]
    [InlineData("a return further in", "if (id > 3)\n{\n    await tx.CommitAsync(ct);\n}\n\nif (id > 2)\n{\n    return true; // fix: PGTX704\n}\n\nthrow new InvalidOperationException();")]
    public Task It_is_not_offered_where_a_commit_comes_to_the_return_from(string shape, string path)
    {
        Assert.NotEmpty(shape);
        return Code(path).Fix("PGTX704").IsNotOffered();
    }

    /// <summary>The branch that commits leaves, or the return is in another one.</summary>
    [Theory]
    [InlineData("if (id < 3)\n{\n    await tx.CommitAsync(ct);\n    return true;\n}\n\nreturn true; // fix: PGTX704")]
    [InlineData("if (id < 3)\n{\n    await tx.CommitAsync(ct);\n}\nelse\n{\n    return true; // fix: PGTX704\n}\n\nreturn false;")]
    public async Task It_is_where_none_does(string path) => Assert.Single(await Code(path).Fix("PGTX704").Offers());

    [Fact]
    public Task It_is_not_offered_at_the_end_of_a_branch_that_only_logs_and_commits() => TestCode.Of("""
        using Dapper;
        using Microsoft.Extensions.Logging;
        using Npgsql;

        public sealed class Desk(NpgsqlDataSource source, ILogger<Desk> log)
        {
            public async Task SellAsync(int id, CancellationToken ct)
            {
                await using var c = await source.OpenConnectionAsync(ct);
                await using var tx = await c.BeginTransactionAsync(ct); // fix: PGTX704
                var left = await c.ExecuteScalarAsync<int>("UPDATE stock SET amount = amount - 1 WHERE id = @id RETURNING amount", new { id }, tx);
                if (left >= 0)
                {
                    log.LogInformation("sold {Id}", id);
                    await tx.CommitAsync(ct);
                }
            }
        }
        """).Fix("PGTX704").IsNotOffered();

    private static TestCode Code(string path) => TestCode.Of($$"""
        using Dapper;
        using Npgsql;

        public sealed class Desk(NpgsqlDataSource source)
        {
            public async Task<bool> SellAsync(int id, CancellationToken ct)
            {
                await using var c = await source.OpenConnectionAsync(ct);
                await using var tx = await c.BeginTransactionAsync(ct);
                await c.ExecuteAsync("UPDATE stock SET amount = amount - 1 WHERE id = @id", new { id }, tx);
                {{path}}
            }
        }
        """);
}
