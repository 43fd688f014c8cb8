using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Examples;

/// <summary>The pairs of fixes.md: what a fix makes of the first is the second, to the letter.</summary>
public class FixPairTests
{
    /// <summary>What one application leaves for the next: two scopes are two findings.</summary>
    private const int MaxApplications = 4;

    public static TheoryData<string> Pairs => [.. FixPair.All.Where(pair => Product.CreateFixes().Any(fix => fix.FixableDiagnosticIds.Contains(pair.Id))).Select(pair => pair.Name)];

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Becomes_what_the_examples_want(string name)
    {
        var pair = FixPair.All.Single(pair => pair.Name == name);
        var project = FixWorkspace.Open(pair.Code);
        var wanted = Markers.Strip(pair.Expected.Sources[0].Text);
        List<string> results = [];
        for (var i = 0; i < MaxApplications && await NextAsync(project, pair) is { } next; i++)
        {
            project = next;
            results.Add(await FixWorkspace.TextOf(project, pair.Code.Sources[0].Path));
            if (results[^1] == wanted)
                return;
        }

        Assert.True(results.Count > 0, $"Nothing is offered. Found:\n{string.Join("\n", (await FixWorkspace.Findings(project, pair.Code)).Select(AnalyzerRun.Describe))}");
        Assert.Equal(wanted, results[0]);
    }

    [Fact]
    public void There_are_pairs() => Assert.True(FixPair.All.Count > 20, $"{FixPair.All.Count} pairs were read.");

    private static async Task<Project?> NextAsync(Project project, FixPair pair)
    {
        var findings = await FixWorkspace.Findings(project, pair.Code);
        foreach (var finding in findings.Where(finding => finding.Id == pair.Id))
        {
            foreach (var (_, action) in await FixActions.Offered(project, finding))
            {
                if (Key(pair.Heading) is { } key && action.EquivalenceKey != key)
                    continue;
                var after = await FixActions.Apply(action, project);
                await new FixPromises(pair.Code, project, findings, $"'{action.Title}'", action.EquivalenceKey == "PGTX101.Split").HoldFor(after, pair.Id);
                return after;
            }
        }

        return null;
    }

    private static string? Key(string heading) =>
        heading.Contains("move before") ? "PGTX101.MoveBefore"
        : heading.Contains("move after") ? "PGTX101.MoveAfterCommit"
        : heading.Contains("split") ? "PGTX101.Split"
        : null;
}
