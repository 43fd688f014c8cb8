using System.Collections.Immutable;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Examples;

/// <summary>
/// Every example, compiled alone against the real libraries: nothing that is marked may be missed, nothing else found.
/// To add examples, copy a folder: it is picked up by its name.
/// </summary>
public class ExampleTests
{
    /// <summary>The rules that the examples speak of and that some analyzer reports. A mark of a rule that is still to come does not count.</summary>
    private static readonly ImmutableHashSet<string> Counted =
        [.. Markers.Read(ExampleFile.All.SelectMany(name => ExampleFile.Read(name).Sources)).Mentioned.Intersect(Product.SupportedIds)];

    public static TheoryData<string> Files => [.. ExampleFile.All];

    [Theory]
    [MemberData(nameof(Files))]
    public Task Findings_are_those_that_are_marked(string file) => ExampleFile.Read(file).Counting(Counted).HasMarkedFindings();

    /// <summary>A file that is named for its quiet has no mark by which a finding could get through.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void A_quiet_file_has_no_marks(string file)
    {
        var marks = Markers.Read(ExampleFile.Read(file).Sources);
        Assert.Equal(Path.GetFileName(file).StartsWith("Quiet", StringComparison.Ordinal), marks.Expected.Count + marks.Allowed.Count == 0);
    }
}
