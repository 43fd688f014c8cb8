using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Shape = PgTxAnalyzers.Benchmarks.GeneratedCode.Shape;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>
/// The edit loop: a statement is written into a method of a large project, and the findings of that file are asked for, as an editor does with
/// every pause of the typing. Beside it the same with an analyzer that does nothing: what the compiler itself takes to look at the file again.
/// </summary>
internal static class EditMeasurement
{
    private const int Warm = 20, Edits = 200, Seed = 7;

    public static async Task Run(int lines)
    {
        Console.WriteLine("| shape | lines | analyzers | P50 | P95 | worst |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var shape in new[] { Shape.NoRegions, Shape.SomeRegions })
        {
            var subject = new Subject(shape, lines, concurrent: true);
            subject.MustCompile();
            await Print(shape, subject, "none", [new EmptyAnalyzer()]);
            await Print(shape, subject, "all of ours", Subject.ProductAnalyzers());
        }
    }

    private static async Task Print(Shape shape, Subject subject, string name, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        var random = new Random(Seed);
        var compilation = subject.Fresh();
        List<double> times = [];
        for (var edit = 0; edit < Warm + Edits; edit++)
        {
            var old = compilation.SyntaxTrees[random.Next(compilation.SyntaxTrees.Length)];
            var text = Edited(old, random);
            var watch = Stopwatch.StartNew();
            var changed = old.WithChangedText(text);
            compilation = compilation.ReplaceSyntaxTree(old, changed);
            var run = compilation.WithAnalyzers(analyzers, new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: true, logAnalyzerExecutionTime: false));
            await run.GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(changed), null, CancellationToken.None);
            if (edit >= Warm)
                times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(FormattableString.Invariant(
            $"| {shape} | {subject.Code.Lines:N0} | {name} | {times[times.Count / 2]:N0} ms | {times[times.Count * 95 / 100]:N0} ms | {times[^1]:N0} ms |"));
    }

    /// <summary>One more statement at the beginning of one of the bodies.</summary>
    private static SourceText Edited(SyntaxTree tree, Random random)
    {
        var bodies = tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().Where(method => method.Body is not null).ToList();
        var at = bodies.Count == 0 ? tree.Length : bodies[random.Next(bodies.Count)].Body!.OpenBraceToken.Span.End;
        return tree.GetText().WithChanges(new TextChange(new TextSpan(at, 0), bodies.Count == 0 ? " " : $" _ = {random.Next()};"));
    }
}
