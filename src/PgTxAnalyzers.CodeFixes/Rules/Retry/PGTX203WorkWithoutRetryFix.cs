using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>
/// Runs each unit of an entry point again when its connection is lost: in a pipeline where Polly is referenced, else in a bounded loop with exponential back-off and jitter. A unit begins
/// with the opening of its connection. Not offered where a unit does what cannot be taken back, or counts.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX203WorkWithoutRetryFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX203.Retry";
    internal const string Title = "Retry when the connection is lost";

    /// <summary>Units of one entry point: one with more is for a person to lay out.</summary>
    private const int MaxUnits = 6;

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX203");

    /// <summary>Whether a unit may run twice is for somebody to say, one by one.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            foreach (var withPolly in new[] { true, false })
            {
                if (await AllUnitsAsync(context.Document, diagnostic.Location.SourceSpan, withPolly, context.CancellationToken).ConfigureAwait(false) is { } changed
                    && await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, changed).ConfigureAwait(false))
                {
                    break;
                }
            }
        }
    }

    /// <summary>The finding names the first unprotected call of an entry point; behind its unit may be more.</summary>
    private static async Task<Document?> AllUnitsAsync(Document document, TextSpan place, bool withPolly, CancellationToken cancellationToken)
    {
        for (var count = 0; count < MaxUnits; count++)
        {
            var known = await FindingGuard.OfRuleAsync(document, "PGTX203", cancellationToken).ConfigureAwait(false);
            if (await PlanAsync(document, place, withPolly, cancellationToken).ConfigureAwait(false) is not { } edits || edits.InOrder() is null
                || (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false))?.FindSpan(place)?.EnclosingFunction() is not { } function)
            {
                return null;
            }

            var entry = TextSpan.FromBounds(edits.Map(function.FullSpan.Start), edits.Map(function.FullSpan.End));
            var others = known.Where(f => f.Location.SourceSpan != place).Select(f => edits.Map(f.Location.SourceSpan.Start)).ToImmutableHashSet();
            document = await edits.ApplyAsync(document, cancellationToken).ConfigureAwait(false);
            var next = (await FindingGuard.OfRuleAsync(document, "PGTX203", cancellationToken).ConfigureAwait(false))
                .FirstOrDefault(f => entry.Contains(f.Location.SourceSpan) && !others.Contains(f.Location.SourceSpan.Start));
            if (next is null)
            {
                return document;
            }

            place = next.Location.SourceSpan;
        }

        return null;
    }

    private static async Task<TextEdits?> PlanAsync(Document document, TextSpan place, bool withPolly, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null || root.FindSpan(place)?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } work
            || RetryUnit.Of(work, model, cancellationToken) is not { } unit || unit.UsesOthersSession(model, cancellationToken) || unit.KeepsSession(model, cancellationToken)
            || RetryFilter.Lost(model.Compilation) is not { } filter
            || !await Repeatable.IsAsync(document, unit.Span, cancellationToken, byHand: true).ConfigureAwait(false)
            || await Repeatable.AddsUpAsync(document, unit.Span, cancellationToken).ConfigureAwait(false)
            || Repeatable.ContextOf(document, model, cancellationToken) is not { } retry

            // A second attempt would write what the first has committed.
            || new CommittedAlone(retry, cancellationToken).IsRepeatedBy(root, unit.Span)

            // It would speak to a session that is gone, with what was done on it before.
            || new HeldSession(retry, cancellationToken).IsUsedBy(unit, root)

            // It would never come.
            || new SwallowedFailures(retry, cancellationToken).AreAllIn(root, unit.Span))
        {
            return null;
        }

        var lines = new SourceLines(root, await document.GetTextAsync(cancellationToken).ConfigureAwait(false));
        var writer = new RetryWriter(unit, filter, model, lines, cancellationToken);
        return (withPolly ? writer.Pipeline() : null) ?? writer.Loop();
    }
}
