using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>Where something has failed, the rollback may be meant: no commit is offered.</summary>
public sealed class PGTX704FailurePathFixTests
{
    private static TestCode Code(string path) => TestCode.Of($$"""
        using System.Net;
        using Dapper;
        using Npgsql;

        public sealed class Outcome { public bool Failed { get; init; } public string? Error { get; init; } }

        public sealed class Desk(NpgsqlDataSource source)
        {
            public async Task<bool> SellAsync(int id, HttpResponseMessage answer, Outcome outcome, string? name, CancellationToken ct)
            {
                await using var c = await source.OpenConnectionAsync(ct);
                await using var tx = await c.BeginTransactionAsync(ct);
                await c.ExecuteAsync("UPDATE stock SET amount = amount - 1 WHERE id = @id", new { id }, tx);
                {{path}}
                await c.ExecuteAsync("INSERT INTO sold (id) VALUES (@id)", new { id }, tx);
                await tx.CommitAsync(ct);
                return true;
            }
        }
        """);

    [Theory]
    [InlineData("if (!answer.IsSuccessStatusCode)\n{\nreturn false; // fix: PGTX704\n}\n")]
    [InlineData("if (!answer.IsSuccessStatusCode)\n{\nreturn true; // fix: PGTX704\n}\n")]
    [InlineData("if (answer.IsSuccessStatusCode == false || id == 0)\n{\nreturn false; // fix: PGTX704\n}\n")]
    [InlineData("if (answer.IsSuccessStatusCode is false)\n{\nreturn false; // fix: PGTX704\n}\n")]
    [InlineData("if (answer.StatusCode != HttpStatusCode.OK)\n{\nreturn false; // fix: PGTX704\n}\n")]
    [InlineData("if (outcome.Failed)\n{\nreturn false; // fix: PGTX704\n}\n")]
    [InlineData("if (outcome.Error is not null)\n{\nreturn false; // fix: PGTX704\n}\n")]
    [InlineData("if (name is null)\n{\nreturn false; // fix: PGTX704\n}\n")]
    [InlineData("if (answer.IsSuccessStatusCode)\n{\nid++;\n}\nelse\n{\nreturn false; // fix: PGTX704\n}\n")]
    public Task A_failure_is_not_committed(string path) => Code(path).Fix("PGTX704").IsNotOffered();

    [Fact]
    public Task What_is_behind_the_successful_branch_is_its_other_one() => TestCode.Of("""
        using Dapper;
        using Npgsql;

        public sealed class Desk(NpgsqlDataSource source)
        {
            public async Task<bool> SellAsync(int id, HttpResponseMessage answer, CancellationToken ct)
            {
                await using var c = await source.OpenConnectionAsync(ct);
                await using var tx = await c.BeginTransactionAsync(ct);
                await c.ExecuteAsync("UPDATE stock SET amount = amount - 1 WHERE id = @id", new { id }, tx);
                if (answer.IsSuccessStatusCode)
                {
                    await tx.CommitAsync(ct);
                    return true;
                }

                return false; // fix: PGTX704
            }
        }
        """).Fix("PGTX704").IsNotOffered();

    /// <summary>The same where the path has no return.</summary>
    [Theory]
    [InlineData("if (answer.IsSuccessStatusCode)\n{\nawait tx.CommitAsync(ct);\nreturn;\n}")]
    [InlineData("if (answer.IsSuccessStatusCode)\n{\nawait c.ExecuteAsync(\"INSERT INTO sold (id) VALUES (@id)\", new { id }, tx);\nawait tx.CommitAsync(ct);\n}")]
    [InlineData("if (!answer.IsSuccessStatusCode)\n{\nid++;\n}\nelse\n{\nawait tx.CommitAsync(ct);\nreturn;\n}")]
    public Task A_failure_that_runs_off_the_end_is_not_committed(string path) => TestCode.Of($$"""
        using Dapper;
        using Npgsql;

        public sealed class Desk(NpgsqlDataSource source)
        {
            public async Task SellAsync(int id, HttpResponseMessage answer, CancellationToken ct)
            {
                await using var c = await source.OpenConnectionAsync(ct);
                await using var tx = await c.BeginTransactionAsync(ct); // fix: PGTX704
                await c.ExecuteAsync("UPDATE stock SET amount = amount - 1 WHERE id = @id", new { id }, tx);
                {{path}}
                Console.WriteLine(id);
            }
        }
        """).Fix("PGTX704").IsNotOffered();

    /// <summary>A case like any other: a comparison decides, or something is made that was not there.</summary>
    [Theory]
    [InlineData("if (id < 3)\n{\nreturn false; // fix: PGTX704\n}\n")]
    [InlineData("if (name == \"later\")\n{\nreturn false; // fix: PGTX704\n}\n")]
    [InlineData("if (outcome.Failed)\n{\nreturn true; // fix: PGTX704\n}\n")]
    [InlineData("if (outcome.Failed)\n{\nthrow new InvalidOperationException();\n}\n\nif (id < 3)\n{\nreturn false; // fix: PGTX704\n}\n")]
    [InlineData("if (name is null)\n{\nawait c.ExecuteAsync(\"INSERT INTO names (id) VALUES (@id)\", new { id }, tx);\nreturn true; // fix: PGTX704\n}\n")]
    public async Task A_case_like_any_other_is(string path) => Assert.Single(await Code(path).Fix("PGTX704").Offers());

    /// <summary>A check in front of the begin chooses nothing in the transaction.</summary>
    [Fact]
    public async Task What_is_asked_in_front_of_the_begin_does_not_matter() => Assert.Single(await TestCode.Of("""
        using Dapper;
        using Npgsql;

        public sealed class Desk(NpgsqlDataSource source)
        {
            public async Task<bool> SellAsync(int id, bool isClosed, CancellationToken ct)
            {
                if (isClosed)
                {
                    throw new InvalidOperationException();
                }

                await using var c = await source.OpenConnectionAsync(ct);
                await using var tx = await c.BeginTransactionAsync(ct);
                await c.ExecuteAsync("INSERT INTO late (id) VALUES (@id)", new { id }, tx);
                if (id > 3)
                {
                    return true; // fix: PGTX704
                }

                await c.ExecuteAsync("INSERT INTO sold (id) VALUES (@id)", new { id }, tx);
                await tx.CommitAsync(ct);
                return true;
            }
        }
        """).Fix("PGTX704").Offers());
}
