using System.Reflection;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>
/// Random methods are run before and after every fix that is offered for them: the commands come in the same order with the same values, the
/// calls as well, and the method returns the same. Only where the calls stand among the commands may change, and that is the fix. A split keeps even that, and
/// adds a commit and a begin around calls.
/// </summary>
public sealed class FixedUnitsRunAlikeTests
{
    private const int Units = 120;

    // Raise both together for a longer run; a failure names the seed of its unit.
    private const int FirstSeed = 20_000;

    [Fact]
    public async Task What_the_database_and_the_outside_see_is_the_same()
    {
        var applied = 0;
        for (var seed = FirstSeed; seed < FirstSeed + Units; seed++)
        {
            var source = new RandomUnit(seed).Write();
            var (before, offers) = await new StatedFinding(new PGTX101TransactionAcrossExternalCallFix(), "PGTX101", source) { IsFile = true }.Results();
            foreach (var (key, project) in offers)
            {
                applied++;
                var isSplit = key == PGTX101TransactionAcrossExternalCallFix.SplitKey;
                var (expected, actual) = (Run(before, isSplit), Run(project, isSplit));
                Assert.True(expected == actual, $"Seed {seed}, {key}:\n{expected}\n\nbecomes\n{actual}\n\n{source[RandomUnit.Doubles.Length..]}\n\n{(await project.Documents.Single().GetTextAsync(TestContext.Current.CancellationToken)).ToString()[RandomUnit.Doubles.Length..]}");
            }
        }

        Assert.True(applied > Units / 4, $"Only {applied} actions were offered for {Units} units: too few to say anything.");
    }

    /// <summary>What reached the doubles for some inputs, commands and calls each in their order, and what came back.</summary>
    private static string Run(Project project, bool isSplit)
    {
        using var stream = new MemoryStream();
        var emitted = project.GetCompilationAsync().Result!.Emit(stream);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        var assembly = Assembly.Load(stream.ToArray());
        List<string> results = [];
        foreach (var (a, b, value) in new[] { (1, 2, 3), (4, 4, 6), (7, 2, 1) })
        {
            List<string> trace = [];
            object Make(string type, params object[] arguments) => Activator.CreateInstance(assembly.GetType(type)!, arguments)!;
            var box = Make("Box");
            box.GetType().GetProperty("Value")!.SetValue(box, value);
            var unit = Make("Unit", Make("Npgsql.NpgsqlDataSource", trace), Make("Npgsql.NpgsqlConnection", trace), Make("Client", trace));
            var returned = ((Task<int>)unit.GetType().GetMethod("RunAsync")!.Invoke(unit, [a, b, box])!).Result;
            if (isSplit)
            {
                results.Add($"{string.Join(", ", WithoutSplit(trace))} | returns {returned}, box {box.GetType().GetProperty("Value")!.GetValue(box)}");
                continue;
            }

            var commands = string.Join(", ", trace.Where(line => line.StartsWith("db", StringComparison.Ordinal)));
            var calls = string.Join(", ", trace.Where(line => line.StartsWith("call", StringComparison.Ordinal)));
            results.Add($"{commands} | {calls} | returns {returned}, box {box.GetType().GetProperty("Value")!.GetValue(box)}");
        }

        return string.Join("\n", results);
    }

    /// <summary>Takes out a commit and the begin that follows it, with only calls between.</summary>
    private static List<string> WithoutSplit(List<string> trace)
    {
        var commit = trace.IndexOf("db COMMIT");
        var begin = commit < 0 ? -1 : trace.IndexOf("db BEGIN", commit);
        if (begin < 0)
            return trace;
        Assert.All(trace[(commit + 1)..begin], line => Assert.StartsWith("call", line));
        return [.. trace.Where((_, index) => index != commit && index != begin)];
    }
}
