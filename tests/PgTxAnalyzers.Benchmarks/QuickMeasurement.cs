using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using PgTxAnalyzers.Effects;
using Shape = PgTxAnalyzers.Benchmarks.GeneratedCode.Shape;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>
/// The share of the compiler's time that the product takes: both measured in one process, one after the other, on one thread.
/// The compiler's time is that of its own diagnostics; the analyzers' is what Roslyn reports per analyzer for <c>ReportAnalyzer</c>.
/// </summary>
internal static class QuickMeasurement
{
    private const int Rounds = 3;

    public static async Task Run(int lines)
    {
        Console.WriteLine("| shape | lines | methods | with regions | compiler | analyzers | share | findings | graphs | ms of each |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var shape in Enum.GetValues<Shape>())
        {
            // The first rounds pay for the just-in-time compiler, on both sides.
            var warm = new Subject(shape, lines / 10, concurrent: false);
            warm.MustCompile();
            await Measure(warm);

            var subject = new Subject(shape, lines, concurrent: false);
            List<Result> results = [];
            for (var round = 0; round < Rounds; round++)
                results.Add(await Measure(subject));

            // The round in which the machine was least disturbed.
            var best = results.MinBy(result => result.Analyzers)!;
            var compiler = results.Min(result => result.Compiler);
            var code = subject.Code;
            Console.WriteLine(FormattableString.Invariant(
                $"| {shape} | {code.Lines:N0} | {code.Methods:N0} | {code.Regions} | {compiler.TotalMilliseconds:N0} ms | {best.Analyzers.TotalMilliseconds:N1} ms | {best.Analyzers / compiler:P2} | {best.Findings} | {best.Graphs} | {best.Parts} |"));
        }
    }

    private static async Task<Result> Measure(Subject subject)
    {
        GC.Collect();
        var watch = Stopwatch.StartNew();
        var compilation = subject.Fresh();
        compilation.GetDiagnostics();
        var compiler = watch.Elapsed;

        GC.Collect();
        // Roslyn begins the compilation once more when it is asked for the telemetry.
        ConcurrentBag<BodyCatalog> bodies = [];
        var analyzers = Subject.ProductAnalyzers(bodies.Add);
        var failures = new List<string>();
        var run = subject.Fresh().WithAnalyzers(analyzers, new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]), (exception, _, _) => failures.Add(exception.ToString()),
            concurrentAnalysis: false, logAnalyzerExecutionTime: true, reportSuppressedDiagnostics: false));
        var findings = await run.GetAnalyzerDiagnosticsAsync(CancellationToken.None);
        if (failures.Count > 0)
            throw new InvalidOperationException(failures[0]);
        subject.MustBe(findings);

        var time = TimeSpan.Zero;
        var parts = new List<string>();
        foreach (var analyzer in analyzers)
        {
            var its = (await run.GetAnalyzerTelemetryInfoAsync(analyzer, CancellationToken.None)).ExecutionTime;
            time += its;
            parts.Add(FormattableString.Invariant($"{analyzer.GetType().Name.Replace("Analyzer", "")} {its.TotalMilliseconds:N1}"));
        }

        return new(compiler, time, findings.Length, bodies.Sum(catalog => catalog.GraphsBuilt), string.Join(", ", parts) + "; " + string.Join(", ", findings.CountBy(f => f.Id).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Value} {p.Key}")));
    }

    private sealed record Result(TimeSpan Compiler, TimeSpan Analyzers, int Findings, int Graphs, string Parts);
}
