using Microsoft.CodeAnalysis.Diagnostics;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>What an analyzer costs begins with what it registers for.</summary>
public class RegistrationTests
{
    [Fact]
    public void A_compilation_without_a_data_library_registers_nothing() => Assert.All(Product.CreateAnalyzers(), analyzer =>
    {
        var context = RecordingContext.Of(analyzer);
        Assert.Empty(context.Unconditional);
        Assert.Empty(Registered(context, ReferenceSet.NoData));
    });

    [Theory]
    [InlineData(nameof(ReferenceSet.Everything))]
    [InlineData(nameof(ReferenceSet.Npgsql9Ef8))]
    [InlineData(nameof(ReferenceSet.NpgsqlOnly))]
    [InlineData(nameof(ReferenceSet.DapperOnly))]
    public void Any_data_library_is_enough_for_the_analyzers_of_code(string set)
    {
        var references = ReferenceSet.All.Single(candidate => candidate.Name == set);
        Assert.All(
            Product.CreateAnalyzers().Where(ReportsInCode),
            analyzer => Assert.NotEmpty(Registered(RecordingContext.Of(analyzer), references)));
    }

    /// <summary>The IDE shows neither a squiggle nor a lightbulb for what is reported at the end of a compilation.</summary>
    [Fact]
    public void No_rule_about_code_waits_for_the_end_of_the_compilation() => Assert.All(
        Product.CreateAnalyzers().Where(ReportsInCode),
        analyzer => Assert.DoesNotContain("compilation end", Registered(RecordingContext.Of(analyzer), ReferenceSet.Everything)));

    [Fact]
    public void Every_analyzer_runs_concurrently_and_leaves_generated_code_alone() => Assert.All(Product.CreateAnalyzers(), analyzer =>
    {
        var context = RecordingContext.Of(analyzer);
        Assert.True(context.IsConcurrent);
        Assert.NotNull(context.GeneratedCode);
        Assert.False(context.GeneratedCode.Value.HasFlag(GeneratedCodeAnalysisFlags.ReportDiagnostics));
    });

    private static bool ReportsInCode(DiagnosticAnalyzer analyzer) => analyzer.SupportedDiagnostics.Any(rule => rule.Category != "Configuration");

    private static IReadOnlyList<string> Registered(RecordingContext context, ReferenceSet references)
    {
        var code = TestCode.Of("class Empty;").WithReferences(references);
        return context.RegisteredFor(code.Compile(), code.AnalyzerOptions());
    }
}
