using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Examples;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>
/// Every example whose types can stand in two projects, cut in each such way: the project above knows of the one below what its assembly carries, or has its source. What its own methods
/// do to a caller's transaction, and what is found in them, is the same either way.
/// </summary>
public class ExamplesInTwoProjectsTests
{
    private const string ArgumentsValue = "the SQL is an argument: the callee's project does not see what it is";
    private const string OfAnother = "a transaction in an object of another project is not one of the caller's own";
    private const string AfterDelegate = "what a runner reaches behind its delegate has the level from before it";

    /// <summary>What effects do not say: see docs/cross-project.md. File and types above, with the reason.</summary>
    private static readonly ImmutableDictionary<string, string> Known = new Dictionary<string, string>
    {
        ["PGTX101/BegunInConstructor.cs ReturnDesk"] = ArgumentsValue,
        ["PGTX101/DelegateHelper.cs Invoicing"] = AfterDelegate,
        ["PGTX101/StrategyAndMethodGroup.cs ShipmentService"] = OfAnother,
        ["PGTX101/TransactionParameterCallers.cs ShipmentDesk"] = "a connection that is passed may be the shared one, for who cannot see the call",
        ["PGTX101/UnitOfWorkWrapper.cs ReturnService"] = ArgumentsValue,
        ["PGTX202/UnitOfWorkSession.cs FolderService"] = OfAnother,
        ["PGTX206/RetryHelper.cs FeedbackStore"] = AfterDelegate,
        ["PGTX703/BeginInCallee.cs StockService"] = "a nested begin throws: effects say how a method returns where there is no transaction yet",
        ["PGTX707/OwnRollback.cs ReturnDesk"] = ArgumentsValue,
    }.ToImmutableDictionary();

    public static TheoryData<string> Files => [.. ExampleFile.All];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Metadata_says_what_source_says(string file)
    {
        List<string> different = [];
        foreach (var (cut, projects) in Cuts(file))
        {
            var differences = EffectDifference.Between(Above(projects, asBuild: true), Above(projects, asBuild: false))
                .Concat(Findings(await projects.Built(), await projects.Followed())).ToList();
            if (Known.TryGetValue($"{file} {cut.Name}", out var reason))
                Assert.True(differences.Count > 0, $"No longer different: {file}, above: {cut.Name} ({reason}).");
            else if (differences.Count > 0)
                different.Add($"{file}, above: {cut.Name}\n  " + string.Join("\n  ", differences));
        }

        Assert.True(different.Count == 0, string.Join("\n", different));
    }

    /// <summary>A comparison that compares nothing holds nothing.</summary>
    [Fact]
    public void Many_examples_can_be_cut_and_carry_something()
    {
        var cut = ExampleFile.All.Count(file => Cuts(file).Any());
        Assert.True(cut >= 40, $"{cut} of {ExampleFile.All.Count} examples are cut, and carry something.");
    }

    private static IEnumerable<(Cut Cut, Projects Projects)> Cuts(string file)
    {
        var code = ExampleFile.Read(file);
        foreach (var cut in Cut.Of(code))
        {
            var projects = new Projects { Options = code.Options }
                .With("Lib", [(file, cut.Lower), ("Friends.cs", "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"App\")]")], null)
                .With("App", [(file, cut.Upper)], null);
            if (Compiles(projects) && Projects.Attribute(projects.Compile(asBuild: true).First().Compilation) is not null)
                yield return (cut, projects);
        }
    }

    private static bool Compiles(Projects projects) => projects.Compile(asBuild: false, mustCompile: false).All(p => p.Compilation.GetDiagnostics().All(d => d.Severity != DiagnosticSeverity.Error));

    /// <summary>What the project above would carry for a third.</summary>
    private static string? Above(Projects projects, bool asBuild)
    {
        var (_, above) = projects.Compile(asBuild).Last();
        return Projects.Attribute(asBuild ? above : Projects.Generate(above, new GivenOptions(projects.Options)));
    }

    private static IEnumerable<string> Findings(IReadOnlyList<Diagnostic> built, IReadOnlyList<Diagnostic> followed)
    {
        var (ofBuild, ofSource) = (built.Where(IsOurs).Select(Projects.Place).ToList(), followed.Where(IsOurs).Select(Projects.Place).ToList());
        return ofSource.Except(ofBuild).Select(f => $"found with source alone: {f}").Concat(ofBuild.Except(ofSource).Select(f => $"found with metadata alone: {f}"));

        // What is left in sessions (PGTX3xx) is looked for in the project alone, either way.
        static bool IsOurs(Diagnostic finding) => finding.Id.StartsWith("PGTX1", StringComparison.Ordinal) || finding.Id.StartsWith("PGTX2", StringComparison.Ordinal);
    }
}
