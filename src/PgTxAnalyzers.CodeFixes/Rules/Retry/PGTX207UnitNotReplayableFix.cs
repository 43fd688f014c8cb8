using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>
/// Empties the change tracker at the beginning of each attempt. What was tracked before the unit is lost with it, and the preview says so.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX207UnitNotReplayableFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX207.ClearTracker";
    internal const string Title = "Begin each attempt with an empty change tracker";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX207");

    /// <summary>What a caller has tracked is not to be lost in many places at once.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (root is null || model is null || !diagnostic.Properties.TryGetValue("pgtx.tracker", out var owner) || string.IsNullOrEmpty(owner) || diagnostic.AdditionalLocations.Count == 0
                || !root.FullSpan.Contains(diagnostic.AdditionalLocations[0].SourceSpan)
                || Block(root.FindNode(diagnostic.AdditionalLocations[0].SourceSpan)) is not { Statements.Count: > 0 } block
                || LosesTracked(root.FindSpan(diagnostic.Location.SourceSpan), block, model, context.CancellationToken))
            {
                continue;
            }

            var edits = new TextEdits();
            var first = block.Statements[0];
            var lines = new SourceLines(root, await context.Document.GetTextAsync(context.CancellationToken).ConfigureAwait(false));
            var line = lines.FirstLine(first);
            var isOwn = lines.OwnsItsLines(first, startOnly: true);
            var statement = $"{owner}.ChangeTracker.Clear();";
            edits.Insert(isOwn ? lines.Text.Lines[line].Start : first.SpanStart, isOwn ? lines.Indentation(lines.LineOf(first.SpanStart)) + statement + lines.LineEnd(line) : statement + " ");
            if (await Offer.AcceptedAsync(context.Document, diagnostic.Id, diagnostic.Location.SourceSpan, edits, context.CancellationToken).ConfigureAwait(false) is { } changed)
            {
                context.RegisterCodeFix(CodeAction.Create(Title, token => Warned.AtAsync(changed, statement, block.SpanStart, token), EquivalenceKey), diagnostic);
            }
        }
    }

    /// <summary>What was loaded or added before the unit and is changed or saved in it would not be saved any more.</summary>
    private static bool LosesTracked(SyntaxNode? save, BlockSyntax unit, SemanticModel model, CancellationToken cancellationToken) =>
        save?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } call
        || new TrackedOutside(EfWork.ContextOf(call, model, cancellationToken), model, cancellationToken).Of(unit.Statements).Any();

    private static BlockSyntax? Block(SyntaxNode unit) => unit switch
    {
        BlockSyntax block => block,
        AnonymousFunctionExpressionSyntax { Block: { } block } => block,
        ArgumentSyntax { Expression: AnonymousFunctionExpressionSyntax { Block: { } block } } => block,
        _ => null,
    };
}
