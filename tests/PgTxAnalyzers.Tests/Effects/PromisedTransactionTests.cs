using PgTxAnalyzers.Tests.CrossProject;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>An application's own interface over its context hands out a driver's transaction; the class that implements it is nowhere in sight.</summary>
public sealed class PromisedTransactionTests
{
    private const string View = """
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Storage;
        using System.Data.Common;

        public class Petition { public int Id { get; set; } public bool Sent { get; set; } }

        public interface IPetitions
        {
            DbSet<Petition> Petitions { get; }
            Task<int> SaveChangesAsync(CancellationToken ct);
            Task<IDbContextTransaction> BeginTransactionAsync(CancellationToken ct);
            Task<IDbContextTransaction> BeginTransactionAsync(IDbContextTransaction outer, CancellationToken ct);
            DbTransaction BeginTransaction();
            IDbContextTransaction GetCurrentTransaction();
        }


        """;

    private static string Service(string body) => View + $$"""
        public class Service(IPetitions db, HttpClient http)
        {
            public async Task SubmitAsync(int id, CancellationToken ct)
            {
        {{body}}
            }

            private async Task<IDbContextTransaction> StartAsync(CancellationToken ct) => await db.BeginTransactionAsync(ct);
        }
        """;

    [Theory]
    [InlineData("await using var tx = await db.BeginTransactionAsync(ct);")]
    [InlineData("await using var tx = db.BeginTransaction();")]
    [InlineData("await using var tx = await StartAsync(ct);")]
    public async Task It_is_a_begin(string begin)
    {
        var findings = await TestCode.Of(Service($$"""
            {{begin}}
            var petition = await db.Petitions.FirstAsync(p => p.Id == id, ct);
            await http.PostAsync("/petitions", null, ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            await http.PostAsync("/done", null, ct);
            """)).HasMarkedFindings();
        Assert.Contains("The transaction begun at line 21 stays idle in transaction", findings.Single(f => f.Id == "PGTX101").GetMessage());
    }

    [Fact]
    public async Task Before_anything_is_asked_it_is_too_early() => await TestCode.Of(Service("""
        await using var tx = await db.BeginTransactionAsync(ct);
        await http.PostAsync("/petitions", null, ct); // expect: PGTX103
        await tx.CommitAsync(ct);
        """)).HasMarkedFindings();

    [Theory]
    [InlineData("var tx = db.GetCurrentTransaction();")]
    [InlineData("await using (var outer = await db.BeginTransactionAsync(ct)) { await db.Petitions.CountAsync(ct); await outer.CommitAsync(ct); }")]
    public async Task What_is_there_already_or_over_is_none(string before) => await TestCode.Of(Service($$"""
        {{before}}
        await db.Petitions.FirstAsync(p => p.Id == id, ct);
        await http.PostAsync("/petitions", null, ct);
        """)).HasMarkedFindings();

    /// <summary>It comes back as what it was.</summary>
    [Fact]
    public async Task One_that_is_passed_in_is_the_same() => await TestCode.Of(Service("""
        var outer = await db.BeginTransactionAsync(ct);
        var inner = await db.BeginTransactionAsync(outer, ct);
        await db.Petitions.FirstAsync(p => p.Id == id, ct);
        await outer.CommitAsync(ct);
        await http.PostAsync("/petitions", null, ct);
        """)).HasMarkedFindings();

    /// <summary>Where the class is in sight, it decides.</summary>
    [Fact]
    public async Task An_implementation_in_sight_is_followed() => await TestCode.Of(Service("""
        var tx = await db.BeginTransactionAsync(ct);
        await db.Petitions.FirstAsync(p => p.Id == id, ct);
        await http.PostAsync("/petitions", null, ct);
        """) + """

        public sealed class Plain(DbContext inner) : IPetitions
        {
            public DbSet<Petition> Petitions => inner.Set<Petition>();
            public Task<int> SaveChangesAsync(CancellationToken ct) => inner.SaveChangesAsync(ct);
            public Task<IDbContextTransaction> BeginTransactionAsync(CancellationToken ct) => Task.FromResult<IDbContextTransaction>(null!);
            public Task<IDbContextTransaction> BeginTransactionAsync(IDbContextTransaction outer, CancellationToken ct) => Task.FromResult(outer);
            public DbTransaction BeginTransaction() => null!;
            public IDbContextTransaction GetCurrentTransaction() => null!;
        }
        """).HasMarkedFindings();

    /// <summary>What it awaits may be implemented later too.</summary>
    [Fact]
    public Task Its_obligations_travel() => new Projects { Rules = ["PGTX101", "PGTX103"] }.With("Core", Service("""
        await using var tx = await db.BeginTransactionAsync(ct);
        await db.Petitions.FirstAsync(p => p.Id == id, ct);
        await sender.SendAsync(id, ct);
        await tx.CommitAsync(ct);
        """).Replace("IPetitions db, HttpClient http", "IPetitions db, ISender sender") + "\npublic interface ISender { Task SendAsync(int id, CancellationToken ct); }")
        .With("Adapter", "public sealed class Sender(HttpClient http) : ISender\n{\n    public Task SendAsync(int id, CancellationToken ct) => http.PostAsync(\"/\", null, ct);\n}").FindTheSame("Adapter.cs:3 PGTX101");
}
