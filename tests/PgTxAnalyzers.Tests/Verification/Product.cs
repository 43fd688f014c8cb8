using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>All analyzers and fixes of the two shipped assemblies, found by what they are: a new one is under test at once.</summary>
internal static class Product
{
    public static Assembly AnalyzerAssembly { get; } = Assembly.Load("PgTxAnalyzers");

    public static Assembly CodeFixAssembly { get; } = Assembly.Load("PgTxAnalyzers.CodeFixes");

    /// <summary>The rules that some analyzer says it reports.</summary>
    public static ImmutableHashSet<string> SupportedIds { get; } =
        [.. CreateAnalyzers().SelectMany(analyzer => analyzer.SupportedDiagnostics).Select(descriptor => descriptor.Id)];

    public static ImmutableArray<DiagnosticAnalyzer> CreateAnalyzers() => CreateAll<DiagnosticAnalyzer>(AnalyzerAssembly);

    public static ImmutableArray<CodeFixProvider> CreateFixes() => CreateAll<CodeFixProvider>(CodeFixAssembly);

    // The public constructor without parameters is the one that a host calls.
    private static ImmutableArray<T> CreateAll<T>(Assembly assembly) =>
        [.. assembly.GetTypes()
            .Where(type => typeof(T).IsAssignableFrom(type) && !type.IsAbstract)
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .Select(type => (T)Activator.CreateInstance(type)!)];
}
