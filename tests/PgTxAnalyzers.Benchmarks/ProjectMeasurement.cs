using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PgTxAnalyzers.Benchmarks.GeneratedCode;
using PgTxAnalyzers.CrossProject;
using Shape = PgTxAnalyzers.Benchmarks.GeneratedCode.Shape;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>Many small projects: each one on the one before it, or all on the first. A build sees references as emitted assemblies.</summary>
internal static class ProjectMeasurement
{
    public static void Run(int projects)
    {
        Console.WriteLine("| projects | compiler | generator | share | largest text | all texts |");
        Console.WriteLine("|---|---|---|---|---|---|");
        Measure(5, isChain: true);
        Print("chain", projects, Measure(projects, isChain: true));
        Print("star", projects, Measure(projects, isChain: false));
    }

    private static void Print(string shape, int projects, (TimeSpan Compiler, TimeSpan Generator, List<int> Sizes) m) => Console.WriteLine(FormattableString.Invariant(
        $"| {shape} of {projects} | {m.Compiler.TotalMilliseconds:N0} ms | {m.Generator.TotalMilliseconds:N0} ms | {m.Generator / m.Compiler:P1} | {m.Sizes.Max():N0} bytes | {m.Sizes.Sum():N0} bytes |"));

    private static (TimeSpan Compiler, TimeSpan Generator, List<int> Sizes) Measure(int projects, bool isChain)
    {
        var libraries = CodeBase.Generate(Shape.NoRegions, 1).References.References;
        var (compiler, generator) = (TimeSpan.Zero, TimeSpan.Zero);
        List<MetadataReference> built = [];
        List<int> sizes = [];
        for (var i = 0; i < projects; i++)
        {
            var compilation = CSharpCompilation.Create(
                $"Project{i}", [CSharpSyntaxTree.ParseText(Source(i, i == 0 ? null : isChain ? i - 1 : 0), path: $"Project{i}.cs")], [.. libraries, .. isChain ? built : built.Take(1)],
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, concurrentBuild: false));
            Compilation updated = compilation;
            generator += ProcessorTime.Of(() => CSharpGeneratorDriver.Create([new EffectGenerator().AsSourceGenerator()]).RunGeneratorsAndUpdateCompilation(compilation, out updated, out _));
            sizes.Add(Carried.By(updated));

            var image = new MemoryStream();
            compiler += ProcessorTime.Of(() =>
            {
                if (!updated.Emit(image).Success)
                    throw new InvalidOperationException($"Project{i} does not compile.");
            });
            built.Add(MetadataReference.CreateFromImage(image.ToArray()));
        }

        return (compiler, generator, sizes);
    }

    private static string Source(int number, int? before) => $$"""
        using System.Net.Http;
        using System.Threading.Tasks;
        using Npgsql;
        namespace P{{number}};
        public class Client(HttpClient http) { public Task<string> GetAsync() => http.GetStringAsync("/{{number}}"); }
        public class Store(NpgsqlConnection conn)
        {
            public async Task SaveAsync() { await using var c = new NpgsqlCommand("UPDATE t SET x = {{number}}", conn); await c.ExecuteNonQueryAsync(); }
            public int Count(int[] rows) => rows.Length;
        }
        public class Service(Client client, Store store{{(before is null ? "" : $", P{before}.Service before")}})
        {
            public async Task RunAsync() { await store.SaveAsync(); await client.GetAsync(); {{(before is null ? "" : "await before.RunAsync();")}} }
        }
        """;
}
