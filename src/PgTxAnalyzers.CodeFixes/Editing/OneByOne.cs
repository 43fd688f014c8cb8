using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Applies a fix to all findings of a document, one after the other, the last in the text first: an edit leaves what stands before it where it is. Each step passes the same
/// guards as the single fix; a finding whose plan does not is left.
/// </summary>
internal sealed class OneByOne : DocumentBasedFixAllProvider
{
    private readonly string id;
    private readonly Func<Document, (TextSpan Begin, TextSpan Place), string?, CancellationToken, Task<TextEdits?>> plan;

    public OneByOne(string id, Func<Document, (TextSpan Begin, TextSpan Place), CancellationToken, Task<TextEdits?>> plan)
        : this(id, (document, places, _, cancellationToken) => plan(document, places, cancellationToken))
    {
    }

    /// <param name="id">The rule.</param>
    /// <param name="plan">Given the equivalence key of the action that was chosen: a rule may have several.</param>
    public OneByOne(string id, Func<Document, (TextSpan Begin, TextSpan Place), string?, CancellationToken, Task<TextEdits?>> plan) => (this.id, this.plan) = (id, plan);

    /// <param name="id">The rule.</param>
    /// <param name="plan">What the code needs, given where a finding began and where it stands.</param>
    public OneByOne(string id, Func<SyntaxNode, SemanticModel, (TextSpan Begin, TextSpan Place), CancellationToken, TextEdits?> plan)
        : this(id, async (document, places, cancellationToken) =>
            await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is { } root && await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } model
                ? plan(root, model, places, cancellationToken)
                : null)
    {
    }

    /// <summary>Offers the fix of each finding alone, by the same plan.</summary>
    public async Task RegisterAsync(CodeFixContext context, string title, string equivalenceKey)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var edits = await plan(context.Document, Places(diagnostic), equivalenceKey, context.CancellationToken).ConfigureAwait(false);
            await Offer.RegisterAsync(context, diagnostic, title, equivalenceKey, edits).ConfigureAwait(false);
        }
    }

    /// <summary>Where the finding says that it began, and where it stands.</summary>
    public static (TextSpan Begin, TextSpan Place) Places(Diagnostic finding) =>
        (finding.AdditionalLocations.Count > 0 ? finding.AdditionalLocations[0].SourceSpan : default, finding.Location.SourceSpan);

    protected override async Task<Document?> FixAllAsync(FixAllContext fixAllContext, Document document, ImmutableArray<Diagnostic> diagnostics)
    {
        var open = diagnostics.Select(Places).OrderByDescending(p => p.Place.Start).ThenByDescending(p => p.Begin.Start).ToList();
        while (open.Count > 0)
        {
            var next = open[0];
            open.RemoveAt(0);
            if (await plan(document, next, fixAllContext.CodeActionEquivalenceKey, fixAllContext.CancellationToken).ConfigureAwait(false) is { } edits
                && await Offer.AcceptedAsync(document, id, next.Place, edits, fixAllContext.CancellationToken).ConfigureAwait(false) is { } changed)
            {
                document = changed;
                open = open.Select(p => (Shift(p.Begin, edits), Shift(p.Place, edits))).ToList();
            }
        }

        return document;
    }

    /// <summary>Where a place is after the edits; one that was changed itself is found no more, and has nothing left to fix.</summary>
    private static TextSpan Shift(TextSpan span, TextEdits edits) => TextSpan.FromBounds(edits.Map(span.Start), Math.Max(edits.Map(span.Start), edits.Map(span.End)));
}
