using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>EF Core's compiled queries are work on the context that they are given.</summary>
public sealed class CompiledQueryTests
{
    private const string Types = """
        #nullable enable
        using Microsoft.EntityFrameworkCore;

        public sealed class Badge { public int Id { get; set; } public int Owner { get; set; } }

        public sealed class Roster(DbContextOptions<Roster> options) : DbContext(options)
        {
            public DbSet<Badge> Badges => Set<Badge>();
            public Task<int> DropAsync(int owner) => Queries.Delete(this, owner);
        }

        public static class Queries
        {
            public static readonly Func<Roster, int, Task<int>> Delete = EF.CompileAsyncQuery((Roster db, int owner) => db.Badges.Where(b => b.Owner == owner).ExecuteDelete());
            public static readonly Func<Roster, int, Task<Badge?>> Find = EF.CompileAsyncQuery((Roster db, int id) => db.Badges.FirstOrDefault(b => b.Id == id));
            public static readonly Func<Roster, int, IAsyncEnumerable<Badge>> OfOwner = EF.CompileAsyncQuery((Roster db, int owner) => db.Badges.Where(b => b.Owner == owner));
            public static readonly Func<Roster, int, Task<int>> Own = (db, owner) => Task.FromResult(owner);
        }


        """;

    [Theory]
    [InlineData("await Queries.Delete(db, id); await http.GetAsync(\"/\"); // expect: PGTX101")]
    [InlineData("await Queries.Find(db, id); await http.GetAsync(\"/\"); // expect: PGTX101")]
    [InlineData("await db.DropAsync(id); await http.GetAsync(\"/\"); // expect: PGTX101")]
    [InlineData("await Queries.Own(db, id); await http.GetAsync(\"/\"); // expect: PGTX103")]
    [InlineData("var badges = Queries.OfOwner(db, id); await http.GetAsync(\"/\"); // expect: PGTX103")]
    [InlineData("await foreach (var badge in Queries.OfOwner(db, id)) { } await http.GetAsync(\"/\"); // expect: PGTX101")]
    [InlineData("await Queries.Find(other, id); // expect: PGTX105")]
    [InlineData("if (await Queries.Delete(db, id) > 0 && await Queries.Find(db, id) is null) return; // expect: PGTX704")]
    [InlineData("if (await Queries.Find(db, id) is null) return;")]
    public async Task A_compiled_query_works_on_its_context(string statements) => await TestCode.Of(Types + $$"""
        public sealed class Service(Roster db, IDbContextFactory<Roster> contexts, HttpClient http)
        {
            public async Task RunAsync(int id)
            {
                await using var other = await contexts.CreateDbContextAsync();
                await using var transaction = await db.Database.BeginTransactionAsync();
                {{statements}}
                await transaction.CommitAsync();
            }
        }
        """).Counting("PGTX101", "PGTX103", "PGTX105", "PGTX704").HasMarkedFindings();
}
