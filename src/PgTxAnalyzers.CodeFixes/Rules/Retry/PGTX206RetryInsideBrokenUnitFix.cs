using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>
/// Moves the opening of the connection and the begin of the transaction into what is run again, and the commit with them. A command in a handler gets nothing: whether the whole unit or a
/// savepoint is to be gone back to is somebody's decision.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX206RetryInsideBrokenUnitFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX206.OpenInside";
    internal const string Title = "Open the connection inside the retry";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX206");

    /// <summary>What runs again grows with it: one by one.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (root is null || model is null || diagnostic.AdditionalLocations.Count == 0
                || root.FindSpan(diagnostic.Location.SourceSpan)?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } call
                || root.FindSpan(diagnostic.AdditionalLocations[0].SourceSpan)?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } opening)
            {
                continue;
            }

            var lines = new SourceLines(root, await context.Document.GetTextAsync(context.CancellationToken).ConfigureAwait(false));
            var retry = Repeatable.ContextOf(context.Document, model, context.CancellationToken);
            if (OpenedInside.Of(call, opening, retry, model, lines, context.CancellationToken) is { } unit
                && await Repeatable.IsAsync(context.Document, unit.Span, context.CancellationToken).ConfigureAwait(false)
                && !await Repeatable.AddsUpAsync(context.Document, unit.Span, context.CancellationToken).ConfigureAwait(false))
            {
                await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, unit.Edits()).ConfigureAwait(false);
            }
        }
    }
}
