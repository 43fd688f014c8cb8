using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>A context's own <c>SaveChanges</c>: what it does beside the library's runs in the caller's transaction.</summary>
public sealed class SaveOverrideTests
{
    private const string Override = "public override async Task<int> SaveChangesAsync(CancellationToken ct = default)";
    private const string Inner = "public override async Task<int> SaveChangesAsync(bool accept, CancellationToken ct = default)";

    [Theory]
    [InlineData(Override + " { var n = await base.SaveChangesAsync(ct); await http.GetAsync(\"/\"); return n; }", "PGTX101")]
    [InlineData(Inner + " { var n = await base.SaveChangesAsync(accept, ct); await http.GetAsync(\"/\"); return n; }", "PGTX101")]
    [InlineData("public override Task<int> SaveChangesAsync(CancellationToken ct = default) => base.SaveChangesAsync(ct);\n" + Inner + " { var n = await base.SaveChangesAsync(accept, ct); await http.GetAsync(\"/\"); return n; }", "PGTX101")]
    [InlineData("public override Task<int> SaveChangesAsync(CancellationToken ct = default) => SaveChangesAsync(true, ct);\n" + Inner + " { var n = await base.SaveChangesAsync(accept, ct); await TellAsync(); return n; }\nprivate Task TellAsync() => http.GetAsync(\"/\");", "PGTX101")]
    [InlineData(Override + " { await http.GetAsync(\"/\"); return await base.SaveChangesAsync(ct); }", "PGTX103")]
    [InlineData(Override + " { await Task.Delay(1); return await base.SaveChangesAsync(ct); }", "PGTX102")]
    [InlineData(Override + " { if (!ChangeTracker.HasChanges()) return 0; ChangeTracker.DetectChanges(); return await base.SaveChangesAsync(ct); }", null)]
    [InlineData(Override + " { var n = await base.SaveChangesAsync(ct); if (Database.CurrentTransaction is null) await http.GetAsync(\"/\"); return n; }", null)]
    [InlineData(Override + " { var n = await base.SaveChangesAsync(ct); await Database.CommitTransactionAsync(ct); await http.GetAsync(\"/\"); return n; }", null)]
    [InlineData("public override int SaveChanges(bool accept) { var n = base.SaveChanges(accept); http.GetAsync(\"/\").Wait(); return n; }", null)]
    public Task It_reports_where_it_is_called(string members, string? rule) => Code(members, $"""
        await using var tx = await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct);{(rule is null ? "" : " // expect: " + rule)}
                await tx.CommitAsync(ct);
        """).Counting("PGTX101", "PGTX102", "PGTX103").HasMarkedFindings();

    [Theory]
    [InlineData("db.SaveChanges();", true)]
    [InlineData("db.SaveChanges(true);", true)]
    [InlineData("Save(db);", true)]
    [InlineData("plain.SaveChanges();", false)]
    [InlineData("((DbContext)plain).SaveChanges();", false)]
    public Task The_context_says_which(string call, bool isOwn) => Code("public override int SaveChanges(bool accept) { var n = base.SaveChanges(accept); http.GetAsync(\"/\").Wait(); return n; }", $"""
        using var tx = db.Database.BeginTransaction();
                {call}{(isOwn ? " // expect: PGTX101" : "")}
                tx.Commit();
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task What_was_saved_is_what_the_call_says() => Code(Override + " { if (!ChangeTracker.HasChanges()) return 0; var n = await base.SaveChangesAsync(ct); await http.GetAsync(\"/\"); return n; }", """
        await using var tx = await db.Database.BeginTransactionAsync(ct);
                if (await db.SaveChangesAsync(ct) == 0)
                    return;
                if (plain.ChangeTracker.HasChanges())
                    return; // expect: PGTX704
                await tx.CommitAsync(ct);
        """).Counting("PGTX704").HasMarkedFindings();

    [Fact]
    public async Task The_second_connection_is_taken_once() => Assert.Single(await Code(Override + " { var n = await base.SaveChangesAsync(ct); http.ToString(); return n; }", """
        await using var tx = await plain.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct); // expect: PGTX105
                await tx.CommitAsync(ct);
        """).HasMarkedFindings());

    [Fact]
    public async Task Its_task_is_dropped_once() => Assert.Single(await Code(Override + " { var n = await base.SaveChangesAsync(ct); await http.GetAsync(\"/\"); return n; }", """
        await using var tx = await db.Database.BeginTransactionAsync(ct);
                _ = db.SaveChangesAsync(ct); // expect: PGTX109
                await tx.CommitAsync(ct);
        """).HasMarkedFindings());

    [Fact]
    public Task Its_task_is_waited_for_later() => Code(Override + " { var n = await base.SaveChangesAsync(ct); await http.GetAsync(\"/\"); return n; }", """
        await using var tx = await db.Database.BeginTransactionAsync(ct);
                var saving = db.SaveChangesAsync(ct);
                await saving; // expect: PGTX101
                await tx.CommitAsync(ct);
        """).HasMarkedFindings();

    private static TestCode Code(string members, string statements) => TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;
        public class Plain(DbContextOptions<Plain> options) : DbContext(options);
        public class Shop(DbContextOptions<Shop> options, HttpClient http) : DbContext(options)
        {
            public HttpClient Client => http;
            {{members}}
        }

        public class Service(Shop db, Plain plain)
        {
            public async Task Run(CancellationToken ct)
            {
                {{statements}}
                await Task.CompletedTask;
            }

            private static void Save(Shop on) => on.SaveChanges();
        }
        """);
}
