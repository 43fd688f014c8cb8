using System.Reflection;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.Programs;

/// <summary>
/// A program under test: source text with <c>public static class Unit { public static Task RunAsync(string connectionString, string url, CancellationToken ct) }</c>.
/// It is read by the analyzers, rewritten by the fixes, compiled and run in this process, against the libraries that this project is built with. Where it lets something happen
/// between two statements, it has a field <see cref="MeanwhileField"/> and awaits it there.
/// </summary>
internal sealed class LiveProgram
{
    /// <summary>The declaration of that field, for a program's text.</summary>
    public const string MeanwhileField = "public static Func<Task> Meanwhile = () => Task.CompletedTask;";

    private readonly Compilation compilation;

    private LiveProgram(Compilation compilation) => this.compilation = compilation;

    /// <summary>The program as it is written, after the findings of the rule have been compared with its marks.</summary>
    public static async Task<LiveProgram> Marked(TestCode code, params string[] rules)
    {
        await code.Counting(rules).HasMarkedFindings();
        return new(code.Compile());
    }

    /// <summary>The program as it is written; what is found in it is not compared with anything.</summary>
    public static LiveProgram Unmarked(TestCode code) => new(code.Compile());

    /// <summary>What the product's own fix makes of it; of several findings, the one that is marked <c>// fix:</c>.</summary>
    public static async Task<LiveProgram> Fixed(TestCode code, string rule, string? equivalenceKey = null)
    {
        var project = FixWorkspace.Open(code);
        var marks = Markers.Read(code.Sources).ToFix;
        var finding = Assert.Single(await FixWorkspace.Findings(project, code), found => found.Id == rule && (marks.Count == 0 || Comparison.PlaceOf(found) == marks[0]));
        var offers = await FixActions.Offered(project, finding);
        var offer = Assert.Single(offers, offered => equivalenceKey is null || offered.Action.EquivalenceKey == equivalenceKey);
        var after = await FixActions.Apply(offer.Action, project);
        return new((await after.GetCompilationAsync())!);
    }

    /// <summary>Runs it to its end. What it throws comes out as it is.</summary>
    /// <param name="connectionString">What the program is given under that name.</param>
    /// <param name="url">And under that one.</param>
    /// <param name="meanwhile">What happens where the program says so, if it does.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    public async Task Run(string connectionString, string url = "", Func<Task>? meanwhile = null, CancellationToken cancellationToken = default)
    {
        using var stream = new MemoryStream();
        var emitted = compilation.Emit(stream, cancellationToken: cancellationToken);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        var unit = Assembly.Load(stream.ToArray()).GetType("Unit", throwOnError: true)!;
        if (meanwhile is not null)
            unit.GetField("Meanwhile")!.SetValue(null, meanwhile);
        var run = unit.GetMethod("RunAsync") ?? throw new InvalidOperationException("Unit has no RunAsync.");
        await (Task)run.Invoke(null, [connectionString, url, cancellationToken])!;
    }
}
