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
/// Moves the begin, and the opening of the connection, down to the first use. Safe: nothing has been sent to the server before, so
/// the order of what the server and the outside see stays the same.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX103TransactionBeginsTooEarlyFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX103.MoveBeginDown";
    internal const string Title = "Begin the transaction where it is first used";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX103");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new FixAllInDocument();

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            if (await HeldCall.FindAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false) is { } call)
            {
                await Offer.RegisterFirstAsync(context, diagnostic, Title, EquivalenceKey, MoveBeginDown.Plans(call, context.CancellationToken)).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// One region after the other, the last in the text first: an edit leaves what stands before it where it is. What stands
    /// behind is found again by its shifted place; where that fails, the region is left for the next time.
    /// </summary>
    private sealed class FixAllInDocument : DocumentBasedFixAllProvider
    {
        protected override async Task<Document?> FixAllAsync(FixAllContext fixAllContext, Document document, ImmutableArray<Diagnostic> diagnostics)
        {
            var open = diagnostics
                .Where(HeldCall.IsOurs)
                .Select(diagnostic => (Begin: diagnostic.AdditionalLocations[0].SourceSpan, Call: diagnostic.Location.SourceSpan))
                .OrderByDescending(places => places.Begin.Start)
                .ThenByDescending(places => places.Call.Start)
                .ToList();
            while (open.Count > 0)
            {
                var (begin, call) = open[0];
                open.RemoveAt(0);
                if (await ApplyAsync(document, begin, call, fixAllContext.CancellationToken).ConfigureAwait(false) is { } step)
                {
                    document = step.Changed;
                    open = open
                        .Where(places => places.Begin != begin)
                        .Select(places => (Shift(places.Begin, step.Edits), Shift(places.Call, step.Edits)))
                        .ToList();
                }
            }

            return document;
        }

        private static async Task<(Document Changed, TextEdits Edits)?> ApplyAsync(Document document, TextSpan begin, TextSpan call, CancellationToken cancellationToken)
        {
            if (await HeldCall.FindAsync(document, call, begin, cancellationToken).ConfigureAwait(false) is not { } held)
            {
                return null;
            }

            foreach (var edits in MoveBeginDown.Plans(held, cancellationToken))
            {
                if (await Offer.AcceptedAsync(document, "PGTX103", call, edits, cancellationToken).ConfigureAwait(false) is { } changed)
                {
                    return (changed, edits);
                }
            }

            return null;
        }

        private static TextSpan Shift(TextSpan span, TextEdits edits) => new(edits.Map(span.Start), span.Length);
    }
}
