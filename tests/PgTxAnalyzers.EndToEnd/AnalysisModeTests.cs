using Xunit;

namespace PgTxAnalyzers.EndToEnd;

/// <summary><c>PgTxAnalysisMode</c>, given on the command line, in the project file, and beside settings of the user.</summary>
public sealed class AnalysisModeTests(PackageFeed feed)
{
    [Fact]
    public async Task Ci_fails_the_build()
    {
        var build = await Consumer.OnNpgsql(feed, Programs.HeldAcrossHttp).BuildAsync("-p:PgTxAnalysisMode=ci");

        Assert.Equal(1, build.ExitCode);
        var finding = Assert.Single(build.Findings);
        Assert.Equal((14, "error", "PGTX101"), (finding.Line, finding.Severity, finding.Id));
    }

    [Fact]
    public async Task None_is_silent()
    {
        var build = await Consumer.OnNpgsql(feed, Programs.HeldAcrossHttp).BuildAsync("-p:PgTxAnalysisMode=none");

        Assert.Equal((0, ""), (build.ExitCode, build.Output));
    }

    [Fact]
    public async Task All_shows_as_warnings_what_default_only_suggests()
    {
        var shop = Consumer.OnNpgsql(feed, Programs.TwoWithFixes);

        var usual = await shop.BuildAsync();
        var all = await shop.BuildAsync("--no-restore", "-p:PgTxAnalysisMode=all");

        Assert.Equal(["warning PGTX701"], usual.Shown());
        Assert.Equal(["warning PGTX103", "warning PGTX701"], all.Shown());
    }

    [Fact]
    public async Task A_mode_in_the_project_file_counts()
    {
        var shop = Consumer.OnNpgsql(feed, Programs.HeldAcrossHttp);
        shop.Write("Shop.csproj", shop.Read("Shop.csproj").Replace("</PropertyGroup>", "<PgTxAnalysisMode>ci</PgTxAnalysisMode></PropertyGroup>"));

        var build = await shop.BuildAsync();

        Assert.Equal(["error PGTX101"], build.Shown());
    }

    [Theory]
    [InlineData(".editorconfig", "[*.cs]")]
    [InlineData(".globalconfig", "is_global = true")]
    public async Task A_severity_of_the_user_wins_over_the_mode(string file, string head)
    {
        var shop = Consumer.OnNpgsql(feed, Programs.HeldAcrossHttp);
        shop.Write(file, $"{head}\ndotnet_diagnostic.PGTX101.severity = warning\n");

        var build = await shop.BuildAsync("-p:PgTxAnalysisMode=ci");

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Equal(["warning PGTX101"], build.Shown());
    }

    [Fact]
    public async Task A_mode_that_does_not_exist_is_named_with_the_choices()
    {
        var build = await Consumer.OnNpgsql(feed, Programs.HeldAcrossHttp).BuildAsync("-p:PgTxAnalysisMode=strict");

        Assert.Equal(1, build.ExitCode);
        Assert.Contains("error PGTX001: PgTxAnalysisMode is 'strict'; choose none, default, ci or all", build.Output);
    }
}
