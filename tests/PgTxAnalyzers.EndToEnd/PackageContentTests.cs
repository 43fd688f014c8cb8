using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;
using Xunit;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>What is in the package, entry by entry: nothing forgotten, nothing that a consumer would have to carry.</summary>
public sealed class PackageContentTests(PackageFeed feed)
{
    [Fact]
    public async Task Holds_these_entries_and_no_other()
    {
        await using var package = await ZipFile.OpenReadAsync(feed.Package, TestContext.Current.CancellationToken);

        // The last three are the container's own, one of them under a name made anew each time.
        Assert.Equal(
            [
                "PgTxAnalyzers.nuspec",
                "README.md",
                "analyzers/dotnet/cs/PgTxAnalyzers.CodeFixes.dll",
                "analyzers/dotnet/cs/PgTxAnalyzers.dll",
                "build/PgTxAnalyzers.props",
                "build/PgTxAnalyzers.targets",
                "buildTransitive/PgTxAnalyzers.props",
                "buildTransitive/PgTxAnalyzers.targets",
                "icon.png",
                "modes/PgTx.all.globalconfig",
                "modes/PgTx.ci.globalconfig",
                "modes/PgTx.none.globalconfig",
            ],
            package.Entries.Select(e => e.FullName)
                .Where(n => n is not "[Content_Types].xml" and not "_rels/.rels" && !n.StartsWith("package/", System.StringComparison.Ordinal))
                .Order(System.StringComparer.Ordinal));
    }

    [Fact]
    public async Task Says_what_it_is_and_depends_on_nothing()
    {
        await using var package = await ZipFile.OpenReadAsync(feed.Package, TestContext.Current.CancellationToken);
        await using var stream = await package.GetEntry("PgTxAnalyzers.nuspec")!.OpenAsync(TestContext.Current.CancellationToken);
        var metadata = XDocument.Load(stream).Root!.Elements().Single();

        string? Value(string name) => metadata.Elements().SingleOrDefault(e => e.Name.LocalName == name)?.Value;
        Assert.Equal("PgTxAnalyzers", Value("id"));
        Assert.Equal("true", Value("developmentDependency"));
        Assert.Equal("README.md", Value("readme"));
        Assert.Equal("icon.png", Value("icon"));
        Assert.Equal("MIT", Value("license"));
        Assert.Equal("https://github.com/pgtxanalyzers/pgtxanalyzers", Value("projectUrl"));
        Assert.DoesNotContain(metadata.Descendants(), e => e.Name.LocalName == "dependency");

        var repository = metadata.Elements().Single(e => e.Name.LocalName == "repository");
        Assert.Equal("https://github.com/pgtxanalyzers/pgtxanalyzers", repository.Attribute("url")!.Value);
        Assert.Equal("git", repository.Attribute("type")!.Value);
    }
}
