using System.Collections.Immutable;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.TransactionApi;

/// <summary>
/// Commits on the path that leaves without, in the words in which the method commits elsewhere: before its return, or at the end. Whether the path is meant to commit
/// is the reader's decision, so there is no way to apply it to many findings at once, and no offer where something has failed on it.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX704SuccessPathDoesNotCommitFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX704.Commit";
    internal const string Title = "Commit before the return";
    internal const string EndTitle = "Commit on the path that runs off the end";

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
            if (model is null || !HeldCall.IsOurs(diagnostic) || root?.FindSpan(diagnostic.AdditionalLocations[0].SourceSpan)?.FirstAncestorOrSelf<ExpressionSyntax>() is not { } begin
                || begin.EnclosingFunction() is not { } function || Region.Find(begin, model, context.CancellationToken) is not { } region)
            {
                continue;
            }

            var commits = function.DescendantNodes().OfType<StatementSyntax>()
                .Where(s => s.EnclosingFunction() == function && CommitStatement.Is(s, region, model, context.CancellationToken)).ToList();
            if (commits.Count == 0)
            {
                continue;
            }

            var facts = new FactSource(model, context.CancellationToken);
            var failure = new FailurePath(begin, commits, model, context.CancellationToken);
            var lines = new SourceLines(root, text);
            if (root.FindSpan(diagnostic.Location.SourceSpan) is not ReturnStatementSyntax end)
            {
                await Offer.RegisterFirstAsync(context, diagnostic, EndTitle, EquivalenceKey, new CommitAtTheEnd(region, commits, failure, facts, lines).Plans()).ConfigureAwait(false);
            }
            else if (end.EnclosingFunction() == function && !failure.Ends(end))
            {
                await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, new CommitBeforeReturn(region, commits, facts, lines).Plan(end)).ConfigureAwait(false);
            }
        }
    }
}
