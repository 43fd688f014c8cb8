using System.Collections.Concurrent;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>
/// The flow engine against exhaustive execution: small random programs are run in all ways, and the lines that are reported are those which some execution makes true,
/// no more and no fewer. A program that fails is cut down and printed with its seed.
/// </summary>
public sealed class RandomProgramTests(ITestOutputHelper output)
{
    /// <summary>How many programs, and from which seed on: <c>PGTX_RANDOM_PROGRAMS=200000 PGTX_SEED=1</c> for a longer or another run.</summary>
    private static readonly int Programs = int.Parse(Environment.GetEnvironmentVariable("PGTX_RANDOM_PROGRAMS") ?? "2000");

    /// <summary>Each compiler of a run has programs of its own.</summary>
    private static readonly int FirstSeed = int.Parse(Environment.GetEnvironmentVariable("PGTX_SEED") ?? $"{1_000_000 * typeof(CSharpCompilation).Assembly.GetName().Version!.Minor}");

    /// <summary>Programs in one compilation.</summary>
    private const int Batch = 100;

    /// <summary>Of every so many batches one is asked for errors of the compiler, which cost as much as all the rest; and what fails is, always.</summary>
    private const int CompiledBatches = 20;

    /// <summary>Failing programs that are cut down and printed.</summary>
    private const int Shown = 3;

    private static readonly string[] Rules = ["PGTX101", "PGTX102", "PGTX103", "PGTX703"];

    /// <summary>Only what the programs need.</summary>
    private static readonly string[] Libraries =
    [
        "System.Runtime", "System.Collections", "System.Net.Http", "System.Net.Primitives", "System.Threading", "System.Threading.Thread", "System.Data.Common", "System.Transactions.Local",
        "System.ComponentModel.Primitives", "System.Private.Uri", "Npgsql", "Dapper",
    ];

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Preview);

    private static readonly CSharpCompilation Empty = CSharpCompilation.Create(
        "Programs",
        [CSharpSyntaxTree.ParseText(ProgramWriter.Support, Parse, "Support.cs")],
        ReferenceSet.Everything.References.Where(reference => Libraries.Contains(Path.GetFileNameWithoutExtension(reference.Display!))),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Annotations));

    [Fact]
    public async Task What_is_reported_is_what_some_execution_shows()
    {
        var failing = new ConcurrentQueue<int>();
        var counts = new ConcurrentDictionary<string, int>();
        await Parallel.ForAsync(0, (Programs + Batch - 1) / Batch, TestContext.Current.CancellationToken, async (batch, cancellation) =>
        {
            var seeds = Enumerable.Range(FirstSeed + (batch * Batch), Math.Min(Batch, Programs - (batch * Batch))).ToList();
            var programs = seeds.ConvertAll(ProgramGenerator.Of);
            var results = await Check(programs, mustCompile: batch % CompiledBatches == 0, cancellation);
            foreach (var (seed, result) in seeds.Zip(results))
            {
                if (!result.IsRight)
                    failing.Enqueue(seed);
                foreach (var (id, _) in result.Expected ?? [])
                    counts.AddOrUpdate(id, 1, (_, count) => count + 1);
                if (result.Expected is { Count: 0 })
                    counts.AddOrUpdate("quiet", 1, (_, count) => count + 1);
            }
        });

        output.WriteLine($"{Programs} programs from seed {FirstSeed}: {string.Join(", ", counts.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} × {pair.Key}"))}; {failing.Count} failing.");
        var shown = new StringBuilder();
        foreach (var seed in failing.Order().Take(Shown))
            shown.AppendLine(await Shrunk(seed));
        Assert.True(failing.IsEmpty, $"{failing.Count} of {Programs} programs fail: {string.Join(", ", failing.Order().Take(100))}\n{shown}");

        // A generator that never comes to a rule would prove nothing.
        Assert.All(Rules, rule => Assert.True(counts.GetValueOrDefault(rule) >= Programs / 50, $"{rule} was due {counts.GetValueOrDefault(rule)} times in {Programs} programs from seed {FirstSeed}."));
    }

    /// <summary>What is due (null: the program is none that we ask about), and what is reported (null: it does not compile).</summary>
    private sealed record Result(HashSet<(string Id, int Line)>? Expected, HashSet<(string Id, int Line)>? Reported)
    {
        public bool IsRight => Expected is not null && Reported is not null && Expected.SetEquals(Reported);

        public IEnumerable<string> Failures => Expected is null || Reported is null
            ? []
            : Expected.Except(Reported).Select(due => "missed " + due.Id).Concat(Reported.Except(Expected).Select(wrong => "false " + wrong.Id));
    }

    private static async Task<List<Result>> Check(IReadOnlyList<SmallProgram> programs, bool mustCompile, CancellationToken cancellation)
    {
        var trees = programs.Select((program, i) => CSharpSyntaxTree.ParseText(SourceText.From(ProgramWriter.Write(program, $"Program{i}")), Parse, $"{i}.cs", cancellation)).ToList();
        var compilation = Empty.AddSyntaxTrees(trees);
        var findings = await AnalyzerRun.Findings(compilation, new AnalyzerOptions([]), [new TransactionAnalyzer()], cancellation);
        var byTree = findings.Where(finding => Rules.Contains(finding.Id)).ToLookup(finding => finding.Location.SourceTree, finding => (finding.Id, finding.Location.GetLineSpan().StartLinePosition.Line + 1));
        return [.. programs.Zip(trees, (program, tree) =>
        {
            var result = new Result(Interpreter.Expected(program), [.. byTree[tree]]);
            return (mustCompile || !result.IsRight) && DoesNotCompile(compilation, tree, cancellation) ? result with { Reported = null } : result;
        })];
    }

    private static bool DoesNotCompile(CSharpCompilation compilation, SyntaxTree tree, CancellationToken cancellation) =>
        compilation.GetSemanticModel(tree).GetDiagnostics(cancellationToken: cancellation).Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    private static async Task<string> Shrunk(int seed)
    {
        var program = ProgramGenerator.Of(seed);
        var failures = (await Check([program], mustCompile: true, default)).Single().Failures.ToHashSet();
        if (failures.Count > 0)
        {
            program = await ProgramShrinker.Shrink(program, async candidates =>
            {
                foreach (var chunk in candidates.Chunk(Batch))
                {
                    var results = await Check(chunk, mustCompile: false, default);
                    if (chunk.Zip(results).FirstOrDefault(pair => pair.Second.Failures.Any(failures.Contains)) is { First: { } smaller })
                        return smaller;
                }

                return null;
            });
        }

        var result = (await Check([program], mustCompile: true, default)).Single();
        if (result.Expected is not { } expected || result.Reported is not { } reported)
            return $"PGTX_SEED={seed} PGTX_RANDOM_PROGRAMS=1: {(result.Reported is null ? "does not compile" : "nobody says what it does")}\n{ProgramWriter.Write(program, "Program0")}";

        var notes = expected.Union(reported).GroupBy(finding => finding.Line).ToDictionary(
            line => line.Key,
            line => string.Join(", ", line.Select(finding => $"{(!reported.Contains(finding) ? "MISSED" : expected.Contains(finding) ? "right" : "FALSE")} {finding.Id}")));
        return $"PGTX_SEED={seed} PGTX_RANDOM_PROGRAMS=1\n{ProgramWriter.Write(program, "Program0", notes)}";
    }
}
