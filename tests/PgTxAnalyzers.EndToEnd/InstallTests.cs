using Xunit;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>The first five minutes of a user: add the package, build, see the finding.</summary>
public sealed class InstallTests(PackageFeed feed)
{
    [Fact]
    public async Task Adding_the_package_shows_the_finding_and_passes_nothing_on()
    {
        var shop = Consumer.WithoutPackage(feed, Programs.HeldAcrossHttp);

        var add = await shop.DotnetAsync("add", "package", "PgTxAnalyzers", "--version", PackageFeed.Version);
        var build = await shop.BuildAsync();

        Assert.True(add.ExitCode == 0, add.Output);
        Assert.Contains("<PrivateAssets>all</PrivateAssets>", shop.Read("Shop.csproj"));
        Assert.True(build.ExitCode == 0, build.Output);
        var finding = Assert.Single(build.Findings);
        Assert.Equal(("Shop.cs", 14, "warning", "PGTX101"), (finding.File, finding.Line, finding.Severity, finding.Id));
    }

    [Fact]
    public async Task A_project_without_a_data_library_builds_without_a_word()
    {
        var shop = Consumer.WithoutDataLibrary(feed, Programs.NoDatabase);

        var build = await shop.BuildAsync("-p:PgTxAnalysisMode=all", "-warnaserror");

        Assert.Equal((0, ""), (build.ExitCode, build.Output));
    }
}
