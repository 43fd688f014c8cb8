using Xunit;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>The fixes, applied by <c>dotnet format</c>: it loads the fix assembly from the package, as an IDE does.</summary>
public sealed class FormatTests(PackageFeed feed)
{
    [Fact]
    public async Task Format_applies_the_fixes_and_the_result_builds_without_a_finding()
    {
        var shop = Consumer.OnNpgsql(feed, Programs.TwoWithFixes);

        var before = await shop.BuildAsync("-p:PgTxAnalysisMode=all");
        var format = await shop.DotnetAsync("format", "analyzers", "--diagnostics", "PGTX103", "PGTX701", "--severity", "info", "--no-restore");
        var after = await shop.BuildAsync("--no-restore", "-p:PgTxAnalysisMode=all");

        Assert.Equal(["warning PGTX103", "warning PGTX701"], before.Shown());
        Assert.True(format.ExitCode == 0, format.Output);
        Assert.Equal((0, ""), (after.ExitCode, after.Output));

        var program = shop.Read("Shop.cs");
        AssertInOrder(program, "GetStringAsync", "BeginTransactionAsync", "new NpgsqlCommand");
        Assert.Contains("TransactionScopeAsyncFlowOption.Enabled", program);
    }

    [Fact]
    public async Task Format_changes_exactly_the_expected_lines_of_the_sample()
    {
        var folder = CopySample();
        var before = Texts(folder);

        var format = await CommandLine.DotnetAsync(folder, ["format", "analyzers", "--diagnostics", "PGTX103", "PGTX701", "--severity", "info"], TestContext.Current.CancellationToken);

        Assert.True(format.ExitCode == 0, format.Output);
        var after = Texts(folder);
        Assert.Equal(before.Keys, after.Keys);
        Assert.Equal(["Loyalty/PointsLedger.cs", "Quotes/QuoteDesk.cs"], before.Keys.Where(file => before[file] != after[file]));
        Assert.Equal(
            Replaced(before["Loyalty/PointsLedger.cs"], "(TransactionScopeOption.Required, Options)", "(TransactionScopeOption.Required, Options, TransactionScopeAsyncFlowOption.Enabled)"),
            after["Loyalty/PointsLedger.cs"]);

        // The rate is asked for first; the connection is opened, and the transaction begun, in front of their first use.
        const string Taken = """
                    await using var connection = await database.OpenConnectionAsync(ct);
                    await using var transaction = await connection.BeginTransactionAsync(ct);

            """;
        const string FirstUse = "        var amount = await connection";
        var taken = Taken.ReplaceLineEndings("\n");
        Assert.Equal(Replaced(Replaced(before["Quotes/QuoteDesk.cs"], taken + "\n", ""), FirstUse, taken + FirstUse), after["Quotes/QuoteDesk.cs"]);
    }

    /// <summary>A configuration file has its action in an editor; here it is left as it is, and so is its finding.</summary>
    [Fact]
    public async Task Format_changes_connection_strings_in_code_and_leaves_configuration_files()
    {
        const string Settings = """{ "ConnectionStrings": { "Shop": "Host=pgbouncer;Username=app" } }""";
        var shop = Consumer.OnNpgsql(feed, """
            public static class Shop
            {
                public const string Jobs = "Host=pgbouncer;Username=jobs";
                public const string Web = "Host=pgbouncer;Username=web";
            }
            """);
        shop.Write("appsettings.json", Settings);

        var format = await shop.DotnetAsync("format", "analyzers", "--diagnostics", "PGTX306", "--severity", "warn");

        Assert.True(format.ExitCode == 0, format.Output);
        Assert.Equal(Settings, shop.Read("appsettings.json"));
        var program = shop.Read("Shop.cs");
        Assert.Contains("\"Host=pgbouncer;Username=jobs;No Reset On Close=true\"", program);
        Assert.Contains("\"Host=pgbouncer;Username=web;No Reset On Close=true\"", program);
    }

    /// <summary>The sample, with the package in place of the analyzers of this repository.</summary>
    private string CopySample()
    {
        const string Samples = "docs/samples";
        var folder = Directory.CreateDirectory(Path.Combine(feed.Directory, Path.GetRandomFileName())).FullName;
        var source = Path.Combine(Repository.Root, Samples, "Checkout");
        foreach (var file in Files(source))
        {
            var target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(source, file), target);
        }

        File.WriteAllText(Path.Combine(folder, "Directory.Build.props"), """
            <Project>
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="PgTxAnalyzers" PrivateAssets="all" />
              </ItemGroup>
            </Project>
            """);
        var versions = File.ReadAllText(Path.Combine(Repository.Root, Samples, "Directory.Packages.props"));
        File.WriteAllText(Path.Combine(folder, "Directory.Packages.props"), Replaced(
            versions, "</ItemGroup>", $"""  <PackageVersion Include="PgTxAnalyzers" Version="{PackageFeed.Version}" /></ItemGroup>"""));
        return folder;
    }

    private static SortedDictionary<string, string> Texts(string folder) =>
        new(Files(folder).ToDictionary(file => file, file => File.ReadAllText(Path.Combine(folder, file))), StringComparer.Ordinal);

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal));

    private static string Replaced(string text, string old, string replacement)
    {
        Assert.Contains(old, text);
        return text.Replace(old, replacement, StringComparison.Ordinal);
    }

    private static void AssertInOrder(string text, params string[] parts)
    {
        var from = 0;
        foreach (var part in parts)
        {
            var at = text.IndexOf(part, from, System.StringComparison.Ordinal);
            Assert.True(at >= 0, $"'{part}' does not come next in:\n{text}");
            from = at;
        }
    }
}
