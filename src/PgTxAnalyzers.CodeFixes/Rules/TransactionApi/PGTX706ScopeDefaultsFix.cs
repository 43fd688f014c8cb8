using System.Collections.Immutable;
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

    private static readonly OneByOne All = new("PGTX706", async (document, places, cancellationToken) =>
        await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is { } root && await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } model
            && root.FindSpan(places.Place)?.FirstAncestorOrSelf<BaseObjectCreationExpressionSyntax>() is { } creation
                ? ScopeOptions.State(document, "Serializable", creation, model, cancellationToken)
                : null);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX706");

    /// <summary>What is written out is what happens now, so all at once is safe.</summary>
    public override FixAllProvider GetFixAllProvider() => All;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context) => All.RegisterAsync(context, Title, EquivalenceKey);
}
