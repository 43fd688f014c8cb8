using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Shape = PgTxAnalyzers.Benchmarks.GeneratedCode.Shape;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>
/// The product beside the analyzers that users already have: all in one process, over the same compilation, on one thread, each once in every
/// round, so that a busy moment of the machine meets all of them. Each runs alone, with the rules that are on by default.
/// </summary>
internal static class PeerMeasurement
{
    private const int Rounds = 3;

    private const string Own = "PgTxAnalyzers";

    public static async Task Run(int lines)
    {
        var peers = Peers.All();
        if (peers.Count == 0)
            throw new InvalidOperationException("No peers: build with -p:Peers=true.");

        foreach (var shape in new[] { Shape.NoRegions, Shape.SomeRegions })
        {
            var warm = new Subject(shape, lines / 10, concurrent: false);
            warm.MustCompile();
            await Round(warm, peers, []);

            var subject = new Subject(shape, lines, concurrent: false);
            Dictionary<string, List<Figure>> figures = [];
            for (var round = 0; round < Rounds; round++)
                await Round(subject, peers, figures);
            Print(shape, subject.Code.Lines, figures);
        }
    }

    private static async Task Round(Subject subject, IReadOnlyList<Peer> peers, Dictionary<string, List<Figure>> figures)
    {
        GC.Collect();
        var watch = Stopwatch.StartNew();
        subject.Fresh().GetDiagnostics();
        Note("the compiler", new(watch.Elapsed, 0, 0));

        foreach (var (name, analyzers) in peers.Select(peer => (peer.Name, peer.Analyzers)).Prepend((Own, Subject.ProductAnalyzers())))
        {
            GC.Collect();
            ConcurrentBag<string> failed = [];
            var run = subject.Fresh().WithAnalyzers(analyzers, new CompilationWithAnalyzersOptions(
                new AnalyzerOptions([]), (_, analyzer, _) => failed.Add(analyzer.GetType().Name), concurrentAnalysis: false, logAnalyzerExecutionTime: true));
            var findings = await run.GetAnalyzerDiagnosticsAsync(CancellationToken.None);
            var time = TimeSpan.Zero;
            foreach (var analyzer in analyzers)
                time += (await run.GetAnalyzerTelemetryInfoAsync(analyzer, CancellationToken.None)).ExecutionTime;
            Note(name, new(time, findings.Length, failed.Distinct().Count()));
        }

        void Note(string name, Figure figure)
        {
            if (!figures.TryGetValue(name, out var its))
                figures[name] = its = [];
            its.Add(figure);
        }
    }

    /// <summary>The least of the rounds, as that in which the machine was least disturbed; cheapest first.</summary>
    private static void Print(Shape shape, int lines, Dictionary<string, List<Figure>> figures)
    {
        var own = figures[Own].Min(figure => figure.Time);
        var compiler = figures["the compiler"].Min(figure => figure.Time);
        Console.WriteLine(FormattableString.Invariant($"{shape}, {lines:N0} lines:"));
        Console.WriteLine();
        Console.WriteLine("| | time | of the compiler's | times ours | findings | analyzers that threw |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var (name, its) in figures.OrderBy(pair => pair.Value.Min(figure => figure.Time)))
        {
            var best = its.MinBy(figure => figure.Time)!;
            Console.WriteLine(FormattableString.Invariant($"| {name} | {best.Time.TotalMilliseconds:N0} ms | {best.Time / compiler:P1} | {best.Time / own:N1} | {best.Findings:N0} | {best.Failed} |"));
        }

        Console.WriteLine();
    }

    private sealed record Figure(TimeSpan Time, int Findings, int Failed);
}
