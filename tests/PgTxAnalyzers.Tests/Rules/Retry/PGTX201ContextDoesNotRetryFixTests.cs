using Microsoft.CodeAnalysis;
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
        "services.AddNpgsql<ShopContext>(connectionString, pg => { if (connectionString.Length > 3) return; pg.CommandTimeout(3); });",
        "services.AddNpgsql<ShopContext>(connectionString, pg => { pg.EnableRetryOnFailure(); if (connectionString.Length > 3) return; pg.CommandTimeout(3); });")]
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

    /// <summary>What runs in a transaction that is handed on, kept, or put around the rest of a pipeline, nobody sees; were it EF Core's work, a context that retries would refuse it.</summary>
    [Theory]
    [InlineData("using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled); await next(); scope.Complete();", false)]
    [InlineData("kept = await db.Database.BeginTransactionAsync();", false)]
    [InlineData("await using var transaction = await db.Database.BeginTransactionAsync(); await next(); await transaction.CommitAsync();", false)]
    [InlineData("await using var transaction = await db.Database.BeginTransactionAsync(); await Mediator!.Send(new object()); await transaction.CommitAsync();", false)]
    [InlineData("await using var transaction = await db.Database.BeginTransactionAsync(); await db.Database.GetDbConnection().ExecuteAsync(\"DELETE FROM orders WHERE id < 0\"); await LogAsync(); await transaction.CommitAsync();", true)]
    [InlineData("using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeOption.Suppress, System.Transactions.TransactionScopeAsyncFlowOption.Enabled); await next(); scope.Complete();", true)]
    [InlineData("await db.Database.CreateExecutionStrategy().ExecuteAsync(async () => { db.ChangeTracker.Clear(); await using var transaction = await db.Database.BeginTransactionAsync(); await next(); await transaction.CommitAsync(); });", true)]
    [InlineData("await using var transaction = await other.Database.BeginTransactionAsync(); await next(); await transaction.CommitAsync();", true)]
    public async Task It_is_offered_only_where_every_transaction_is_seen_into(string statements, bool isOffered)
    {
        var unit = $$"""
            using Dapper;
            using Microsoft.EntityFrameworkCore;

            namespace Shop;

            public interface ISender
            {
                Task Send(object request);
            }

            public sealed class OtherContext(DbContextOptions<OtherContext> options) : DbContext(options);

            public sealed class Unit(ShopContext db, OtherContext other, Func<Task> next)
            {
                private Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction? kept;

                private static ISender? Mediator => null;

                public async Task RunAsync()
                {
                    {{statements}}
                    Console.WriteLine($"{db}{other}{next}{kept}");
                }

                private static Task LogAsync() => Console.Out.WriteLineAsync("done");
            }
            """;
        var offers = await Code("services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString)); // fix: PGTX201").WithFile("Unit.cs", unit).Fix("PGTX201").Offers();
        Assert.Equal(isOffered, offers.Count > 0);
    }

    /// <summary>EF Core refuses the transaction from the moment on in which its context retries, wherever it is begun.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_not_offered_alone_where_another_project_begins_a_transaction(bool isAbove)
    {
        const string Context = """
            using Microsoft.EntityFrameworkCore;

            namespace Shop;

            public sealed class Order
            {
                public int Id { get; set; }
            }

            public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
            {
                public DbSet<Order> Orders => Set<Order>();
            }
            """;
        const string Registration = """
            using Microsoft.EntityFrameworkCore;
            using Microsoft.Extensions.DependencyInjection;
            using Shop;

            public static class Setup
            {
                public static void Add(IServiceCollection services, string connectionString) => services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString));
            }
            """;

        // The caller's order: the fix could not wrap it.
        const string Begin = """
            using Microsoft.EntityFrameworkCore;
            using Shop;

            public sealed class Service(ShopContext db)
            {
                public async Task PayAsync(int id)
                {
                    if (id > 0)
                    {
                        await using var transaction = await db.Database.BeginTransactionAsync();
                        await db.Orders.Where(o => o.Id == id).ExecuteDeleteAsync();
                        await transaction.CommitAsync();
                        return;
                    }
                }
            }
            """;
        var lower = FixWorkspace.Open(TestCode.Of(Context + "\n" + (isAbove ? "" : Begin.Replace("using Microsoft.EntityFrameworkCore;\nusing Shop;\n", ""))).WithFile("Setup.cs", isAbove ? Registration : ""));
        var id = ProjectId.CreateNewId();
        var solution = lower.Solution.AddProject(ProjectInfo.Create(id, VersionStamp.Create(), "Upper", "Upper", LanguageNames.CSharp, compilationOptions: lower.CompilationOptions, parseOptions: lower.ParseOptions,
                projectReferences: [new ProjectReference(lower.Id)], metadataReferences: lower.MetadataReferences))
            .AddDocument(DocumentId.CreateNewId(id), "Upper.cs", isAbove ? Begin : Registration, filePath: "Upper.cs")
            .AddDocument(DocumentId.CreateNewId(id), "Usings.cs", TestCode.ImplicitUsings, filePath: "Usings.cs");

        Assert.Empty(await OffersAsync(solution.GetProject(isAbove ? lower.Id : id)!));

        // Without the transaction there is nothing in the way.
        var document = solution.Projects.SelectMany(project => project.Documents).Single(document => document.GetTextAsync().Result.ToString().Contains("BeginTransactionAsync"));
        var text = (await document.GetTextAsync(TestContext.Current.CancellationToken)).ToString();
        var without = string.Join('\n', text.Split('\n').Where(line => !line.Contains("transaction")));
        solution = solution.WithDocumentText(document.Id, Microsoft.CodeAnalysis.Text.SourceText.From(without));
        Assert.Equal(Key, Assert.Single(await OffersAsync(solution.GetProject(isAbove ? lower.Id : id)!)));
    }

    private static async Task<List<string?>> OffersAsync(Project project)
    {
        var compilation = (await project.GetCompilationAsync(TestContext.Current.CancellationToken))!;
        TestCode.NoErrors(compilation);
        var finding = (await AnalyzerRun.Findings(compilation, project.AnalyzerOptions, Product.CreateAnalyzers())).Single(finding => finding.Id == "PGTX201");
        return [.. (await FixActions.Offered(project, finding)).Select(offer => offer.Action.EquivalenceKey)];
    }
}
