using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Retries are added in whatever form the options are there, and not where they would break something.</summary>
public sealed class PGTX201ContextDoesNotRetryFixTests
{
    private const string Key = "PGTX201.EnableRetryOnFailure";

    private const string Helpers = """
            private static void Plain(NpgsqlDbContextOptionsBuilder npgsql) => npgsql.CommandTimeout(3);
        """;

    private static TestCode Code(string statement) => RetryCode.Setup(statement, Helpers);

    [Theory]
    [InlineData(
        "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString));",
        "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure()));")]
    [InlineData(
        "services.AddDbContext<ShopContext>(options => options.UseNpgsql(dataSource, null));",
        "services.AddDbContext<ShopContext>(options => options.UseNpgsql(dataSource, npgsql => npgsql.EnableRetryOnFailure()));")]
    [InlineData(
        "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connection));",
        "services.AddDbContext<ShopContext>(options => options.UseNpgsql(connection, npgsql => npgsql.EnableRetryOnFailure()));")]
    [InlineData(
        "services.AddDbContext<ShopContext>(options => options.UseNpgsql());",
        "services.AddDbContext<ShopContext>(options => options.UseNpgsql(npgsql => npgsql.EnableRetryOnFailure()));")]
    [InlineData(
        "services.AddNpgsql<ShopContext>(connectionString);",
        "services.AddNpgsql<ShopContext>(connectionString, npgsql => npgsql.EnableRetryOnFailure());")]
    [InlineData(
        "services.AddNpgsql<ShopContext>(connectionString, optionsAction: options => options.EnableDetailedErrors());",
        "services.AddNpgsql<ShopContext>(connectionString, optionsAction: options => options.EnableDetailedErrors(), npgsqlOptionsAction: npgsql => npgsql.EnableRetryOnFailure());")]
    [InlineData(
        "services.AddDbContextFactory<ShopContext>(options => options.UseNpgsql(connectionString, pg => pg.CommandTimeout(60)));",
        "services.AddDbContextFactory<ShopContext>(options => options.UseNpgsql(connectionString, pg => pg.CommandTimeout(60).EnableRetryOnFailure()));")]
    [InlineData(
        "services.AddNpgsql<ShopContext>(connectionString, pg => Plain(pg));",
        "services.AddNpgsql<ShopContext>(connectionString, pg => { Plain(pg); pg.EnableRetryOnFailure(); });")]
    [InlineData(
        "services.AddNpgsql<ShopContext>(connectionString, Plain);",
        "services.AddNpgsql<ShopContext>(connectionString, npgsql => { Plain(npgsql); npgsql.EnableRetryOnFailure(); });")]
    [InlineData(
        "services.AddNpgsql<ShopContext>(connectionString, pg => { });",
        "services.AddNpgsql<ShopContext>(connectionString, pg => { pg.EnableRetryOnFailure(); });")]
    [InlineData(
        "services.AddNpgsql<ShopContext>(connectionString, (pg) => { pg.CommandTimeout(3); });",
        "services.AddNpgsql<ShopContext>(connectionString, (pg) => { pg.CommandTimeout(3); pg.EnableRetryOnFailure(); });")]
    [InlineData(
        "var npgsql = 1; services.AddNpgsql<ShopContext>(connectionString);",
        "var npgsql = 1; services.AddNpgsql<ShopContext>(connectionString, npgsql2 => npgsql2.EnableRetryOnFailure());")]
    public async Task Each_form_keeps_what_it_has(string before, string after) => await Code(before + " // expect: PGTX201").Fix("PGTX201", Key).Becomes(Code(after));

    [Fact]
    public async Task A_block_gets_a_line() => await Code("""
        services.AddNpgsql<ShopContext>(connectionString, npgsql => // expect: PGTX201
                {
                    // Slow reports.
                    npgsql.CommandTimeout(60);
                });
        """).Fix("PGTX201", Key).Becomes(Code("""
        services.AddNpgsql<ShopContext>(connectionString, npgsql =>
                {
                    // Slow reports.
                    npgsql.CommandTimeout(60);
                    npgsql.EnableRetryOnFailure();
                });
        """));

    private static TestCode WithRegion(string registration, string body) => RetryCode.Service(body, registration);

    [Fact]
    public async Task Where_transactions_are_their_end_by_the_server_is_added()
    {
        const string Ledger = """
                public async Task PayAsync(CancellationToken ct)
                {
                    await using var connection = await dataSource.OpenConnectionAsync(ct);
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    await connection.ExecuteAsync("UPDATE orders SET paid = true", transaction: transaction);
                    await transaction.CommitAsync(ct);
                }
            """;
        await WithRegion("services.AddNpgsql<ShopContext>(connectionString); // expect: PGTX201", Ledger).Fix("PGTX201", Key)
            .Becomes(WithRegion("services.AddNpgsql<ShopContext>(connectionString, npgsql => npgsql.EnableRetryOnFailure(errorCodesToAdd: [\"25P03\"]));", Ledger));
    }

    [Theory]
    [InlineData("await using var transaction = await db.Database.BeginTransactionAsync(ct); await db.Orders.ExecuteDeleteAsync(ct); await transaction.CommitAsync(ct);")]
    [InlineData("await db.Database.ExecuteSqlAsync($\"DELETE FROM orders\", ct);")]
    public async Task What_EF_would_refuse_or_not_retry_from_then_on_comes_first(string work) =>
        await WithRegion("services.AddNpgsql<ShopContext>(connectionString); // expect: PGTX201", $"    public async Task RunAsync(CancellationToken ct) {{ {work} }}").Fix("PGTX201").IsNotOffered();

    [Fact]
    public async Task What_stands_in_another_file_counts_as_well() => await Code("services.AddNpgsql<ShopContext>(connectionString); // expect: PGTX201").WithFile("Other.cs", """
        namespace Shop;

        using Microsoft.EntityFrameworkCore;

        public sealed class Purge(ShopContext db)
        {
            public Task RunAsync(CancellationToken ct) => db.Database.ExecuteSqlAsync($"DELETE FROM orders", ct);
        }
        """).Fix("PGTX201").IsNotOffered();

    [Fact]
    public async Task An_action_in_a_local_is_left_alone() =>
        await Code("Action<NpgsqlDbContextOptionsBuilder> plain = npgsql => npgsql.CommandTimeout(5); services.AddNpgsql<ShopContext>(connectionString, plain); // expect: PGTX201").Fix("PGTX201").IsNotOffered();

    private const string WrapKey = "PGTX201.RetryAndWrap";

    private static TestCode WithUnits(string registration, string units) => Code(registration).WithFile("Units.cs", $$"""
        namespace Shop;

        using Microsoft.EntityFrameworkCore;

        public sealed class Units(ShopContext db, HttpClient http)
        {
        {{units}}
        }
        """);

    [Fact]
    public async Task Transactions_that_EF_would_refuse_are_wrapped_in_the_same_step()
    {
        var result = await WithUnits("services.AddNpgsql<ShopContext>(connectionString); // expect: PGTX201", """
                public async Task<int> CloseAsync(CancellationToken ct)
                {
                    await using var transaction = await db.Database.BeginTransactionAsync(ct);
                    var closed = await db.Orders.ExecuteDeleteAsync(ct);
                    await transaction.CommitAsync(ct);
                    return closed;
                }

                public void Save()
                {
                    // Both or none.
                    using var transaction = db.Database.BeginTransaction();
                    db.SaveChanges();
                    transaction.Commit();
                }
            """).Fix("PGTX201", WrapKey).Becomes(WithUnits("services.AddNpgsql<ShopContext>(connectionString, npgsql => npgsql.EnableRetryOnFailure(errorCodesToAdd: [\"25P03\"]));", """
                public async Task<int> CloseAsync(CancellationToken ct)
                {
                    var strategy = db.Database.CreateExecutionStrategy();
                    return await strategy.ExecuteAsync(async ct =>
                    {
                        db.ChangeTracker.Clear();
                        await using var transaction = await db.Database.BeginTransactionAsync(ct);
                        var closed = await db.Orders.ExecuteDeleteAsync(ct);
                        await transaction.CommitAsync(ct);
                        return closed;
                    }, ct);
                }

                public void Save()
                {
                    var strategy = db.Database.CreateExecutionStrategy();
                    strategy.Execute(() =>
                    {
                        db.ChangeTracker.Clear();
                        // Both or none.
                        using var transaction = db.Database.BeginTransaction();
                        db.SaveChanges();
                        transaction.Commit();
                    });
                }
            """));

        Assert.Equal(2, result.Warnings.Count);
    }

    [Theory]
    [InlineData("await http.PostAsync(\"/charges\", null, ct);")]
    [InlineData("#if !NEVER\n        await db.Orders.ExecuteDeleteAsync(ct);\n#endif")]
    public async Task One_that_cannot_be_wrapped_is_in_the_way_of_all(string statement) => await WithUnits("services.AddNpgsql<ShopContext>(connectionString); // fix: PGTX201", $$"""
            public async Task CloseAsync(CancellationToken ct)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                await db.Orders.ExecuteDeleteAsync(ct);
                {{statement}}
                await transaction.CommitAsync(ct);
            }
        """).Fix("PGTX201").IsNotOffered();
}
