using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.TransactionApi;

/// <summary>
/// Takes a second begin back, where both transactions are in one method: its part works in the transaction that is there, or under a savepoint
/// in it. As it stands it throws, so either is what was meant; which one is the reader's decision, and there is no way to apply it to many findings at once.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX703TransactionIsNestedFix : CodeFixProvider
{
    internal const string ReuseKey = "PGTX703.Reuse";
    internal const string ReuseTitle = "Use the transaction that is open";
    internal const string SavepointKey = "PGTX703.Savepoint";
    internal const string SavepointTitle = "Set a savepoint in the transaction that is open";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX703");

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        var text = await context.Document.GetTextAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (model is not null && HeldCall.IsOurs(diagnostic) && root?.FindSpan(diagnostic.Location.SourceSpan)?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } inner
                && root.FindSpan(diagnostic.AdditionalLocations[0].SourceSpan)?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } outer
                && InnerTransaction.Find(outer, inner, model, new SourceLines(root, text), context.CancellationToken) is { } nested)
            {
                await Offer.RegisterAsync(context, diagnostic, ReuseTitle, ReuseKey, nested.Reuse()).ConfigureAwait(false);
                await Offer.RegisterAsync(context, diagnostic, SavepointTitle, SavepointKey, nested.Savepoint()).ConfigureAwait(false);
            }
        }
    }
}
