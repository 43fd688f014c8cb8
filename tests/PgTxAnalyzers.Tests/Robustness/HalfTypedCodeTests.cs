using PgTxAnalyzers.Tests.Examples;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>Broken code is the normal input of an analyzer in an editor. Nothing may throw, and nothing may take long.</summary>
public class HalfTypedCodeTests
{
    // Enough for every run; a hunt for more is PGTX_MUTATIONS=50 dotnet test ….
    private static readonly int MutationsOfEachKind = int.TryParse(Environment.GetEnvironmentVariable("PGTX_MUTATIONS"), out var wanted) ? wanted : 2;

    // Far above what any of these needs, also on a busy machine: a failure here is a hang.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Files => [.. ExampleFile.All];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task No_state_of_typing_makes_an_analyzer_or_a_fix_throw_or_hang(string file)
    {
        var example = ExampleFile.Read(file).Broken();
        foreach (var (what, text) in Mutation.Of(Markers.Strip(example.Sources[0].Text), Mutation.Seed(file), MutationsOfEachKind))
        {
            var code = example with { Sources = [(file, text)] };
            try
            {
                await AnalyzeAndAskForFixes(code).WaitAsync(Patience, TestContext.Current.CancellationToken);
            }
            catch (Exception failure)
            {
                Assert.Fail($"{file} {what}:\n{failure}\n\n{text}");
            }
        }
    }

    /// <summary>The declaration has no name yet: a search for the uses of an empty word would find one at every character.</summary>
    [Fact]
    public Task A_declaration_without_its_name_is_passed_over() => AnalyzeAndAskForFixes(TestCode.Of("""
        using Npgsql;

        public static class ConnectionStrings
        {
            public const string  = "Host=pgbouncer;Port=6432;Database=shop;Username=app";

            public static NpgsqlDataSource Open() => NpgsqlDataSource.Create("Host=pgbouncer;Port=6432;Database=shop;Search Path=a");
        }
        """).Broken()).WaitAsync(Patience, TestContext.Current.CancellationToken);

    private static async Task AnalyzeAndAskForFixes(TestCode code)
    {
        // A quarter of the inputs has findings; the others need no workspace.
        if ((await code.Findings()).IsEmpty)
            return;

        var project = FixWorkspace.Open(code);
        foreach (var finding in (await FixWorkspace.Findings(project, code)).Where(finding => finding.Location.IsInSource))
        {
            foreach (var (_, action) in await FixActions.Offered(project, finding))
                await FixActions.Apply(action, project);
        }
    }
}
