using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Properties that decide whether something begins, and whether it is committed.</summary>
public sealed class GuardPropertyTests
{
    /// <summary>A setting stays what it is while a body runs.</summary>
    [Theory]
    [InlineData("public class Options { public bool Transactional { get; set; } }")]
    [InlineData("public class Options { public bool Transactional { get; init; } public void Print() => Console.WriteLine(this); }")]
    [InlineData("public record Options(bool Transactional);")]
    public Task Who_begins_by_a_setting_commits_by_it(string options) => Code(options, """
        if (options.Transactional) await db.Database.BeginTransactionAsync(ct);
                await db.SaveChangesAsync(ct);
                if (options.Transactional) await http.GetStringAsync("https://a", ct); // expect: PGTX101
                if (options.Transactional) await db.Database.CommitTransactionAsync(ct);
                await http.GetStringAsync("https://a", ct);
        """).HasMarkedFindings();

    /// <summary>What it says of its own state is another thing the next time.</summary>
    [Fact]
    public Task A_unit_of_work_says_something_else_when_it_has_begun() => Code("""
        public class Options(Shop db)
        {
            public bool Transactional { get; private set; }
            public async Task BeginAsync() { await db.Database.BeginTransactionAsync(); Transactional = true; }
            public async Task CommitAsync() { await db.Database.CommitTransactionAsync(); Transactional = false; }
        }
        """, """
        if (!options.Transactional) await options.BeginAsync();
                await db.SaveChangesAsync(ct);
                await http.GetStringAsync("https://a", ct); // expect: PGTX101
                if (options.Transactional) await options.CommitAsync();
        """).HasMarkedFindings();

    /// <param name="property">What says that a transaction lives.</param>
    [Theory]
    [InlineData("public bool HasTransaction => _tx != null;")]
    [InlineData("public bool HasTransaction => _tx is not null;")]
    [InlineData("public bool HasTransaction { get { return _tx is { }; } }")]
    [InlineData("public bool HasTransaction => db.Database.CurrentTransaction is not null;")]
    public Task Who_commits_where_one_lives_commits(string property) => Code($$"""
        public class Options(Shop db)
        {
            private Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction? _tx;
            {{property}}
            public async Task BeginAsync() => _tx ??= await db.Database.BeginTransactionAsync();
            public async Task CommitAsync() { await _tx!.CommitAsync(); await _tx.DisposeAsync(); _tx = null; }
        }
        """, """
        await options.BeginAsync();
                await db.SaveChangesAsync(ct);
                await http.GetStringAsync("https://a", ct); // expect: PGTX101
                if (options.HasTransaction) await options.CommitAsync();
                await http.GetStringAsync("https://a", ct);
        """).HasMarkedFindings();

    /// <summary>What a method hands out by a parameter it has begun itself: nobody has given it anything.</summary>
    [Theory]
    [InlineData("out NpgsqlTransaction tx", "")]
    [InlineData("NpgsqlTransaction tx", " // expect: PGTX101")]
    public Task A_transaction_that_is_handed_out(string parameter, string mark) => TestCode.Of($$"""
        using Npgsql;

        public class Store(HttpClient http)
        {
            public void Begin(NpgsqlConnection connection, {{parameter}})
            {
                http.Send(new HttpRequestMessage());{{mark}}
                tx = connection.BeginTransaction();
            }
        }
        """).Counting("PGTX101", "PGTX105").HasMarkedFindings();

    private static TestCode Code(string options, string body) => TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;

        public class Shop(DbContextOptions<Shop> options) : DbContext(options);
        {{options}}

        public class Checkout(Shop db, HttpClient http)
        {
            public async Task RunAsync(Options options, CancellationToken ct)
            {
                {{body}}
            }
        }
        """).Counting("PGTX101", "PGTX704");
}
