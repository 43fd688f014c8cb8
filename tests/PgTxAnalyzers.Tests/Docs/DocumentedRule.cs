using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Docs;

/// <summary>What the documents have to say of a rule. The descriptors and the fixes are the source; everything else is derived.</summary>
internal sealed record DocumentedRule(DiagnosticDescriptor Descriptor, bool HasFix)
{
    /// <summary>All rules of all analyzers, by id.</summary>
    public static IReadOnlyList<DocumentedRule> All { get; } = Collect();

    public string Id => Descriptor.Id;

    public string Title => Descriptor.Title.ToString(null);

    /// <summary>As users write it in .editorconfig, but for <c>info</c>, which .editorconfig calls a suggestion.</summary>
    public string Severity => Descriptor.DefaultSeverity.ToString().ToLowerInvariant();

    public string Fix => HasFix ? "yes" : "no";

    public string Page => $"docs/rules/{Id}.md";

    private static IReadOnlyList<DocumentedRule> Collect()
    {
        var fixable = Product.CreateFixes().SelectMany(fix => fix.FixableDiagnosticIds).ToHashSet();
        return [.. Product.CreateAnalyzers()
            .SelectMany(analyzer => analyzer.SupportedDiagnostics)
            .DistinctBy(descriptor => descriptor.Id)
            .OrderBy(descriptor => descriptor.Id, StringComparer.Ordinal)
            .Select(descriptor => new DocumentedRule(descriptor, fixable.Contains(descriptor.Id)))];
    }
}
