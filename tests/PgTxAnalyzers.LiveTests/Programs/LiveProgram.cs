using System.Reflection;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.LiveTests.Programs;

/// <summary>
/// A program under test: source text with <c>public static class Unit { public static Task RunAsync(string connectionString, string url, CancellationToken ct) }</c>.
/// It is read by the analyzers, rewritten by the fixes, compiled and run in this process, against the libraries that this project is built with.
/// </summary>
internal sealed class LiveProgram
{
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

    /// <summary>What the product's own fix makes of it.</summary>
    public static async Task<LiveProgram> Fixed(TestCode code, string rule, string? equivalenceKey = null)
    {
        var project = FixWorkspace.Open(code);
        var finding = Assert.Single(await FixWorkspace.Findings(project, code), found => found.Id == rule);
        var offers = await FixActions.Offered(project, finding);
        var offer = Assert.Single(offers, offered => equivalenceKey is null || offered.Action.EquivalenceKey == equivalenceKey);
        var after = await FixActions.Apply(offer.Action, project);
        return new((await after.GetCompilationAsync())!);
    }

    /// <summary>Runs it to its end. What it throws comes out as it is.</summary>
    public async Task Run(string connectionString, string url = "", CancellationToken cancellationToken = default)
    {
        using var stream = new MemoryStream();
        var emitted = compilation.Emit(stream, cancellationToken: cancellationToken);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        var unit = Assembly.Load(stream.ToArray()).GetType("Unit", throwOnError: true)!;
        var run = unit.GetMethod("RunAsync") ?? throw new InvalidOperationException("Unit has no RunAsync.");
        await (Task)run.Invoke(null, [connectionString, url, cancellationToken])!;
    }
}
