using System.Diagnostics;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PgTxAnalyzers.Benchmarks.GeneratedCode;
using PgTxAnalyzers.CrossProject;
using Shape = PgTxAnalyzers.Benchmarks.GeneratedCode.Shape;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>
/// What the effects of a project cost where they are written: the time of the generator against that of the whole compilation (binding,
/// the compiler's diagnostics, emitting), on one thread, and the length of the text.
/// </summary>
internal static class EffectMeasurement
{
    private const int Rounds = 3;

    public static void Run(int lines)
    {
        Console.WriteLine("| shape | lines | compiler | generator | share | text |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var shape in Enum.GetValues<Shape>())
        {
            Measure(new Subject(shape, lines / 10, concurrent: false));
            var subject = new Subject(shape, lines, concurrent: false);
            var results = Enumerable.Range(0, Rounds).Select(_ => Measure(subject)).ToList();
            var (compiler, generator) = (results.Min(r => r.Compiler), results.Min(r => r.Generator));
            Console.WriteLine(FormattableString.Invariant(
                $"| {shape} | {subject.Code.Lines:N0} | {compiler.TotalMilliseconds:N0} ms | {generator.TotalMilliseconds:N0} ms | {generator / compiler:P1} | {results[0].Size:N0} bytes |"));
        }
    }

    private static (TimeSpan Compiler, TimeSpan Generator, int Size) Measure(Subject subject)
    {
        GC.Collect();
        var watch = Stopwatch.StartNew();
        if (!subject.Fresh().Emit(Stream.Null).Success)
            throw new InvalidOperationException("The generated code does not compile.");
        var compiler = watch.Elapsed;

        GC.Collect();
        var driver = CSharpGeneratorDriver.Create([new EffectGenerator().AsSourceGenerator()]).RunGenerators(subject.Fresh());
        var text = driver.GetRunResult().GeneratedTrees.FirstOrDefault()?.GetText().ToString() ?? "";
        return (compiler, driver.GetTimingInfo().ElapsedTime, Encoding.UTF8.GetByteCount(text));
    }
}
