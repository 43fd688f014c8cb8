using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>What holds for every fix: the result compiles, the finding is gone, no other has come, no comment is lost.</summary>
/// <param name="code">The test's code.</param>
/// <param name="before">The project before the fix.</param>
/// <param name="findings">What was found in it.</param>
/// <param name="what">The fix, for messages.</param>
/// <param name="repeats">It writes code down a second time, with what is found in it.</param>
internal sealed class FixPromises(TestCode code, Project before, ImmutableArray<Diagnostic> findings, string what, bool repeats = false)
{
    /// <summary>What is left to say of a call when its transaction is gone stands for what was said of it before; and a statement of every row is one in a new transaction too. A unit that a strategy runs has a commit that may be lost.</summary>
    private static readonly string[] Allowed = ["PGTX108", "PGTX110", "PGTX210"];

    /// <summary>Gives back what is still found.</summary>
    public async Task<ImmutableArray<Diagnostic>> HoldFor(Project after, string id)
    {
        var left = await FindingsThatCompile(after);
        var described = string.Join("\n", left.Select(AnalyzerRun.Describe)) + "\n\n" + await Text(after);

        var countBefore = CountById(findings);
        var countAfter = CountById(left);
        foreach (var brought in NewFindings.Of(findings, left, repeats).Where(finding => !Allowed.Contains(finding.Id)))
            Assert.Fail($"{what} brings a new {brought.Id}:\n{described}");
        Assert.True(countAfter.GetValueOrDefault(id) < countBefore.GetValueOrDefault(id), $"{what} leaves the finding:\n{described}");

        foreach (var document in after.Documents)
        {
            // A node put together by hand may print as one thing and be another; the next fix in the editor would stumble over it.
            var tree = (await document.GetSyntaxTreeAsync())!;
            var reparsed = CSharpSyntaxTree.ParseText(await tree.GetTextAsync(), (CSharpParseOptions)tree.Options);
            Assert.True(reparsed.IsEquivalentTo(tree), $"{what} leaves a tree that its text does not parse to:\n{described}");
        }

        var comments = await Comments(after);
        foreach (var comment in await Comments(before))
            Assert.True(comments.Remove(comment), $"{what} drops the comment: {comment}\n{described}");
        return left;
    }

    private async Task<ImmutableArray<Diagnostic>> FindingsThatCompile(Project after)
    {
        var errors = (await after.GetCompilationAsync())!.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToList();
        if (!code.IsBroken && errors.Count > 0)
            Assert.Fail($"{what} does not compile:\n{string.Join("\n", errors.Take(5))}\n\n{await Text(after)}");
        return await FixWorkspace.Findings(after, code);
    }

    private async Task<string> Text(Project project) =>
        string.Join("\n", await Task.WhenAll(code.Sources.Select(source => FixWorkspace.TextOf(project, source.Path))));

    private static Dictionary<string, int> CountById(ImmutableArray<Diagnostic> findings) =>
        findings.CountBy(finding => finding.Id).ToDictionary(pair => pair.Key, pair => pair.Value);

    private static async Task<List<string>> Comments(Project project)
    {
        List<string> comments = [];
        foreach (var document in project.Documents)
        {
            var root = (await document.GetSyntaxRootAsync())!;
            comments.AddRange(root.DescendantTrivia()
                .Where(trivia => trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia)
                .Select(trivia => trivia.ToString().Trim()));
        }

        return comments;
    }
}
