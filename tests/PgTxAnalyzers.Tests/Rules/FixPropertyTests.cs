using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules;

/// <summary>
/// Random programs, and every action that is offered for any finding in them. The result compiles, has one finding less of that rule and none more of any, still has
/// all comments, line ends, tabs and directives around its lines, and the action is not offered a second time for the same call. Where a fix can be applied to all findings of a document, that keeps the same
/// promises, and a second time changes nothing.
/// </summary>
public sealed class FixPropertyTests(ITestOutputHelper output)
{
    /// <summary>How many programs are tried, and from which seed on: <c>PGTX_PROGRAMS=100000 PGTX_SEED=1</c> for a longer or another run. The whole test run tries 2,500 on each of two compilers.</summary>
    private static readonly int Programs = int.Parse(Environment.GetEnvironmentVariable("PGTX_PROGRAMS") ?? "250");

    /// <summary>Each compiler of a run has programs of its own.</summary>
    private static readonly int FirstSeed = int.Parse(Environment.GetEnvironmentVariable("PGTX_SEED") ?? $"{10_000 * typeof(CSharpCompilation).Assembly.GetName().Version!.Minor}");

    /// <summary>Each of them has to come up: a generator that never reaches a fix would prove nothing.</summary>
    private static readonly string[] Keys = ["PGTX101.MoveBefore", "PGTX101.MoveAfterCommit", "PGTX101.Split", "PGTX103.MoveBeginDown", AmongDirectives];

    private const string AmongDirectives = "any, among directives";

    /// <summary>Only what the programs need: a compilation looks names up in every assembly that it references, and there is one compilation per program and action.</summary>
    private static readonly string[] Libraries =
    [
        "System.Runtime", "System.Collections", "System.Console", "System.Linq", "System.Linq.Expressions", "System.Linq.Queryable", "System.Net.Http", "System.Net.Primitives", "System.Threading",
        "System.Data.Common", "System.Transactions.Local", "System.ComponentModel", "System.ComponentModel.Primitives", "System.ComponentModel.TypeConverter", "System.Memory", "System.ObjectModel",
        "System.Private.Uri", "System.Diagnostics.DiagnosticSource", "Npgsql", "Dapper", "Microsoft.EntityFrameworkCore", "Microsoft.EntityFrameworkCore.Abstractions",
        "Microsoft.EntityFrameworkCore.Relational", "Npgsql.EntityFrameworkCore.PostgreSQL", "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions",
    ];

    [Fact]
    public async Task Every_offered_action_keeps_its_promises()
    {
        var applied = new ConcurrentDictionary<string, int>();
        var failures = new ConcurrentQueue<string>();
        var project = Open();
        await Parallel.ForAsync(FirstSeed, FirstSeed + Programs, TestContext.Current.CancellationToken, async (seed, _) =>
        {
            if (failures.IsEmpty && await FailureAsync(project, seed, applied) is { } failure)
                failures.Enqueue($"PGTX_SEED={seed}: {failure}");
        });

        output.WriteLine($"{Programs} programs from seed {FirstSeed}: {string.Join(", ", applied.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} × {pair.Key}"))}");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
        Assert.All(Keys, key => Assert.True(applied.GetValueOrDefault(key) >= Programs / 200, $"{key} was offered {applied.GetValueOrDefault(key)} times in {Programs} programs from seed {FirstSeed}."));
    }

    private static Project Open()
    {
        var id = ProjectId.CreateNewId();
        var code = TestCode.Of("");
        return new AdhocWorkspace().CurrentSolution
            .AddProject(ProjectInfo.Create(id, VersionStamp.Create(), "Test", "Test", LanguageNames.CSharp, compilationOptions: code.CompilationOptions(isProgram: false),
                parseOptions: new CSharpParseOptions(LanguageVersion.Preview), metadataReferences: code.References.References.Where(reference => Libraries.Contains(Path.GetFileNameWithoutExtension(reference.Display!)))))
            .AddDocument(DocumentId.CreateNewId(id), "Frame.cs", SourceText.From(RandomProgram.Frame), filePath: "Frame.cs")
            .AddDocument(DocumentId.CreateNewId(id), "Unit.cs", SourceText.From("public sealed class Unit;"), filePath: "Unit.cs")
            .GetProject(id)!;
    }

    private static async Task<string?> FailureAsync(Project empty, int seed, ConcurrentDictionary<string, int> applied)
    {
        var source = new RandomProgram(seed).Write();
        if (seed % 3 == 0)
            source = RandomTrivia.Into(source, seed);
        var document = empty.Documents.Single(document => document.Name == "Unit.cs").WithText(SourceText.From(source));
        if (await Errors(document) is { } broken)
            return $"The program does not compile: {broken}\n{source}";

        var findings = await Findings(document);
        var batches = new Dictionary<string, (CodeFixProvider Provider, Diagnostic Finding)>();
        foreach (var finding in findings)
        {
            foreach (var (provider, action) in await FixActions.Offered(document.Project, finding))
            {
                if (provider.GetFixAllProvider() is not null)
                    batches.TryAdd(action.EquivalenceKey!, (provider, finding));
                var after = (await FixActions.Apply(action, document.Project)).GetDocument(document.Id)!;
                applied.AddOrUpdate(action.EquivalenceKey!, 1, (_, count) => count + 1);
                if (source.Contains("\n#"))
                    applied.AddOrUpdate(AmongDirectives, 1, (_, count) => count + 1);
                if (await BrokenPromise(document, after, findings, finding, action.EquivalenceKey!) is { } promise)
                    return $"{action.EquivalenceKey} on '{Text(finding)}' {promise}\n{source}\nbecomes\n{await after.GetTextAsync()}";
            }
        }

        foreach (var (key, (provider, finding)) in batches)
        {
            var all = await ApplyToAll(document, provider, finding.Id, key);
            applied.AddOrUpdate("all " + key, 1, (_, count) => count + 1);
            if (await BrokenPromise(document, all, findings, finding, key) is { } promise)
                return $"All of {key} {promise}\n{source}\nbecomes\n{await all.GetTextAsync()}";
            var twice = await ApplyToAll(all, provider, finding.Id, key);
            if ((await twice.GetTextAsync()).ToString() != (await all.GetTextAsync()).ToString())
                return $"All of {key} a second time\n{await all.GetTextAsync()}\nbecomes\n{await twice.GetTextAsync()}";
        }

        return null;
    }

    private static async Task<Document> ApplyToAll(Document document, CodeFixProvider provider, string id, string key)
    {
        var action = await FixActions.FixAllAction(
            provider.GetFixAllProvider()!, provider, document.Project, document, FixAllScope.Document, id, key, async project => await Findings(project.GetDocument(document.Id)!));
        return action is null ? document : (await FixActions.Apply(action, document.Project)).GetDocument(document.Id)!;
    }

    private static async Task<string?> BrokenPromise(Document before, Document after, ImmutableArray<Diagnostic> findings, Diagnostic finding, string key)
    {
        if (await Errors(after) is { } error)
            return $"does not compile: {error}";

        if (RandomTrivia.Problem((await before.GetTextAsync()).ToString(), (await after.GetTextAsync()).ToString()) is { } moved)
            return moved;
        var left = await Findings(after);
        var repeats = key == "PGTX101.Split";

        // Where a comment keeps the opening where it is, the transaction alone begins later: that the connection waits is left to say, at info.
        if (NewFindings.Of(findings, left, repeats).FirstOrDefault(other => other.Id != "PGTX108" || finding.Id is not ("PGTX101" or "PGTX102" or "PGTX103")) is { } brought)
            return $"brings {AnalyzerRun.Describe(brought)}";
        if (left.Count(other => other.Id == finding.Id) >= findings.Count(other => other.Id == finding.Id))
            return "leaves the finding";
        var comments = await Comments(after);
        if ((await Comments(before)).FirstOrDefault(comment => !comments.Remove(comment)) is { } lost)
            return $"loses {lost}";

        // Each call of a program has a number of its own: the same one must not be found again. The other rules stand on code that may well be there twice.
        foreach (var same in left.Where(other => other.Id is "PGTX101" or "PGTX102" or "PGTX103" && other.Id == finding.Id && Text(other) == Text(finding)))
        {
            if ((await FixActions.Offered(after.Project, same)).Any(offer => offer.Action.EquivalenceKey == key))
                return "is offered again for its own result";
        }

        return null;
    }

    private static string Text(Diagnostic finding) => finding.Location.SourceTree!.GetText().ToString(finding.Location.SourceSpan);

    private static async Task<string?> Errors(Document document)
    {
        var model = await document.GetSemanticModelAsync();
        return model!.GetDiagnostics().FirstOrDefault(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)?.ToString();
    }

    private static async Task<ImmutableArray<Diagnostic>> Findings(Document document) =>
        await AnalyzerRun.Findings((await document.Project.GetCompilationAsync())!, document.Project.AnalyzerOptions, Product.CreateAnalyzers());

    private static async Task<List<string>> Comments(Document document) =>
        [.. (await document.GetSyntaxRootAsync())!.DescendantTrivia().Where(trivia => trivia.IsDirective || trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia or SyntaxKind.DisabledTextTrivia).Select(trivia => trivia.ToString().Trim())];
}
