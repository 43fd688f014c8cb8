using Xunit;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>Each of the ways in which a user names a call that no model knows.</summary>
public sealed class UserOptionsTests(PackageFeed feed)
{
    private const int BookLine = 14;
    private const int PrintLine = 15;

    [Fact]
    public async Task Unknown_calls_are_quiet()
    {
        var build = await Shop().BuildAsync();

        Assert.Equal((0, ""), (build.ExitCode, build.Output));
    }

    [Fact]
    public async Task A_line_in_editorconfig()
    {
        var shop = Shop();
        shop.Write(".editorconfig", "[*.cs]\npgtx.external_calls = M:Legacy.Mainframe.BookAsync\n");

        AssertFound(await shop.BuildAsync(), BookLine);
    }

    [Fact]
    public async Task A_list_in_an_MSBuild_property()
    {
        var shop = Shop();
        shop.Write(
            "Shop.csproj",
            shop.Read("Shop.csproj").Replace(
                "</PropertyGroup>",
                """
                <PgTxExternalCalls>
                  M:Legacy.Mainframe.PrintAsync;
                  M:Legacy.Mainframe.BookAsync(System.Int32,System.String)
                </PgTxExternalCalls>
                </PropertyGroup>
                """));

        AssertFound(await shop.BuildAsync(), BookLine, PrintLine);
    }

    [Fact]
    public async Task A_models_file_in_the_project_folder()
    {
        var shop = Shop();
        shop.Write("PgTx.Models.txt", "# the mainframe's printer\nsink http M:Legacy.Mainframe.PrintAsync\n");

        AssertFound(await shop.BuildAsync(), PrintLine);
    }

    [Fact]
    public async Task A_models_file_of_the_repository()
    {
        var shop = Shop();
        var eng = Directory.CreateDirectory(Path.Combine(shop.Directory, "eng")).FullName;
        shop.Write("eng/PgTx.Models.txt", "sink http M:Legacy.Mainframe.BookAsync\n");

        AssertFound(await shop.BuildAsync("-p:PgTxModelsFile=" + Path.Combine(eng, "PgTx.Models.txt")), BookLine);
    }

    [Theory]
    [InlineData("eng/PgTx.Models.txt", "there is no such file")]
    [InlineData("Shop.csproj", "a models file is called PgTx.Models.txt, in whatever folder")]
    public async Task A_models_file_that_cannot_be_one_is_named(string file, string reason)
    {
        var build = await Shop().BuildAsync($"-p:PgTxModelsFile={file}");

        Assert.Equal(1, build.ExitCode);
        Assert.Contains($"error PGTX001: PgTxModelsFile is '{file}'; {reason}", build.Output);
    }

    [Fact]
    public async Task A_malformed_line_is_a_finding_at_its_place_and_costs_only_itself()
    {
        var shop = Shop();
        shop.Write("PgTx.Models.txt", "sink http M:Legacy.Mainframe.PrintAsync\n\nsunk http M:Legacy.Mainframe.BookAsync\n");

        var build = await shop.BuildAsync();

        Assert.Equal(
            [("PgTx.Models.txt", 3, "warning", "PGTX001"), ("Shop.cs", PrintLine, "warning", "PGTX101")],
            build.Findings.Select(f => (f.File, f.Line, f.Severity, f.Id)).OrderBy(f => f.File));
    }

    private Consumer Shop() => Consumer.OnNpgsql(feed, Programs.HeldAcrossOwnClient);

    private static void AssertFound(BuildResult build, params int[] lines)
    {
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Equal(
            lines.Select(line => ("Shop.cs", line, "PGTX101")),
            build.Findings.Select(f => (f.File, f.Line, f.Id)).OrderBy(f => f.Line));
    }
}
