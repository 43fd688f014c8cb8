using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>EF Core's <c>CurrentTransaction</c> is the one that the context works in.</summary>
public sealed class CurrentTransactionTests
{
    [Theory]
    [InlineData("CurrentTransaction!.CommitAsync(ct)")]
    [InlineData("CurrentTransaction!.RollbackAsync(ct)")]
    [InlineData("CurrentTransaction!.DisposeAsync()")]
    public async Task Its_end_is_the_end_of_the_variable_s(string end) => await TestCode.Method($"""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.SaveChangesAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await db.Database.{end};
        await http.GetStringAsync(url, ct);
        """).Counting("PGTX101", "PGTX102", "PGTX103").HasMarkedFindings();

    [Fact]
    public async Task Nothing_begun_here_does_not_mean_that_there_is_none() => await TestCode.Method("""
        if (db.Database.CurrentTransaction is not null)
            return;
        await using var tx = await db.Database.BeginTransactionAsync(ct);
        await db.SaveChangesAsync(ct);
        await http.GetStringAsync(url, ct); // expect: PGTX101
        await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    /// <summary>Who asks twice gets one answer: it has begun, and then it commits.</summary>
    [Theory]
    [InlineData("var owns = db.Database.CurrentTransaction is null; var tx = db.Database.CurrentTransaction ?? await db.Database.BeginTransactionAsync(ct);", "owns")]
    [InlineData("var tx = db.Database.CurrentTransaction; var nested = tx is not null; tx ??= await db.Database.BeginTransactionAsync(ct);", "!nested")]
    [InlineData("var current = db.Database.CurrentTransaction; var tx = current ?? await db.Database.BeginTransactionAsync(ct);", "current == null")]
    [InlineData("var nested = db.Database.CurrentTransaction != null; var tx = nested ? db.Database.CurrentTransaction! : await db.Database.BeginTransactionAsync(ct);", "!nested")]
    [InlineData("var owns = db.Database.CurrentTransaction is null; var tx = db.Database.CurrentTransaction ?? await db.Database.BeginTransactionAsync(ct);", "url.Length > 5", " // expect: PGTX704")]
    public async Task Whoever_owns_it_commits_it(string begin, string test, string mark = "") => await TestCode.Method($$"""
        {{begin}}{{mark}}
        await db.SaveChangesAsync(ct);
        if ({{test}})
            await tx!.CommitAsync(ct);
        """).Counting("PGTX703", "PGTX704").HasMarkedFindings();
}
