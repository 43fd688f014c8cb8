using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
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

    /// <summary>
    /// The same against the libraries of one major version back, whose overloads and types differ. Examples that need more than Npgsql, EF Core and Dapper do not compile there.
    /// </summary>
    [Fact]
    public async Task Findings_on_older_libraries_are_the_same()
    {
        var compiled = 0;
        await Parallel.ForEachAsync(ExampleFile.All, TestContext.Current.CancellationToken, async (file, cancellation) =>
        {
            var older = ExampleFile.Read(file).Counting(Counted).WithReferences(ReferenceSet.Npgsql9Ef8);
            if (older.Broken().Compile().GetDiagnostics(cancellation).Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
                return;
            Interlocked.Increment(ref compiled);
            await older.HasMarkedFindings();
        });
        Assert.True(compiled > ExampleFile.All.Count / 2, $"{compiled} of {ExampleFile.All.Count} examples compile.");
    }

    /// <summary>A file that is named for its quiet has no mark by which a finding could get through.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void A_quiet_file_has_no_marks(string file)
    {
        var marks = Markers.Read(ExampleFile.Read(file).Sources);
        Assert.Equal(Path.GetFileName(file).StartsWith("Quiet", StringComparison.Ordinal), marks.Expected.Count + marks.Allowed.Count == 0);
    }
}
