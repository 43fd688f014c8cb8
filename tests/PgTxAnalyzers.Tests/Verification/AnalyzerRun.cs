using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>One run of analyzers over one compilation.</summary>
internal static class AnalyzerRun
{
    /// <summary>The findings in the order of the source. Suppressed ones are left out; an exception fails the test.</summary>
    public static async Task<ImmutableArray<Diagnostic>> Findings(
        Compilation compilation, AnalyzerOptions options, ImmutableArray<DiagnosticAnalyzer> analyzers, CancellationToken cancellationToken = default)
    {
        // Roslyn refuses a run without analyzers.
        if (analyzers.IsEmpty)
            return [];

        var crashes = new ConcurrentQueue<string>();
        var run = compilation.WithAnalyzers(analyzers, new CompilationWithAnalyzersOptions(
            options,
            onAnalyzerException: (exception, analyzer, _) => crashes.Enqueue($"{analyzer.GetType().Name}: {exception}"),
            concurrentAnalysis: true,
            logAnalyzerExecutionTime: false,
            reportSuppressedDiagnostics: false));
        var findings = await run.GetAnalyzerDiagnosticsAsync(cancellationToken);

        Assert.True(crashes.IsEmpty, "An analyzer threw:\n" + string.Join("\n", crashes));
        Assert.DoesNotContain(findings, finding => finding.Id is "AD0001" or "AD0002");
        return [.. findings.OrderBy(Order)];
    }

    /// <summary>Place and text of a finding, for comparison between runs and in failure messages.</summary>
    public static string Describe(Diagnostic finding)
    {
        var others = finding.AdditionalLocations.Select(Place);
        return $"{Place(finding.Location)}: {finding.Severity} {finding.Id}: {finding.GetMessage()} [{string.Join(", ", others)}]";
    }

    private static string Place(Location location)
    {
        var span = location.GetLineSpan();
        return $"{span.Path}({span.StartLinePosition.Line + 1},{span.StartLinePosition.Character + 1})";
    }

    private static (string Path, int Start, int End, string Id, string Message) Order(Diagnostic finding) =>
        (finding.Location.GetLineSpan().Path ?? "", finding.Location.SourceSpan.Start, finding.Location.SourceSpan.End, finding.Id, finding.GetMessage());
}
