using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.TransactionApi;

/// <summary>
/// Writes out what a <c>TransactionScope</c> does by default: its isolation level and its timeout. Nothing changes, and both can be seen
/// and chosen. Not offered where the scope may join one of another level: a level that is stated has to agree with it.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX706ScopeDefaultsFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX706.StateBoth";
    internal const string Title = "State the isolation level and the timeout";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX706");

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (model is not null && root?.FindSpan(diagnostic.Location.SourceSpan)?.FirstAncestorOrSelf<BaseObjectCreationExpressionSyntax>() is { } creation)
            {
                await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, ScopeOptions.State("Serializable", creation, model, context.CancellationToken)).ConfigureAwait(false);
            }
        }
    }
}
