using System.IO.Compression;
using System.Reflection.PortableExecutable;
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

        // Left out: what belongs to the container, whose names are NuGet's to choose.
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
                .Where(n => n is not "[Content_Types].xml" and not "_rels/.rels" && !n.StartsWith("package/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
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

    [Theory]
    [InlineData("PgTxAnalyzers.dll")]
    [InlineData("PgTxAnalyzers.CodeFixes.dll")]
    public async Task Assemblies_are_deterministic_and_carry_their_symbols(string name)
    {
        await using var package = await ZipFile.OpenReadAsync(feed.Package, TestContext.Current.CancellationToken);
        await using var stream = await package.GetEntry($"analyzers/dotnet/cs/{name}")!.OpenAsync(TestContext.Current.CancellationToken);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, TestContext.Current.CancellationToken);
        using var assembly = new PEReader(new MemoryStream(copy.ToArray()));

        var kinds = assembly.ReadDebugDirectory().Select(entry => entry.Type).ToList();
        Assert.Contains(DebugDirectoryEntryType.Reproducible, kinds);
        Assert.Contains(DebugDirectoryEntryType.EmbeddedPortablePdb, kinds);
    }
}
