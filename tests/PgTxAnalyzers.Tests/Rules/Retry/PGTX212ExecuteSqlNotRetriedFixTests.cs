using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

public sealed class PGTX212ExecuteSqlNotRetriedFixTests
{
    private const string Retries = "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure([\"25P03\"])));";

    private static TestCode Code(string member) => RetryCode.Service(member, Retries);

    [Theory]
    [InlineData(
        "public Task<int> RunAsync(CancellationToken ct) => db.Database.ExecuteSqlAsync($\"DELETE FROM orders\", ct);",
        "public Task<int> RunAsync(CancellationToken ct) => db.Database.CreateExecutionStrategy().ExecuteAsync(ct => db.Database.ExecuteSqlAsync($\"DELETE FROM orders\", ct), ct);")]
    [InlineData(
        "public Task<int> RunAsync() => db.Database.ExecuteSqlRawAsync(\"DELETE FROM orders\");",
        "public Task<int> RunAsync() => db.Database.CreateExecutionStrategy().ExecuteAsync(() => db.Database.ExecuteSqlRawAsync(\"DELETE FROM orders\"));")]
    [InlineData(
        "public int Run(int id) => db.Database.ExecuteSqlRaw(\"DELETE FROM orders WHERE id = {0}\", id);",
        "public int Run(int id) => db.Database.CreateExecutionStrategy().Execute(() => db.Database.ExecuteSqlRaw(\"DELETE FROM orders WHERE id = {0}\", id));")]
    public async Task The_command_goes_into_the_strategy(string before, string after) =>
        await Code(before + " // expect: PGTX212").Fix("PGTX212", "PGTX212.WrapInStrategy").Becomes(Code(after));

    [Theory]
    [InlineData("public async Task RunAsync(CancellationToken ct) { await using var tx = await db.Database.BeginTransactionAsync(ct); await db.Database.ExecuteSqlAsync($\"DELETE FROM orders\", ct); }")]
    [InlineData("public async Task RunAsync(CancellationToken ct) { await (await contexts.CreateDbContextAsync(ct)).Database.ExecuteSqlAsync($\"DELETE FROM orders\", ct); }")]
    public async Task In_a_transaction_or_on_a_passing_context_it_does_not(string member) => await Code(member + " // fix: PGTX212").Fix("PGTX212").IsNotOffered();

    /// <summary>A strategy that retries refuses to begin inside a transaction that somebody else has begun.</summary>
    [Fact]
    public async Task A_command_that_is_called_from_a_transaction_stays() => await Code("""
            public async Task DropAsync(CancellationToken ct)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                await PurgeAllAsync(ct);
                await transaction.CommitAsync(ct);
            }

            private async Task PurgeAllAsync(CancellationToken ct) => await PurgeAsync(ct);

            private Task<int> PurgeAsync(CancellationToken ct) => db.Database.ExecuteSqlAsync($"DELETE FROM orders WHERE id < 0", ct); // fix: PGTX212
        """).Fix("PGTX212").IsNotOffered();

    /// <summary>EF Core does not repeat a text because it may be anything. Of these it is known: after the lost reply to a commit they count twice.</summary>
    [Theory]
    [InlineData("public Task<int> RunAsync(int id) => db.Database.ExecuteSqlAsync($\"UPDATE stock SET taken = taken + 1 WHERE id = {id}\"); // fix: PGTX212")]
    [InlineData("private const string Count = \"UPDATE stock SET taken = taken + 1\";\n    public int Run(int id) => db.Database.ExecuteSqlRaw(Count + \" WHERE id = {0}\", id); // fix: PGTX212")]
    [InlineData("""
        public async Task RecordAsync(string key)
        {
            var sql = @"
                INSERT INTO ""Uses"" (""Key"", ""LastUsed"", ""Count"") VALUES ({0}, now(), 1)
                ON CONFLICT (""Key"") DO UPDATE SET ""LastUsed"" = now(), ""Count"" = ""Uses"".""Count"" + 1";
            await db.Database.ExecuteSqlRawAsync(sql, key); // fix: PGTX212
        }
        """)]
    public async Task A_command_that_counts_stays(string member) => await Code(member).Fix("PGTX212").IsNotOffered();

    [Fact]
    public async Task One_that_finds_that_it_was_done_is_run_again() => await Code("public Task<int> RunAsync(int id, int v) => db.Database.ExecuteSqlAsync($\"UPDATE stock SET taken = taken + 1, v = v + 1 WHERE id = {id} AND v = {v}\"); // expect: PGTX212")
        .Fix("PGTX212", "PGTX212.WrapInStrategy").Becomes(Code("public Task<int> RunAsync(int id, int v) => db.Database.CreateExecutionStrategy().ExecuteAsync(() => db.Database.ExecuteSqlAsync($\"UPDATE stock SET taken = taken + 1, v = v + 1 WHERE id = {id} AND v = {v}\"));"));
}
