using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>What all other tests rely on: a missed or a false finding does fail them.</summary>
public class ComparisonTests
{
    private const string Source = """
        One();   // expect: PGTX901, PGTX902
        Two();   // maybe: PGTX901
        Three(); // expect: PGTX901 // maybe: PGTX902
        Four();
        """;

    [Fact]
    public void Expected_findings_are_right_with_and_without_those_that_may_be() =>
        Assert.All(
            new[] { Compare((1, "PGTX901"), (1, "PGTX902"), (3, "PGTX901")), Compare((1, "PGTX901"), (1, "PGTX902"), (2, "PGTX901"), (3, "PGTX901"), (3, "PGTX902")) },
            comparison => Assert.True(comparison.IsRight, comparison.ToString()));

    [Fact]
    public void A_missing_finding_is_named()
    {
        var comparison = Compare((1, "PGTX901"), (3, "PGTX901"));
        Assert.False(comparison.IsRight);
        Assert.Equal("missed a.cs(1): PGTX902   One();   // expect: PGTX901, PGTX902", comparison.ToString().Trim());
    }

    [Fact]
    public void A_finding_without_a_mark_is_named()
    {
        var comparison = Compare((1, "PGTX901"), (1, "PGTX902"), (3, "PGTX901"), (4, "PGTX902"));
        Assert.False(comparison.IsRight);
        Assert.StartsWith("false  a.cs(4): PGTX902   Four();", comparison.ToString());
    }

    [Fact]
    public void Two_findings_of_a_rule_on_a_line_count_once() =>
        Assert.True(Compare((1, "PGTX901"), (1, "PGTX901"), (1, "PGTX902"), (3, "PGTX901")).IsRight);

    [Fact]
    public void A_rule_that_is_not_counted_is_neither_missed_nor_false() =>
        Assert.True(Comparison.Of([("a.cs", Source)], Findings((4, "PGTX902")), ImmutableHashSet.Create("PGTX903")).IsRight);

    [Fact]
    public void Marks_are_taken_out_without_moving_a_line() =>
        Assert.Equal("One();\nTwo(); // note\nThree();", Markers.Strip("One();   // expect: PGTX901, PGTX902\nTwo(); // note\nThree(); // fix: PGTX901 // maybe: PGTX902"));

    private static Comparison Compare(params (int Line, string Id)[] findings) => Comparison.Of([("a.cs", Source)], Findings(findings), counted: null);

    private static ImmutableArray<Diagnostic> Findings(params (int Line, string Id)[] findings)
    {
        var tree = CSharpSyntaxTree.ParseText(SourceText.From(Source), path: "a.cs");
        return [.. findings.Select(finding => Diagnostic.Create(
            finding.Id, "Test", "Found", DiagnosticSeverity.Warning, DiagnosticSeverity.Warning, isEnabledByDefault: true, warningLevel: 1,
            location: Location.Create(tree, tree.GetText().Lines[finding.Line - 1].Span)))];
    }
}
