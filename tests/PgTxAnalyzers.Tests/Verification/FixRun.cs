using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>
/// A fix under test. Besides the text it holds every fix to the same promises: the result compiles, the finding is gone and
/// no other has come, no comment is lost, and a second application changes nothing.
/// <code>
/// await TestCode.Method(before).Fix("PGTX103").Becomes(TestCode.Method(after));
/// await TestCode.Method(code).Fix("PGTX101", "PGTX101.MoveBefore").IsNotOffered();
/// </code>
/// </summary>
internal sealed class FixRun(TestCode code, string id, string? equivalenceKey, bool all)
{
    /// <summary>The offered actions for the marked finding, nested ones unfolded: title and equivalence key.</summary>
    public async Task<IReadOnlyList<(string Title, string? Key)>> Offers()
    {
        var project = FixWorkspace.Open(code);
        var actions = await FixActions.Offered(project, Marked(await FixWorkspace.Findings(project, code)));
        return [.. actions.Select(offer => (offer.Action.Title, offer.Action.EquivalenceKey))];
    }

    public async Task IsNotOffered()
    {
        var offers = (await Offers()).Where(offer => equivalenceKey is null || offer.Key == equivalenceKey);
        Assert.Empty(offers);
    }

    /// <summary>No way to apply this fix to many findings at once, because it changes more than a reader sees at a glance.</summary>
    public async Task HasNoFixAll()
    {
        var project = FixWorkspace.Open(code);
        var (provider, action) = await Pick(project, Marked(await FixWorkspace.Findings(project, code)));
        if (provider.GetFixAllProvider() is { } fixAll)
            Assert.Null(await FixActions.FixAllAction(fixAll, provider, project, MainDocument(project), FixAllScope.Document, id, action.EquivalenceKey, Reanalyse));
    }

    public Task<FixResult> Becomes(string expected) => Becomes(TestCode.Of(expected, code.Sources[0].Path));

    /// <summary>Compares every file with the one of the same path; files that <paramref name="expected"/> does not have must stay as they are.</summary>
    public async Task<FixResult> Becomes(TestCode expected)
    {
        var before = FixWorkspace.Open(code);
        var findings = await FixWorkspace.Findings(before, code);
        var (after, title) = all ? await ApplyToAll(before, findings) : await Apply(before, findings);

        foreach (var (path, original) in code.Sources)
        {
            var wanted = expected.Sources.Where(file => file.Path == path).Select(file => file.Text).FirstOrDefault(original);
            Assert.Equal(Normal(Markers.Strip(wanted)), Normal(await FixWorkspace.TextOf(after, path)));
        }

        var left = await new FixPromises(code, before, findings, $"'{title}'", equivalenceKey == "PGTX101.Split").HoldFor(after, id);
        if (all)
        {
            // Whatever is left has no fix of this kind, or the first application was not complete.
            foreach (var finding in left.Where(finding => finding.Id == id))
                Assert.DoesNotContain(await FixActions.Offered(after, finding), offer => equivalenceKey is null || offer.Action.EquivalenceKey == equivalenceKey);
            await new SdkFixTest(code, findings, expected, left, equivalenceKey).RunAsync();
        }

        return new(title, after, await Warnings(after));
    }

    private async Task<(Project After, string Title)> Apply(Project project, ImmutableArray<Diagnostic> findings)
    {
        var (_, action) = await Pick(project, Marked(findings));
        var after = await FixActions.Apply(action, project);

        // Offering is a promise: the same action, asked for again, has to give the same text.
        var again = await FixActions.Apply((await Pick(project, Marked(findings))).Action, project);
        foreach (var (path, _) in code.Sources)
            Assert.Equal(await FixWorkspace.TextOf(after, path), await FixWorkspace.TextOf(again, path));
        return (after, action.Title);
    }

    private async Task<(Project After, string Title)> ApplyToAll(Project project, ImmutableArray<Diagnostic> findings)
    {
        var first = findings.First(finding => finding.Id == id);
        var (provider, action) = await Pick(project, first);
        var fixAll = provider.GetFixAllProvider();
        Assert.True(fixAll is not null, "The fix has no FixAll provider.");

        Project? result = null;
        // dotnet format asks for the solution, the editor for any of the three; one document holds all findings here.
        foreach (var scope in new[] { FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution })
        {
            Assert.Contains(scope, fixAll.GetSupportedFixAllScopes());
            var document = project.GetDocument(first.Location.SourceTree)!;
            var everything = await FixActions.FixAllAction(fixAll, provider, project, document, scope, id, action.EquivalenceKey, Reanalyse);
            Assert.True(everything is not null, $"FixAll in {scope} offers nothing.");
            var after = await FixActions.Apply(everything, project);
            if (result is null)
                result = after;
            else if (findings.Where(finding => finding.Id == id).All(finding => finding.Location.SourceTree == first.Location.SourceTree))
                Assert.Equal(await FixWorkspace.TextOf(result, document.FilePath!), await FixWorkspace.TextOf(after, document.FilePath!));
            if (scope != FixAllScope.Document)
                result = after;
        }

        return (result!, action.Title);
    }

    private async Task<(CodeFixProvider Provider, CodeAction Action)> Pick(Project project, Diagnostic finding)
    {
        var offered = await FixActions.Offered(project, finding);
        var fitting = offered.Where(offer => equivalenceKey is null || offer.Action.EquivalenceKey == equivalenceKey).ToList();
        Assert.True(
            fitting.Count == 1,
            $"One action is wanted for {AnalyzerRun.Describe(finding)}; offered: {string.Join(", ", offered.Select(offer => $"'{offer.Action.Title}' ({offer.Action.EquivalenceKey})"))}");
        return fitting[0];
    }

    private Diagnostic Marked(ImmutableArray<Diagnostic> findings)
    {
        var marks = Markers.Read(code.Sources);
        var places = marks.ToFix.Where(place => place.Id == id).ToList();
        if (places.Count == 0)
            places = [.. marks.Expected.Where(place => place.Id == id)];
        Assert.True(places.Count == 1, $"One line has to be marked '// fix: {id}', or one alone '// expect: {id}'.");
        var found = findings.FirstOrDefault(finding => Comparison.PlaceOf(finding) == places[0]);
        Assert.True(found is not null, $"Nothing is found at {places[0]}. Found:\n{string.Join("\n", findings.Select(AnalyzerRun.Describe))}");
        return found;
    }

    private Task<ImmutableArray<Diagnostic>> Reanalyse(Project project) => FixWorkspace.Findings(project, code);

    private Document MainDocument(Project project) => project.Documents.Single(document => document.FilePath == code.Sources[0].Path);

    private static async Task<IReadOnlyList<string>> Warnings(Project project)
    {
        List<string> warnings = [];
        foreach (var document in project.Documents)
        {
            var root = (await document.GetSyntaxRootAsync())!;
            warnings.AddRange(root.GetAnnotatedNodesAndTokens(WarningAnnotation.Kind)
                .SelectMany(item => item.GetAnnotations(WarningAnnotation.Kind))
                .Select(annotation => WarningAnnotation.GetDescription(annotation) ?? ""));
        }

        return warnings;
    }

    private static string Normal(string text) => text.ReplaceLineEndings("\n").TrimEnd();
}

/// <param name="Title">What the lightbulb says.</param>
/// <param name="Project">The project after the fix.</param>
/// <param name="Warnings">The warnings that the preview shows.</param>
internal sealed record FixResult(string Title, Project Project, IReadOnlyList<string> Warnings);
