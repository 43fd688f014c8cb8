using Xunit;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>The package finds the configuration files of a project by itself; findings stand at their lines, and no secret is said.</summary>
public sealed class ConfigurationFilesTests(PackageFeed feed)
{
    private const string Program = """
        using Npgsql;

        public static class Shop
        {
            public static async Task ListenAsync(NpgsqlConnection connection, CancellationToken ct)
            {
                await using var command = new NpgsqlCommand("LISTEN orders", connection);
                await command.ExecuteNonQueryAsync(ct);
            }
        }
        """;

    private const string Settings = """
        {
          // the pooler
          "ConnectionStrings": {
            "Shop": "Host=pgbouncer;Port=6432;Database=shop;Username=app;Password=s3cret"
          }
        }
        """;

    [Fact]
    public async Task Appsettings_open_the_gate_and_have_findings()
    {
        var shop = Consumer.OnNpgsql(feed, Program);
        shop.Write("appsettings.Production.json", Settings);

        var build = await shop.BuildAsync();

        Assert.Equal(
            [("Shop.cs", 7, "PGTX303"), ("appsettings.Production.json", 4, "PGTX306")],
            build.Findings.Select(f => (f.File, f.Line, f.Id)).OrderBy(f => f.Id));
        Assert.Contains("appsettings.Production.json:4", build.Findings.Single(f => f.Id == "PGTX303").Message);
        Assert.DoesNotContain("s3cret", build.Output);
    }

    [Fact]
    public async Task The_poolers_own_file_is_found_above_the_project()
    {
        var shop = Consumer.OnNpgsql(feed, Program);
        var above = Path.Combine(Path.GetDirectoryName(shop.Directory)!, "pgbouncer.ini");
        Directory.CreateDirectory(Path.Combine(shop.Directory, "service"));
        File.Delete(above);
        shop.Write("pgbouncer.ini", "[pgbouncer]\npool_mode = transaction\n");
        shop.Write("service/Shop.csproj", shop.Read("Shop.csproj"));
        shop.Write("service/Shop.cs", Program);
        File.Delete(Path.Combine(shop.Directory, "Shop.csproj"));
        File.Delete(Path.Combine(shop.Directory, "Shop.cs"));

        var build = await shop.BuildAsync("service/Shop.csproj");

        Assert.Equal([("Shop.cs", 7, "PGTX303")], build.Findings.Select(f => (f.File, f.Line, f.Id)));
        Assert.Contains("pgbouncer.ini:2", build.Findings[0].Message);
    }

    [Theory]
    [InlineData("-p:PgTxConfigurationFiles=false")]
    [InlineData("-p:PgTxPooling=none")]
    public async Task A_property_leaves_them_out(string property)
    {
        var shop = Consumer.OnNpgsql(feed, Program);
        shop.Write("appsettings.json", Settings);

        var build = await shop.BuildAsync(property);

        Assert.Equal((0, ""), (build.ExitCode, build.Output));
    }
}
