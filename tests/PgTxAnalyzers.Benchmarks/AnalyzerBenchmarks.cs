using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using PgTxAnalyzers.Benchmarks.GeneratedCode;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>The product against an analyzer that does nothing, on 150,000 lines of each shape. Counts are asserted in every round.</summary>
[MemoryDiagnoser]
public class AnalyzerBenchmarks
{
    private Subject subject = null!;

    [Params(Shape.NoDataLibrary, Shape.NoRegions, Shape.SomeRegions)]
    public Shape Shape { get; set; }

    [GlobalSetup]
    public void Generate()
    {
        subject = new Subject(Shape, Program.Lines, concurrent: true);
        subject.MustCompile();
    }

    [Benchmark(Baseline = true)]
    public async Task<int> Empty() => (await Run([new EmptyAnalyzer()])).Length;

    [Benchmark]
    public async Task<int> Product()
    {
        var findings = await Run(Subject.ProductAnalyzers());
        subject.MustBe(findings);
        return findings.Length;
    }

    private Task<ImmutableArray<Diagnostic>> Run(ImmutableArray<DiagnosticAnalyzer> analyzers) =>
        subject.Fresh().WithAnalyzers(analyzers).GetAnalyzerDiagnosticsAsync();
}
