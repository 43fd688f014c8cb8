using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>EF Core gives the connection back between two operations: D61.</summary>
public class PGTX309StateExpectedAcrossUsesTests
{
    private const string Id = "PGTX309";

    [Theory]
    [InlineData("await db.Orders.CountAsync(ct);")]
    [InlineData("await db.SaveChangesAsync(ct);")]
    [InlineData("db.Orders.ToList();")]
    [InlineData("foreach (var order in db.Orders) { }")]
    [InlineData("await foreach (var order in db.Orders.AsAsyncEnumerable()) { }")]
    [InlineData("await db.Orders.Where(o => o.Id > 1).ExecuteDeleteAsync(ct);")]
    [InlineData("await db.Database.ExecuteSqlRawAsync(\"UPDATE t SET a = 1\", ct);")]
    [InlineData("if (url.Length > 3) await db.Orders.AnyAsync(ct);")]
    [InlineData("await using var tx = await db.Database.BeginTransactionAsync(ct);\nawait db.SaveChangesAsync(ct);\nawait tx.CommitAsync(ct);")]
    public Task D61_later_work_on_the_context_is_the_witness(string later) => TestCode.Method(
        "await db.Database.ExecuteSqlRawAsync(\"SELECT set_config('app.tenant', 'a', false)\", ct); // expect: PGTX309\n" + later).Counting(Id).HasMarkedFindings();

    [Theory]
    [InlineData("await db.Database.ExecuteSqlRawAsync(\"SET a.b = 1\", ct);")]
    [InlineData("await db.Orders.CountAsync(ct);\nawait db.Database.ExecuteSqlRawAsync(\"SET a.b = 1\", ct);")]
    [InlineData("await db.Database.ExecuteSqlRawAsync(\"SET a.b = 1\", ct);\nawait db.Database.ExecuteSqlRawAsync(\"RESET a.b\", ct);")]
    [InlineData("await db.Database.OpenConnectionAsync(ct);\nawait db.Database.ExecuteSqlRawAsync(\"SET a.b = 1\", ct);\nawait db.Orders.CountAsync(ct);")]
    [InlineData("await using var tx = await db.Database.BeginTransactionAsync(ct);\nawait db.Database.ExecuteSqlRawAsync(\"SET LOCAL a.b = 1\", ct);\nawait db.Orders.CountAsync(ct);")]
    [InlineData("await db.Database.ExecuteSqlRawAsync(\"SET a.b = 1; UPDATE t SET c = 1; RESET a.b\", ct);\nawait db.Orders.CountAsync(ct);")]
    [InlineData("await db.Database.ExecuteSqlRawAsync(\"SELECT set_config('a.b', '1', true)\", ct);\nawait db.Orders.CountAsync(ct);")]
    [InlineData("await conn.ExecuteAsync(\"SET a.b = 1\");\nawait db.Orders.CountAsync(ct);")]
    public Task D61_repaired_and_what_nobody_expects_is_quiet(string statements) => TestCode.Method(statements).Counting(Id).IsQuiet();

    [Fact]
    public async Task The_message_names_the_later_work_and_leads_to_it()
    {
        var finding = await TestCode.Method("""
            await db.Database.ExecuteSqlRawAsync("SET statement_timeout = 0", ct); // expect: PGTX309
            await db.Orders.CountAsync(ct);
            """).Only(Id);
        Assert.Equal("'CountAsync' (line 23) runs without this setting: EF Core gives the connection back after 'SET statement_timeout', and Npgsql resets it", finding.GetMessage());
        Assert.Equal(22, Assert.Single(finding.AdditionalLocations).GetLineSpan().StartLinePosition.Line);
    }

    [Fact]
    public Task Behind_a_pooler_301_says_the_stronger_thing() => TestCode.Method("""
        await db.Database.ExecuteSqlRawAsync("SET statement_timeout = 0", ct); // expect: PGTX301
        await db.Orders.CountAsync(ct);
        """).WithOption("pgtx.pooling", "transaction").Counting(Id, "PGTX301").HasMarkedFindings();

    [Fact]
    public Task A_helper_that_is_called_in_a_transaction_is_quiet() => TestCode.Method(
        "await using var tx = await db.Database.BeginTransactionAsync(ct);\nawait Load(db);",
        "private static async Task Load(ShopContext db) { await db.Database.ExecuteSqlRawAsync(\"SET a.b = 1\"); await db.Orders.CountAsync(); }").Counting(Id).IsQuiet();

    /// <summary>In a context's own body, `this` is the context.</summary>
    [Theory]
    [InlineData("await base.SaveChangesAsync(ct);")]
    [InlineData("await SaveChangesAsync(ct);")]
    [InlineData("await Notes.ToListAsync(ct);")]
    [InlineData("await this.Kept.Where(o => o.Id > 1).ToListAsync(ct);")]
    [InlineData("await Set<Order>().CountAsync(ct);")]
    [InlineData("foreach (var note in Notes) { }")]
    [InlineData("await Database.ExecuteSqlRawAsync(\"UPDATE t SET a = 1\", ct);")]
    public Task Later_work_in_the_context_itself_is_the_witness(string later) => TestCode.Method("", Context(
        "await Database.ExecuteSqlRawAsync(\"SELECT set_config('app.tenant', 'a', false)\", ct); // expect: PGTX309\n" + later)).Counting(Id).HasMarkedFindings();

    [Theory]
    [InlineData("await Database.ExecuteSqlRawAsync(\"SET a.b = 1\", ct);")]
    [InlineData("await Database.ExecuteSqlRawAsync(\"SELECT set_config('a.b', '1', true)\", ct);\nawait base.SaveChangesAsync(ct);")]
    [InlineData("await Database.OpenConnectionAsync(ct);\nawait Database.ExecuteSqlRawAsync(\"SET a.b = 1\", ct);\nawait base.SaveChangesAsync(ct);")]
    [InlineData("await using var tx = await Database.BeginTransactionAsync(ct);\nawait Database.ExecuteSqlRawAsync(\"SET a.b = 1\", ct);\nawait base.SaveChangesAsync(ct);\nawait tx.CommitAsync(ct);")]
    [InlineData("await Database.ExecuteSqlRawAsync(\"SET a.b = 1\", ct);\nawait other.Orders.CountAsync(ct);")]
    [InlineData("await Database.ExecuteSqlRawAsync(\"SET a.b = 1\", ct);\nawait Other.Orders.CountAsync(ct);")]
    [InlineData("await Database.ExecuteSqlRawAsync(\"SET a.b = 1\", ct);\nawait Database.ExecuteSqlRawAsync(\"RESET a.b\", ct);\nawait base.SaveChangesAsync(ct);")]
    [InlineData("await other.Database.ExecuteSqlRawAsync(\"SET a.b = 1\", ct);\nawait base.SaveChangesAsync(ct);")]
    public Task What_the_context_itself_repairs_is_quiet(string statements) => TestCode.Method("", Context(statements)).Counting(Id).IsQuiet();

    private static string Context(string statements) => $$"""
        private sealed class NoteContext(ShopContext other) : DbContext
        {
            public DbSet<Order> Notes => Set<Order>();

            public DbSet<Order> Kept { get; set; } = null!;

            public ShopContext Other { get; set; } = null!;

            public async Task WorkAsync(CancellationToken ct)
            {
                {{statements}}
                GC.KeepAlive(other);
            }
        }
        """;
}
