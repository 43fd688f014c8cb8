using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>
/// Wraps the unit, from the begin to the end of its method or to its commit where more work follows, in <c>strategy.ExecuteAsync(…)</c>. Its <c>return</c>s become the delegate's, its token the strategy's.
/// Not offered for a unit that would do something twice (PGTX101, 107, 207): a retry would repeat the charge.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX202BeginOutsideStrategyFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX202.WrapInStrategy";
    internal const string Title = "Run the unit inside the execution strategy";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX202");

    /// <summary>Whether a unit may run twice is for somebody to say, one by one.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (root is null || model is null || root.FindSpan(diagnostic.Location.SourceSpan)?.FirstAncestorOrSelf<ExpressionSyntax>() is not { } begin
                || WrappedUnit.Of(begin, model, Repeatable.ContextOf(context.Document, model, context.CancellationToken), context.CancellationToken) is not { } unit)
            {
                continue;
            }

            var lines = new SourceLines(root, await context.Document.GetTextAsync(context.CancellationToken).ConfigureAwait(false));
            if (unit.Edits(lines) is not { } edits
                || !await Repeatable.IsAsync(context.Document, unit.Span, context.CancellationToken).ConfigureAwait(false)
                || await Offer.AcceptedAsync(context.Document, diagnostic.Id, diagnostic.Location.SourceSpan, edits, context.CancellationToken).ConfigureAwait(false) is not { } changed)
            {
                continue;
            }

            context.RegisterCodeFix(CodeAction.Create(Title, token => Warned.AtAsync(changed, unit.Clear, unit.Span.Start, token), EquivalenceKey), diagnostic);
        }
    }
}
