using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>A context that is given Npgsql and no strategy that retries.</summary>
public sealed class PGTX201ContextDoesNotRetryTests
{
    [Theory]
    [InlineData("services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString));")]
    [InlineData("services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, null));")]
    [InlineData("services.AddDbContext<ShopContext>(options => options.UseNpgsql(dataSource));")]
    [InlineData("services.AddDbContext<ShopContext>(options => options.UseNpgsql(connection));")]
    [InlineData("services.AddDbContext<ShopContext>(options => options.UseNpgsql());")]
    [InlineData("services.AddDbContext<ShopContext>((provider, options) => options.UseNpgsql(dataSource, npgsql => npgsql.MigrationsAssembly(\"Shop\")));")]
    [InlineData("services.AddDbContext<ShopContext>(options => options.UseNpgsql(npgsqlOptionsAction: npgsql => { }, connectionString: connectionString));")]
    [InlineData("services.AddDbContextFactory<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.ConfigureDataSource(source => source.EnableDynamicJson())));")]
    [InlineData("services.AddNpgsql<ShopContext>(connectionString);")]
    [InlineData("services.AddNpgsql<ShopContext>(connectionString, npgsql => npgsql.CommandTimeout(5), options => options.EnableDetailedErrors());")]
    [InlineData("new DbContextOptionsBuilder().UseNpgsql(connectionString);")]
    [InlineData("Action<NpgsqlDbContextOptionsBuilder> plain = npgsql => npgsql.CommandTimeout(5); services.AddNpgsql<ShopContext>(connectionString, plain);")]
    public Task Every_way_to_configure_a_context_without_retries_is_found(string statement) =>
        RetryCode.Setup(statement + " // expect: PGTX201").Counting("PGTX201").HasMarkedFindings();

    [Theory]
    [InlineData("services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure()));")]
    [InlineData("services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => { npgsql.CommandTimeout(3); npgsql.EnableRetryOnFailure(3); }));")]
    [InlineData("services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.ExecutionStrategy(d => new Npgsql.EntityFrameworkCore.PostgreSQL.NpgsqlRetryingExecutionStrategy(d))));")]
    [InlineData("services.AddNpgsql<ShopContext>(connectionString, npgsql => npgsql.EnableRetryOnFailure());")]
    [InlineData("services.AddNpgsql<ShopContext>(connectionString, Patient);")]
    [InlineData("services.AddNpgsql<ShopContext>(connectionString, npgsql => Patient(npgsql));")]
    [InlineData("services.AddNpgsql<ShopContext>(connectionString, npgsql => npgsql.CommandTimeout(3).BePatient());")]
    public Task A_strategy_that_retries_is_seen_where_the_builder_goes(string statement) => RetryCode.Setup(statement, """
            private static void Patient(NpgsqlDbContextOptionsBuilder npgsql) => BePatient(npgsql);

            private static NpgsqlDbContextOptionsBuilder BePatient(this NpgsqlDbContextOptionsBuilder npgsql) => npgsql.EnableRetryOnFailure(3);
        """).Counting("PGTX201").IsQuiet();

    [Theory]
    [InlineData("services.AddNpgsql<ShopContext>(connectionString, configure);")]
    [InlineData("services.AddNpgsql<ShopContext>(connectionString, npgsql => { npgsql.CommandTimeout(3); configure(npgsql); });")]
    [InlineData("services.AddNpgsql<ShopContext>(connectionString, npgsql => configure?.Invoke(npgsql));")]
    [InlineData("services.AddDbContext<ShopContext>(options => { options.ReplaceService<IExecutionStrategyFactory, Npgsql.EntityFrameworkCore.PostgreSQL.Storage.Internal.NpgsqlExecutionStrategyFactory>(); options.UseNpgsql(connectionString); });")]
    public Task Where_somebody_else_decides_it_is_quiet(string statement) => RetryCode.Setup("#pragma warning disable EF1001\n" + statement).Counting("PGTX201").IsQuiet();

    /// <summary>marten's contexts: the options go to a delegate of the user's, who may set a strategy on them.</summary>
    [Theory]
    [InlineData("Action<DbContextOptionsBuilder>? user = Environment.CommandLine.Length > 3 ? null : o => { }; var options = new DbContextOptionsBuilder(); options.UseNpgsql(connectionString); user?.Invoke(options);", false)]
    [InlineData("Action<DbContextOptionsBuilder>? user = null; var options = new DbContextOptionsBuilder(); options.UseNpgsql(connectionString); GC.KeepAlive(options); GC.KeepAlive(user); // expect: PGTX201", true)]
    public async Task Options_that_are_handed_out_are_somebody_elses_to_set(string statement, bool found) =>
        Assert.Equal(found, (await RetryCode.Setup(statement).Counting("PGTX201").HasMarkedFindings()).Any(f => f.Id == "PGTX201"));

    /// <summary>healthgateway's and altinn-authorization's migrations: a context of their own, on a string of their own.</summary>
    [Theory]
    [InlineData("db.Database.Migrate();", false)]
    [InlineData("await db.Database.MigrateAsync();", false)]
    [InlineData("await db.SaveChangesAsync();", true)]
    public async Task A_context_that_is_made_to_migrate_is_quiet(string use, bool found) => await TestCode.Of($$"""
        using Microsoft.EntityFrameworkCore;

        public static class Migrations
        {
            public static async Task RunAsync(string connectionString)
            {
                var options = new DbContextOptionsBuilder<DbContext>().UseNpgsql(connectionString).Options;{{(found ? " // expect: PGTX201" : "")}}
                await using var db = new DbContext(options);
                {{use}}
            }
        }
        """).Counting("PGTX201").HasMarkedFindings();

    /// <summary>backend-frontend-template's audit log: a context on the connection of the one that is being saved, inside of its transaction.</summary>
    [Theory]
    [InlineData("new DbContextOptionsBuilder<ShopContext>().UseNpgsql(other.Database.GetDbConnection());")]
    [InlineData("var shared = other.Database.GetDbConnection(); new DbContextOptionsBuilder<ShopContext>().UseNpgsql(shared, npgsql => npgsql.CommandTimeout(5));")]
    [InlineData("new DbContextOptionsBuilder<ShopContext>().UseNpgsql(transaction.Connection!);")]
    [InlineData("new DbContextOptionsBuilder<ShopContext>().UseNpgsql((System.Data.Common.DbConnection)((System.Data.IDbTransaction)transaction).Connection!);")]
    [InlineData("services.AddDbContext<ShopContext>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlConnection>()));")]
    [InlineData("services.AddDbContext<ShopContext>((provider, options) => options.UseNpgsql((NpgsqlConnection)provider.GetService(typeof(NpgsqlConnection))!));")]
    [InlineData("services.AddDbContext<ShopContext>((provider, options) => { var shared = provider.GetRequiredService<System.Data.Common.DbConnection>(); options.UseNpgsql(shared); });")]
    public Task A_context_on_a_connection_of_another_leaves_the_question_to_it(string statement) =>
        RetryCode.Setup("DbContext other = null!; NpgsqlTransaction transaction = null!; " + statement).Counting("PGTX201").IsQuiet();

    [Fact]
    public Task A_data_source_of_the_container_is_nobodys_unit() => RetryCode.Setup(
        "services.AddDbContext<ShopContext>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())); // expect: PGTX201").Counting("PGTX201").HasMarkedFindings();

    [Fact]
    public Task A_connection_of_its_own_is_none_of_another() =>
        RetryCode.Setup("var own = new NpgsqlConnection(connectionString); new DbContextOptionsBuilder<ShopContext>().UseNpgsql(own); // expect: PGTX201").Counting("PGTX201").HasMarkedFindings();

    [Fact]
    public Task The_option_says_that_retries_are_configured() =>
        RetryCode.Setup("services.AddNpgsql<ShopContext>(connectionString);").WithOption("pgtx.retrying_strategy", "true").Counting("PGTX201").IsQuiet();

    [Fact]
    public Task A_method_of_another_library_is_none() => TestCode.Of("""
        public static class Other
        {
            public static string UseNpgsql(this string text) => text;
            public static string Run() => "text".UseNpgsql();
        }
        """).Counting("PGTX201").IsQuiet();

    [Fact]
    public async Task The_message_names_the_context_and_the_place_is_the_call()
    {
        var finding = Assert.Single(await RetryCode.Setup("""
            services.AddDbContext<ShopContext>(options => options
                .UseNpgsql(connectionString)); // expect: PGTX201
            """).Counting("PGTX201").HasMarkedFindings());

        Assert.Equal("A database restart or failover reaches the users of ShopContext as an exception (57P01, or a broken socket): 'UseNpgsql' configures no retries", finding.GetMessage());
        Assert.Equal("UseNpgsql(connectionString)", finding.Location.Text());
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
    }

    [Fact]
    public Task Half_typed_code_is_normal_input() => RetryCode.Setup("services.AddDbContext<ShopContext>(options => options.UseNpgsql(connectionString, npgsql => npgsql.").Broken().Counting("PGTX201").IsQuiet();
}
