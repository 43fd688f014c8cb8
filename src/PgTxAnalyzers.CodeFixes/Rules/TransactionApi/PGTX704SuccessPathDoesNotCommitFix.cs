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
/// Commits before the return that leaves without, in the words in which the method commits elsewhere. Whether the path is meant to commit
/// is the reader's decision, so there is no way to apply it to many findings at once.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX704SuccessPathDoesNotCommitFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX704.Commit";
    internal const string Title = "Commit before the return";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX704");

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
            // Where control runs off the end, the finding stands on the begin: which branch is to commit is not known there.
            if (model is not null && HeldCall.IsOurs(diagnostic) && root?.FindSpan(diagnostic.Location.SourceSpan) is ReturnStatementSyntax end
                && root.FindSpan(diagnostic.AdditionalLocations[0].SourceSpan)?.FirstAncestorOrSelf<ExpressionSyntax>() is { } begin)
            {
                await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, Plan(end, begin, model, new SourceLines(root, text), context.CancellationToken)).ConfigureAwait(false);
            }
        }
    }

    private static TextEdits? Plan(ReturnStatementSyntax end, ExpressionSyntax begin, SemanticModel model, SourceLines lines, CancellationToken cancellationToken)
    {
        var facts = new FactSource(model, cancellationToken);
        if (begin.EnclosingFunction() is not { } function || end.EnclosingFunction() != function || Region.Find(begin, model, cancellationToken) is not { } region
            || function.DescendantNodes().OfType<StatementSyntax>().FirstOrDefault(s => s.EnclosingFunction() == function && CommitStatement.Is(s, region, model, cancellationToken)) is not { } commit
            || (end.Expression is not null && facts.UsesRegion(end.Expression, region)))
        {
            // What is returned may still be read in the transaction.
            return null;
        }

        var edits = new TextEdits();
        var line = lines.LineOf(end.SpanStart);
        var lineEnd = lines.LineEnd(line);
        if (end.IsInList())
        {
            if (!lines.OwnsItsLines(end, startOnly: true))
            {
                return null;
            }

            edits.Insert(end.SpanStart, commit + lineEnd + lines.Indentation(line));
            return edits;
        }

        // `if (…) return …;` becomes a block.
        if (end.Parent is not IfStatementSyntax test || !lines.OwnsItsLines(test, startOnly: true))
        {
            return null;
        }

        var outer = lines.Indentation(lines.LineOf(test.SpanStart));
        var inner = outer + lines.IndentationStep(test);
        edits.Replace(
            Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(test.CloseParenToken.Span.End, end.Span.End),
            $"{lineEnd}{outer}{{{lineEnd}{inner}{commit}{lineEnd}{inner}{end}{lineEnd}{outer}}}");
        return edits;
    }
}
