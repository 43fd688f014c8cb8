using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// Reads the rows into a list before the loop begins. Safe: the same rows come in the same order, only all at once; what the code sends, and to whom, stays.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX104ResultAcrossExternalCallFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX104.MaterialiseFirst";
    internal const string Title = "Read the rows into a list first";

    private static readonly OneByOne All = new("PGTX104", (root, model, finding, cancellationToken) => MaterialiseFirst.Plan(root, model, finding.Begin, finding.Place, cancellationToken));

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX104");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => All;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context) => All.RegisterAsync(context, Title, EquivalenceKey);
}
