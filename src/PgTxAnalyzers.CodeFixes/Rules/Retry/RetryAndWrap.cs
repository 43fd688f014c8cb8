using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>
/// Two things that only make sense together: once a context retries, EF Core refuses each transaction that is begun outside of its strategy. So the begins of the whole project that
/// would be refused are wrapped in the same step. Null where one of them cannot be.
/// </summary>
internal static class RetryAndWrap
{
    /// <summary>Transactions that one action wraps; with more, somebody has to go through them.</summary>
    private const int MaxUnits = 20;

    /// <param name="document">The document of the finding.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="enable">Makes the context retry.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Solution?> PlanAsync(Document document, TextSpan place, TextEdits enable, CancellationToken cancellationToken)
    {
        if (enable.IsEmpty || enable.InOrder() is null)
        {
            return null;
        }

        var solution = (await enable.ApplyAsync(document, cancellationToken).ConfigureAwait(false)).Project.Solution;
        var clears = new List<string>();
        foreach (var id in await ProjectGuard.ConcernedAsync(document, cancellationToken).ConfigureAwait(false))
        {
            var known = (await FindingGuard.OfRuleAsync(document.Project.Solution.GetDocument(id)!, "PGTX202", cancellationToken).ConfigureAwait(false)).Count;
            var current = solution.GetDocument(id)!;
            while ((await FindingGuard.OfRuleAsync(current, "PGTX202", cancellationToken).ConfigureAwait(false)) is { } refused && refused.Count > known)
            {
                if (clears.Count > MaxUnits || await WrapAsync(current, refused[refused.Count - 1], clears, cancellationToken).ConfigureAwait(false) is not { } wrapped)
                {
                    return null;
                }

                current = wrapped;
            }

            solution = (await Warned.AllAsync(current, clears, cancellationToken).ConfigureAwait(false)).Project.Solution;
        }

        return clears.Count > 0 && await IsAcceptedAsync(document, solution, place, cancellationToken).ConfigureAwait(false) ? solution : null;
    }

    private static async Task<Document?> WrapAsync(Document document, Diagnostic refused, List<string> clears, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null || root.FindSpan(refused.Location.SourceSpan)?.FirstAncestorOrSelf<ExpressionSyntax>() is not { } begin
            || WrappedUnit.Of(begin, model, Repeatable.ContextOf(document, model, cancellationToken), cancellationToken) is not { } unit
            || unit.Edits(new SourceLines(root, await document.GetTextAsync(cancellationToken).ConfigureAwait(false))) is not { } edits || edits.InOrder() is null
            || !await Repeatable.IsAsync(document, unit.Span, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        clears.Add(unit.Clear);
        return await edits.ApplyAsync(document, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> IsAcceptedAsync(Document document, Solution solution, TextSpan place, CancellationToken cancellationToken)
    {
        var after = solution.GetDocument(document.Id)!;
        if (!await FindingGuard.AcceptsAsync(document, after, "PGTX201", repeats: false, cancellationToken).ConfigureAwait(false)
            || !await ProjectGuard.AcceptsAsync(document, after, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var old = document.Project.Solution;
        foreach (var changed in solution.GetChanges(old).GetProjectChanges().SelectMany(project => project.GetChangedDocuments()))
        {
            var span = changed == document.Id ? place : default;
            if (!await CompileGuard.AcceptsAsync(old.GetDocument(changed)!, solution.GetDocument(changed)!, span, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }
}
