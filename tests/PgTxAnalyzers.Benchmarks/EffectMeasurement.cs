using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PgTxAnalyzers.CrossProject;
using Shape = PgTxAnalyzers.Benchmarks.GeneratedCode.Shape;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>
/// What the effects of a project cost where they are written: the generator against the whole compilation (binding, the compiler's diagnostics, emitting), on one
/// thread, both in processor time; and the bytes that the assembly carries.
/// </summary>
internal static class EffectMeasurement
{
    private const int Rounds = 3;

    public static void Run(int lines)
    {
        Console.WriteLine("| shape | lines | compiler | generator | share | carried |");
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
        var compilation = subject.Fresh();
        var compiler = ProcessorTime.Of(() =>
        {
            if (!compilation.Emit(Stream.Null).Success)
                throw new InvalidOperationException("The generated code does not compile.");
        });

        var fresh = subject.Fresh();
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new EffectGenerator().AsSourceGenerator()]);
        var generator = ProcessorTime.Of(() => driver = driver.RunGenerators(fresh));
        return (compiler, generator, Carried.By(fresh.AddSyntaxTrees(driver.GetRunResult().GeneratedTrees)));
    }
}
