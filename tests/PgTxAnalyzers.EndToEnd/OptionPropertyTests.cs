using System.Xml.Linq;
using PgTxAnalyzers.Options;
using Xunit;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>The compiler hands over only the MSBuild properties that the package names.</summary>
public sealed class OptionPropertyTests
{
    // What the build tells the generator of effects; an .editorconfig does not say it.
    private static readonly string[] OfTheBuild = ["DesignTimeBuild", "PgTxEffects"];

    [Fact]
    public void Every_option_has_its_property_in_the_package()
    {
        var props = XDocument.Load(Path.Combine(Path.GetDirectoryName(Repository.PackageProject)!, "buildTransitive", "PgTxAnalyzers.props"));

        Assert.Equal(
            PgTxOptions.Definitions.Select(option => option.Property).Concat(OfTheBuild).Order(StringComparer.Ordinal),
            props.Descendants("CompilerVisibleProperty").Select(item => item.Attribute("Include")!.Value).Order(StringComparer.Ordinal));
    }
}
