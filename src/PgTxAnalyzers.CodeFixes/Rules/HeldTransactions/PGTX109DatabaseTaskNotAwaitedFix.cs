using System.Collections.Immutable;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// Awaits the task where it is made. Safe: the command runs in its transaction, as it was meant to, and its failure is seen. Not offered where the function cannot await
/// (a <c>void</c> method would become <c>async void</c>).
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX109DatabaseTaskNotAwaitedFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX109.Await";
    internal const string Title = "Await the task";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX109");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new OneByOne("PGTX109", PlanAsync);

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
        return root is null || model is null ? null : AwaitTask.Plan(root, model, finding.Place, cancellationToken);
    }
}
