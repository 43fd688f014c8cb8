using System.Reflection;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>
/// What a host has to bring. The oldest one is the .NET 8 SDK (Roslyn 4.8, System.Collections.Immutable 7.0): an analyzer that
/// refers to anything newer is not loaded there (CS9057) or dies in the middle (CS8032), and nobody sees a finding.
/// </summary>
public class AssemblyCompatibilityTests
{
    private static readonly Dictionary<string, Version> Ceiling = new()
    {
        ["netstandard"] = new(2, 0, 0, 0),
        ["Microsoft.CodeAnalysis"] = new(4, 8, 0, 0),
        ["Microsoft.CodeAnalysis.CSharp"] = new(4, 8, 0, 0),
        ["System.Collections.Immutable"] = new(7, 0, 0, 0),
        ["System.Memory"] = new(4, 0, 1, 2), // System.Memory 4.5.5, which Roslyn 4.8 itself asks for
    };

    // An analyzer assembly must not need these: the command line compiler has no workspaces (RS1038).
    private static readonly Dictionary<string, Version> CeilingOfFixes = new(Ceiling)
    {
        ["Microsoft.CodeAnalysis.Workspaces"] = new(4, 8, 0, 0),
        ["Microsoft.CodeAnalysis.CSharp.Workspaces"] = new(4, 8, 0, 0),
        ["PgTxAnalyzers"] = Product.AnalyzerAssembly.GetName().Version!,
    };

    [Fact]
    public void The_analyzers_refer_to_nothing_that_the_oldest_host_lacks() => RefersToNothingAbove(Ceiling, Product.AnalyzerAssembly);

    [Fact]
    public void The_fixes_refer_to_nothing_that_the_oldest_host_lacks() => RefersToNothingAbove(CeilingOfFixes, Product.CodeFixAssembly);

    /// <summary>An API would have to be kept; an analyzer package has users of its findings only.</summary>
    [Fact]
    public void Only_what_a_host_creates_is_public() => Assert.All(
        new[] { Product.AnalyzerAssembly, Product.CodeFixAssembly },
        assembly => Assert.DoesNotContain(assembly.GetExportedTypes(), type =>
            !typeof(Microsoft.CodeAnalysis.Diagnostics.DiagnosticAnalyzer).IsAssignableFrom(type)
            && !typeof(Microsoft.CodeAnalysis.CodeFixes.CodeFixProvider).IsAssignableFrom(type)
            && !typeof(Microsoft.CodeAnalysis.IIncrementalGenerator).IsAssignableFrom(type)));

    private static void RefersToNothingAbove(Dictionary<string, Version> ceiling, Assembly assembly) =>
        Assert.All(assembly.GetReferencedAssemblies(), reference =>
        {
            Assert.True(ceiling.TryGetValue(reference.Name!, out var highest), $"{assembly.GetName().Name} refers to {reference.FullName}.");
            Assert.True(reference.Version <= highest, $"{assembly.GetName().Name} refers to {reference.FullName}; the oldest host has {highest}.");
        });
}
