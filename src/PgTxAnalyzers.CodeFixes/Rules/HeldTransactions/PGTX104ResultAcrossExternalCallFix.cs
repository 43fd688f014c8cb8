using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
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

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX104");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new OneByOne("PGTX104", PlanAsync);

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var edits = await PlanAsync(context.Document, OneByOne.Places(diagnostic), context.CancellationToken).ConfigureAwait(false);
            await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, edits).ConfigureAwait(false);
        }
    }

    private static async Task<TextEdits?> PlanAsync(Document document, (TextSpan Begin, TextSpan Place) finding, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        return root is null || model is null ? null : MaterialiseFirst.Plan(root, model, finding.Begin, finding.Place, cancellationToken);
    }
}
