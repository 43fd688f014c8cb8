using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Benchmarks.GeneratedCode;
using PgTxAnalyzers.Effects;
using Shape = PgTxAnalyzers.Benchmarks.GeneratedCode.Shape;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>A generated code base, parsed once. Every measurement gets a compilation in which nothing has been bound yet.</summary>
internal sealed class Subject
{
    private readonly CSharpCompilation compilation;

    public Subject(Shape shape, int lines, bool concurrent)
    {
        Code = CodeBase.Generate(shape, lines);
        compilation = CSharpCompilation.Create(
            "Shop",
            Code.Files.Select(file => CSharpSyntaxTree.ParseText(SourceText.From(file.Text, Encoding.UTF8), path: file.Path)),
            Code.References.References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, concurrentBuild: concurrent));
    }

    public CodeBase Code { get; }

    public CSharpCompilation Fresh() => compilation.Clone();

    /// <summary>All analyzers of the product, as a compiler finds them.</summary>
    /// <param name="began">Is given the control-flow graphs of a compilation when its analysis begins.</param>
    public static ImmutableArray<DiagnosticAnalyzer> ProductAnalyzers(Action<BodyCatalog>? began = null) =>
        [.. typeof(TransactionAnalyzer).Assembly.GetTypes()
            .Where(type => typeof(DiagnosticAnalyzer).IsAssignableFrom(type) && !type.IsAbstract)
            .Select(type => type == typeof(TransactionAnalyzer) ? new TransactionAnalyzer { Began = began } : (DiagnosticAnalyzer)Activator.CreateInstance(type)!)];

    public void MustCompile()
    {
        var error = Fresh().GetDiagnostics().FirstOrDefault(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        if (error is not null)
            throw new InvalidOperationException($"The generated code does not compile: {error}");
    }

    /// <summary>A measurement of something that does not work measures nothing.</summary>
    public void MustBe(IEnumerable<Diagnostic> findings)
    {
        // What the other families say of every shape alike tells nothing about its regions.
        var found = findings.Where(finding => finding.Id is "PGTX101" or "PGTX102" or "PGTX103").CountBy(finding => finding.Id).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value} {pair.Key}");
        var expected = Code.Expected.Select(pair => $"{pair.Value} {pair.Key}");
        if (!found.SequenceEqual(expected))
            throw new InvalidOperationException($"{Code.Shape}: expected [{string.Join(", ", expected)}], found [{string.Join(", ", found)}].");
    }
}
