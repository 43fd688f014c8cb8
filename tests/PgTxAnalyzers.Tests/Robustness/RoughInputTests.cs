using System.Diagnostics;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>
/// Whole projects in which many files at a time are broken, as in the middle of a large change: no analyzer throws or hangs, no fix throws, and the memory stays what it was.
/// The test run takes the samples; <c>PGTX_ROUGH_INPUT=/folder PGTX_VARIANTS=100000</c> takes any other code.
/// </summary>
public sealed class RoughInputTests(ITestOutputHelper output)
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("PGTX_ROUGH_INPUT") ?? Repository.PathOf("docs/samples");

    /// <summary>Broken files that are tried.</summary>
    private static readonly int Variants = int.Parse(Environment.GetEnvironmentVariable("PGTX_VARIANTS") ?? "1000");

    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("PGTX_SEED") ?? "1");

    /// <summary>Of so many files of a project one is broken in a round: at times all of them; at others, what is whole still has findings that reach into what is not.</summary>
    private static readonly int[] OneOf = [1, 1, 4];

    /// <summary>One project: far above what any of them needs on a busy machine. What takes longer hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Bytes that all rounds together may leave behind.</summary>
    private const long MemoryBar = 200L << 20;

    [Fact]
    public async Task Broken_projects_make_no_analyzer_and_no_fix_throw_or_hang()
    {
        var whole = SourceFolder.Open(Folder);
        var (variants, findings, actions, rounds, ofCompiler) = (0, 0, 0, 0, 0);
        var (slowest, before, after) = (TimeSpan.Zero, 0L, 0L);
        for (; variants < Variants; rounds++)
        {
            var random = new Random(Seed + rounds);
            var broken = new Dictionary<DocumentId, string>();
            var solution = whole;
            var share = OneOf[rounds % OneOf.Length];
            foreach (var document in whole.Projects.SelectMany(project => project.Documents).Where(_ => random.Next(share) == 0))
            {
                var (what, text) = Mutation.Some((await document.GetTextAsync(TestContext.Current.CancellationToken)).ToString(), random);
                broken[document.Id] = what;
                solution = solution.WithDocumentText(document.Id, SourceText.From(text, Encoding.UTF8));
            }

            variants += broken.Count;
            foreach (var id in solution.GetProjectDependencyGraph().GetTopologicallySortedProjects(TestContext.Current.CancellationToken))
            {
                var project = solution.GetProject(id)!;
                var watch = Stopwatch.StartNew();
                try
                {
                    var (found, applied) = await Task.Run(() => Try(project, broken)).WaitAsync(Patience, TestContext.Current.CancellationToken);
                    (findings, actions) = (findings + found, actions + applied);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    if (await CompilerThrows(project))
                    {
                        ofCompiler++;
                        continue;
                    }

                    Assert.Fail($"PGTX_SEED={Seed + rounds}: {project.FilePath}:\n{failure}\n{string.Join("\n", project.Documents.Where(d => broken.ContainsKey(d.Id)).Select(d => $"{d.FilePath} {broken[d.Id]}"))}");
                }

                slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            }

            // The first round has filled what is kept for as long as the process runs.
            after = GC.GetTotalMemory(forceFullCollection: true);
            before = rounds == 0 ? after : before;
            TestContext.Current.SendDiagnosticMessage($"round {rounds}: {variants} variants, {findings} findings, {actions} actions, slowest {slowest.TotalSeconds:F1} s, {after >> 20} MB");
        }

        output.WriteLine($"{variants} broken files in {rounds} rounds from seed {Seed}: {findings} findings around them, {actions} actions applied in them; the slowest project took {slowest.TotalSeconds:F1} s, {(after - before) >> 20} MB were left behind; the compiler itself threw in {ofCompiler} projects.");
        Assert.True(Folder != Repository.PathOf("docs/samples") || (findings > rounds && actions > 0), "Nothing is found in what is left: the test tries nothing.");
        Assert.True(after - before < MemoryBar, $"{(after - before) >> 20} MB were left behind.");
    }

    /// <summary>Rough input is too much for the compiler as well, now and then: who asks it for the errors of such a project alone gets its exception.</summary>
    private static async Task<bool> CompilerThrows(Project project)
    {
        try
        {
            (await project.GetCompilationAsync())!.Clone().GetDiagnostics();
            return false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return true;
        }
    }

    private static async Task<(int Findings, int Actions)> Try(Project project, Dictionary<DocumentId, string> broken)
    {
        var compilation = (await project.GetCompilationAsync())!;
        var findings = await AnalyzerRun.Findings(compilation, project.AnalyzerOptions, Product.CreateAnalyzers());
        var applied = 0;
        foreach (var finding in findings.Where(finding => project.GetDocument(finding.Location.SourceTree) is { } document && broken.ContainsKey(document.Id)))
        {
            foreach (var (_, action) in await FixActions.Offered(project, finding))
            {
                await FixActions.Apply(action, project);
                applied++;
            }
        }

        return (findings.Length, applied);
    }
}
