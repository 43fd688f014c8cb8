using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

/// <summary>A handler that keeps the failure, and a commit that asks for it.</summary>
public sealed class PGTX705KeptFailureTests
{
    /// <param name="before">Where it is kept.</param>
    /// <param name="keep">What the handler does.</param>
    /// <param name="end">How the transaction ends.</param>
    [Theory]
    [InlineData("Exception? error = null;", "error = e;", "if (error is null) await tx.CommitAsync(ct); else await tx.RollbackAsync(ct);")]
    [InlineData("string? error = null;", "error = e.MessageText;", "if (error != null) { await tx.RollbackAsync(ct); return; } await tx.CommitAsync(ct);")]
    [InlineData("var failed = 0;", "failed++;", "if (failed > 0) { await tx.RollbackAsync(ct); return; } await tx.CommitAsync(ct);")]
    [InlineData("var errors = new List<string>();", "errors.Add(e.MessageText);", "if (errors.Count == 0) await tx.CommitAsync(ct);")]
    [InlineData("var errors = new List<string>();", "errors.Add(e.MessageText);", "if (errors.Any()) { await tx.RollbackAsync(ct); return; } await tx.CommitAsync(ct);")]
    [InlineData("Exception? error = null;", "error = e;", "if (error is not null) throw error; await tx.CommitAsync(ct);")]
    public Task The_commit_asks_for_it(string before, string keep, string end) => Code(before, keep, end).IsQuiet();

    [Theory]
    [InlineData("Exception? error = null;", "error = e;", "await tx.CommitAsync(ct);")]
    [InlineData("var errors = new List<string>();", "errors.Add(e.MessageText);", "if (url.Length > 5) await tx.CommitAsync(ct);")]
    [InlineData("var errors = new List<string>();", "errors.Add(e.MessageText);", "await tx.CommitAsync(ct); if (errors.Count > 0) return;")]
    [InlineData("var failed = 0;", "", "if (failed == 0) await tx.CommitAsync(ct);")]
    public Task Nobody_asks_for_it(string before, string keep, string end) => Code(before, keep, end, " // expect: PGTX705").HasMarkedFindings();

    private static TestCode Code(string before, string keep, string end, string mark = "") => TestCode.Method($$"""
        {{before}}
        await using var tx = await conn.BeginTransactionAsync(ct);
        try { await new NpgsqlCommand("INSERT INTO orders (id) VALUES (1)", conn, tx).ExecuteNonQueryAsync(ct); }
        catch (PostgresException e){{mark}}
        { {{keep}} }
        {{end}}
        """).Counting("PGTX705");
}
