using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Examples;

/// <summary>
/// Every action that is offered for any finding in any example keeps the promises of all fixes: the result compiles, the
/// finding is gone, no other has come, and no comment is lost.
/// </summary>
public class FixesOnExamplesTests
{
    public static TheoryData<string> Files => [.. ExampleFile.All];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_offered_fix_keeps_its_promises(string file)
    {
        var code = ExampleFile.Read(file);
        var project = FixWorkspace.Open(code);
        var findings = await FixWorkspace.Findings(project, code);
        foreach (var finding in findings)
        {
            foreach (var (_, action) in await FixActions.Offered(project, finding))
            {
                var promises = new FixPromises(code, project, findings, $"'{action.Title}' on {AnalyzerRun.Describe(finding)}", action.EquivalenceKey == "PGTX101.Split");
                await promises.HoldFor(await FixActions.Apply(action, project), finding.Id);
            }
        }
    }
}
