using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>Connection strings to a pooler without No Reset On Close: D56, D57, D66.</summary>
public class PGTX306PoolResetsPooledSessionTests
{
    private const string Id = "PGTX306";

    [Theory]
    [InlineData("\"Host=pgbouncer;Database=shop;Username=app\"")]
    [InlineData("\"Server=db;Port=6432;Database=shop;User Id=app\"")]
    [InlineData("\"Host=db;Port=6543;Username=app;Pooling=true;No Reset On Close=false\"")]
    [InlineData("@\"Host=db:6432;Username=app\"")]
    [InlineData("$\"Host=db;Port=6432;Username=app;Password={url}\"")]
    [InlineData("\"Host=my-odyssey-1.internal;\" + \"Username=app\"")]
    [InlineData("new NpgsqlConnectionStringBuilder { Host = url, Port = 6432 }.ConnectionString")]
    [InlineData("new NpgsqlConnectionStringBuilder(\"Host=pgcat;Username=app\") { Timeout = 5 }.ToString()")]
    public Task D56_is_found_in_texts_and_builders(string expression) => TestCode.Method($"GC.KeepAlive({expression}); // expect: PGTX306").Counting(Id).HasMarkedFindings();

    [Theory]
    [InlineData("GC.KeepAlive(\"Host=pgbouncer;Username=app;No Reset On Close=true\");")]
    [InlineData("GC.KeepAlive(\"Host=pgbouncer;Username=app;Pooling=false\");")]
    [InlineData("GC.KeepAlive(\"Host=pgpool.internal;Port=9999;Username=app\");")]
    [InlineData("GC.KeepAlive(\"Host=aws-0-eu.pooler.supabase.com;Port=5432;Username=app\");")]
    [InlineData("GC.KeepAlive(\"Host=db;Port=5432;Username=app\");")]
    [InlineData("GC.KeepAlive(\"Server=db;Port=6432x;Trusted_Connection=yes\");")]
    [InlineData("GC.KeepAlive(\"See Host=pgbouncer for details\");")]
    [InlineData("GC.KeepAlive($\"Host=pgbouncer;Username=app;{url}\");")]
    [InlineData("GC.KeepAlive(\"Host=pgbouncer;Username=app\" + \";No Reset On Close=true\");")]
    [InlineData("GC.KeepAlive($\"Host=pgbouncer;Username=app;No Reset On Close={url}\");")]
    [InlineData("const string Piece = \"Host=pgbouncer;Username=app\"; GC.KeepAlive(Piece + \";NoResetOnClose=true\");")]
    [InlineData("var b = new NpgsqlConnectionStringBuilder(\"Host=pgbouncer\"); b.NoResetOnClose = true; GC.KeepAlive(b.ConnectionString);")]
    [InlineData("var b = new NpgsqlConnectionStringBuilder(\"Host=pgbouncer\"); b[\"No Reset On Close\"] = true; GC.KeepAlive(b.ConnectionString);")]
    [InlineData("var b = new NpgsqlConnectionStringBuilder(\"Host=pgbouncer\"); Complete(b); GC.KeepAlive(b.ConnectionString);")]
    [InlineData("var b = new NpgsqlDataSourceBuilder(\"Host=pgbouncer\"); b.ConnectionStringBuilder.NoResetOnClose = true; b.Build();")]
    public Task D56_repaired_and_what_is_not_surely_for_a_pooler_is_quiet(string statements) =>
        TestCode.Method(statements, "private static void Complete(NpgsqlConnectionStringBuilder b) => b.NoResetOnClose = true;").Counting(Id).IsQuiet();

    [Fact]
    public async Task A_secret_is_in_no_message()
    {
        var finding = await TestCode.Method("GC.KeepAlive(\"Host=pgbouncer;Username=app;Password=s3cret\"); // expect: PGTX306").Only(Id);
        Assert.DoesNotContain("s3cret", AnalyzerRun.Describe(finding));
        Assert.Contains("the pooler (Test0.cs:22)", finding.GetMessage());
    }

    [Theory]
    [InlineData("appsettings.Production.json", "{\n  \"ConnectionStrings\": {\n    \"Shop\": \"Host=pgbouncer;Port=6432;Username=app;Password=s3cret\"\n  }\n}", 2)]
    [InlineData("web.config", "<x>\n<add name=\"Shop\" connectionString=\"Host=pgbouncer;Username=app;Password=&quot;s3cret&quot;\"/></x>", 1)]
    [InlineData(".env", "A=1\nConnectionStrings__Shop=Host=pgbouncer;Username=app;Password=s3cret", 1)]
    [InlineData("docker-compose.yml", "services:\n  shop:\n    environment:\n      - ConnectionStrings__Shop=Host=pgbouncer;Username=app;Password=s3cret", 3)]
    [InlineData("Properties/launchSettings.json", "{ \"a\":\n \"Host=pgbouncer;Username=app;Password=s3cret\" }", 1)]
    public async Task In_a_configuration_file_the_finding_stands_at_its_line(string path, string content, int line)
    {
        var findings = await TestCode.Method("").WithAdditionalFile(path, content).Findings();
        var finding = Assert.Single(findings, f => f.Id == Id);
        var place = finding.Location.GetLineSpan();
        Assert.Equal((path, line), (place.Path, place.StartLinePosition.Line));
        Assert.Equal(LocationKind.ExternalFile, finding.Location.Kind);
        Assert.DoesNotContain("s3cret", AnalyzerRun.Describe(finding));
    }

    [Fact]
    public async Task A_direct_string_beside_it_is_quiet()
    {
        var findings = await TestCode.Method("").WithAdditionalFile("appsettings.json", "{ \"A\": \"Host=pgbouncer;Username=app;No Reset On Close=true\", \"B\": \"Host=db;Username=app\" }").Findings();
        Assert.DoesNotContain(findings, f => f.Id == Id);
    }

    [Fact]
    public Task In_session_mode_the_reset_does_no_harm() => TestCode.Method("GC.KeepAlive(\"Host=pgbouncer;Username=app\");").WithOption("pgtx.pooling", "session").Counting(Id).IsQuiet();

    [Theory]
    [InlineData("Server=sql;Database=shop;User Id=app;Password=x")]
    [InlineData("Server=localhost;Database=shop;User Id=sa;Password=x;TrustServerCertificate=true;")]
    [InlineData("Server=sql;Database=shop;User Id=sa;Password=x;Persist Security Info=false;Application Name=shop;Command Timeout=30;Load Balance Timeout=60;Trust Server Certificate=true")]
    [InlineData("Server=sql;Database=shop;Integrated Security=true")]
    public Task A_string_of_another_server_is_no_evidence(string text) => TestCode.Method($"GC.KeepAlive(\"{text}\");").WithOption("pgtx.pooling", "transaction").Counting(Id).IsQuiet();

    [Theory]
    [InlineData("appsettings.json", "Host=localhost;Username=app")]
    [InlineData("appsettings.json", "Host=127.0.0.1:5432;Username=app")]
    [InlineData("appsettings.json", "Host=localhost;Port=9543;Username=app")]
    [InlineData("appsettings.json", "Server=localhost;Port=5432;User Id=app")]
    [InlineData("C:\\shop\\appsettings.Development.json", "Host=db;Username=app")]
    [InlineData("src/appsettings.Local.json", "Host=db;Username=app")]
    [InlineData("appsettings.test.json", "Host=db;Username=app")]
    [InlineData("web.Debug.config", "Host=db;Username=app")]
    [InlineData(".env.local", "Host=db;Username=app")]
    [InlineData("local.env", "Host=localhost;Username=app")]
    [InlineData("Properties/launchSettings.json", "Host=127.0.0.1;Port=39372;Username=app")]
    public async Task A_developers_own_server_is_behind_no_pooler(string path, string connection) => Assert.DoesNotContain(await InFile(path, connection), f => f.Id == Id);

    [Theory]
    [InlineData("appsettings.json", "Host=db;Username=app")]
    [InlineData("appsettings.json", "Host=localhost,db;Username=app")]
    [InlineData("appsettings.json", "Host=localhost;Port=6432;Username=app")]
    [InlineData("appsettings.Production.json", "Host=localhost;Username=app")]
    [InlineData("appsettings.Development.json", "Host=localhost;Port=6432;Username=app")]
    [InlineData("Properties/launchSettings.json", "Host=pgbouncer;Username=app")]
    [InlineData(".env", "Host=db;Username=app")]
    [InlineData(".env.production", "Host=localhost;Username=app")]
    [InlineData("docker-compose.yml", "Host=db;Username=app")]
    [InlineData("docker-compose.override.yml", "Host=db;Username=app")]
    public async Task Every_other_string_counts_where_only_the_option_speaks(string path, string connection) => Assert.Single(await InFile(path, connection), f => f.Id == Id);

    /// <summary>Of code, the option speaks as well: a literal is not a developer's setting.</summary>
    [Fact]
    public Task A_string_in_code_counts() => TestCode.Method("GC.KeepAlive(\"Host=localhost;Username=app\"); // expect: PGTX306").WithOption("pgtx.pooling", "transaction").Counting(Id).HasMarkedFindings();

    /// <summary>booking-microservices: a migration connects with it, from a developer's machine.</summary>
    [Theory]
    [InlineData("IDesignTimeDbContextFactory<ShopContext>", "Server=localhost;Port=5432;Username=app", 0)]
    [InlineData("IDesignTimeDbContextFactory<ShopContext>", "Server=localhost;Port=6432;Username=app", 1)]
    [InlineData("IDbContextFactory<ShopContext>", "Server=localhost;Port=5432;Username=app", 1)]
    public async Task A_design_time_factory_goes_past_the_pooler_that_only_the_option_knows(string type, string connection, int findings)
    {
        var code = TestCode.Of($$"""
            using Microsoft.EntityFrameworkCore;
            using Microsoft.EntityFrameworkCore.Design;

            public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options);

            public class Factory : {{type}}
            {
                public ShopContext CreateDbContext(string[] args) => CreateDbContext();

                public ShopContext CreateDbContext() => new(new DbContextOptionsBuilder<ShopContext>().UseNpgsql("{{connection}}").Options);
            }
            """).WithOption("pgtx.pooling", "transaction");
        Assert.Equal(findings, (await code.Findings()).Count(f => f.Id == Id));
    }

    /// <summary>A server of tests is started by them.</summary>
    [Theory]
    [InlineData("Shop.IntegrationTests", 0)]
    [InlineData("Shop.Api", 2)]
    public async Task A_project_of_tests_goes_past_it_too(string assembly, int findings)
    {
        var code = TestCode.Method("GC.KeepAlive(\"Host=db;Username=app\");").WithAdditionalFile("appsettings.json", "{ \"Shop\": \"Host=db;Username=app\" }").WithOption("pgtx.pooling", "transaction");
        var found = await AnalyzerRun.Findings(code.Compile().WithAssemblyName(assembly), code.AnalyzerOptions(), Product.CreateAnalyzers(), TestContext.Current.CancellationToken);
        Assert.Equal(findings, found.Count(f => f.Id == Id));
    }

    private static async Task<ImmutableArray<Diagnostic>> InFile(string path, string connection)
    {
        var text = Path.GetExtension(path) switch
        {
            ".json" => $"{{ \"Shop\": \"{connection}\" }}",
            ".config" => $"<add name=\"Shop\" connectionString=\"{connection}\"/>",
            ".yml" => $"services:\n  shop:\n    environment:\n      - Shop={connection}",
            _ => $"Shop={connection}",
        };
        return await TestCode.Method("").WithAdditionalFile(path, text).WithOption("pgtx.pooling", "transaction").Findings();
    }
}
