using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>What an object is given when it is made, and hands on to its base class.</summary>
public sealed class ConstructionTests
{
    [Theory]
    [InlineData("Repository(NpgsqlConnection c) : base(c) { }", true)]
    [InlineData("Repository(NpgsqlConnection c) : this(c, 1) { } public Repository(NpgsqlConnection c, int n) : base(c) { }", true)]
    [InlineData("Repository(NpgsqlConnection c) : base(NpgsqlDataSource.Create(\"\").OpenConnection()) { }", false)]
    [InlineData("Repository(NpgsqlConnection c) : base() { }", false)]
    public Task A_constructor_hands_on_to_the_one_of_its_base_class(string constructor, bool works) => TestCode.Of($$"""
        using Dapper;
        using Npgsql;
        public abstract class Base
        {
            private readonly NpgsqlConnection conn;
            protected Base() => conn = new NpgsqlConnection();
            protected Base(NpgsqlConnection conn) => this.conn = conn;
            public Task SaveAsync() => conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        }

        public sealed class Repository : Base
        {
            public {{constructor}}
        }

        public class Service(NpgsqlDataSource source, HttpClient http)
        {
            public async Task Run()
            {
                await using var conn = await source.OpenConnectionAsync();
                await using var tx = await conn.BeginTransactionAsync();
                var repository = new Repository(conn);
                await repository.SaveAsync();
                await http.GetAsync("/"); // expect: {{(works ? "PGTX101" : "PGTX103")}}
                await tx.CommitAsync();
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    [Fact]
    public Task The_base_class_may_take_it_by_a_primary_constructor() => TestCode.Of("""
        using Microsoft.EntityFrameworkCore;
        public class Shop(DbContextOptions<Shop> options) : DbContext(options);
        public abstract class Base(Shop db)
        {
            public Task SaveAsync() => db.SaveChangesAsync();
        }

        public sealed class Repository : Base
        {
            public Repository(Shop db) : base(db) { }
        }

        public class Service(IDbContextFactory<Shop> factory, HttpClient http)
        {
            public async Task Run()
            {
                await using var db = await factory.CreateDbContextAsync();
                await using var tx = await db.Database.BeginTransactionAsync();
                await new Repository(db).SaveAsync();
                await http.GetAsync("/"); // expect: PGTX101
                await tx.CommitAsync();
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    [Theory]
    [InlineData("await On(conn).SaveAsync();", "private static Rows On(NpgsqlConnection c) => new(c);", true)]
    [InlineData("await On(conn).SaveAsync();", "private static IRows On(NpgsqlConnection c) { var made = new Rows(c); return made; }", true)]
    [InlineData("await (await OnAsync(conn)).SaveAsync();", "private static async Task<Rows> OnAsync(NpgsqlConnection c) { await Task.Yield(); return new Rows(c); }", true)]
    [InlineData("await new Unit(conn).Rows.SaveAsync();", "private sealed class Unit(NpgsqlConnection c) { public Rows Rows => new(c); }", true)]
    [InlineData("var other = await source.OpenConnectionAsync(); // expect: PGTX105\nawait On(other).SaveAsync();", "private static Rows On(NpgsqlConnection c) => new(c);", false)]
    public Task What_a_helper_makes_of_a_connection_works_on_that(string work, string helper, bool works) => TestCode.Of($$"""
        using Dapper;
        using Npgsql;
        public interface IRows { Task SaveAsync(); }
        public sealed class Rows(NpgsqlConnection conn) : IRows
        {
            public Task SaveAsync() => conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
        }

        public class Service(NpgsqlDataSource source, HttpClient http)
        {
            public async Task Run(bool keep)
            {
                await using var conn = await source.OpenConnectionAsync();
                await using var tx = await conn.BeginTransactionAsync();
                {{work}}
                await http.GetAsync("/"); // expect: {{(works ? "PGTX101" : "PGTX103")}}
                if (!keep)
                    return;{{(works ? " // expect: PGTX704" : "")}}
                await tx.CommitAsync();
            }

            {{helper}}
        }
        """).Counting("PGTX101", "PGTX103", "PGTX105", "PGTX704").HasMarkedFindings();
}
