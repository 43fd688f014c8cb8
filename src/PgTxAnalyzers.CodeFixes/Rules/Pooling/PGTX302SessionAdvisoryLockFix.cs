using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Rules.Pooling;

/// <summary>
/// Makes the session locks of a function locks of the transaction that they are taken in, and takes the unlocks out: the commit or the rollback releases a lock. A <c>finally</c>
/// that held nothing else goes with it. All of a function at once: which unlock belongs to which lock, only a run knows.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX302SessionAdvisoryLockFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX302.TransactionLock";
    internal const string Title = "Take a transaction lock, which the commit releases";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX302");

    /// <summary>Where each unlock stands in the transaction: there the lock is held for longer than before, never for less.</summary>
    public override FixAllProvider GetFixAllProvider() => new OneByOne("PGTX302", (document, places, cancellationToken) => PlanAsync(document, places.Place, withUnlock: true, cancellationToken));

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var edits = await PlanAsync(context.Document, diagnostic.Location.SourceSpan, withUnlock: false, context.CancellationToken).ConfigureAwait(false);
            await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, edits).ConfigureAwait(false);
        }
    }

    /// <param name="document">The document of the finding.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="withUnlock">Only where an unlock is in sight.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private static async Task<TextEdits?> PlanAsync(Document document, TextSpan place, bool withUnlock, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null || !root.FullSpan.Contains(place) || SessionText.At(root.FindToken(place.Start), model, cancellationToken) is not { } taken
            || !Has(taken, SqlCallKind.SessionAdvisoryLock) || taken.Expression.EnclosingFunction() is not { } function)
        {
            return null;
        }

        var inside = (await FindingGuard.OfRuleAsync(document, "PGTX302", cancellationToken).ConfigureAwait(false)).Where(SessionTextFix.IsInside).Select(f => f.Location.SourceSpan).ToList();
        var lines = new SourceLines(root, await document.GetTextAsync(cancellationToken).ConfigureAwait(false));
        var edits = new TextEdits();
        var (seen, unlocks) = (new HashSet<ExpressionSyntax>(), 0);
        foreach (var literal in function.DescendantNodes().OfType<ExpressionSyntax>().Where(e => e is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax))
        {
            if (SessionText.At(literal.GetFirstToken(), model, cancellationToken) is not { } text || !seen.Add(text.Expression))
            {
                continue;
            }

            var isInside = inside.Any(text.Expression.Span.Contains);
            if (Has(text, SqlCallKind.SessionAdvisoryUnlock))
            {
                unlocks++;
                // One behind the transaction holds the lock for what is done in between: the commit would release it earlier.
                if (!isInside || IsBehindCommit(taken.Expression, literal, function) || !RemoveUnlock(text, literal, lines, edits))
                {
                    return null;
                }
            }
            else if (Has(text, SqlCallKind.SessionAdvisoryLock) && (!isInside || !SqlRewrites.TransactionLock(text, edits)))
            {
                return null;
            }
        }

        // Without an unlock in sight, somebody else releases it, or nobody was meant to.
        return withUnlock && unlocks == 0 ? null : edits;
    }

    /// <summary>A commit stands between the two: they are in two transactions.</summary>
    private static bool IsBehindCommit(SyntaxNode taken, SyntaxNode unlock, SyntaxNode function) => function.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Any(access =>
        access.SpanStart > taken.Span.End && access.Span.End < unlock.SpanStart && access.Name.Identifier.ValueText is "Commit" or "CommitAsync" or "CommitTransaction" or "CommitTransactionAsync");

    private static bool Has(SessionText text, SqlCallKind kind) => text.Sql.Statements.Any(s => s.Calls.Any(c => c.Kind == kind));

    /// <summary>False where an unlock is more than a statement of its own: somebody asks for its result.</summary>
    private static bool RemoveUnlock(SessionText text, ExpressionSyntax literal, SourceLines lines, TextEdits edits) =>
        text.Sql.Statements.Length == 1 && text.Sql.Statements[0].Calls.Length == 1 && literal.ListStatement() is ExpressionStatementSyntax unlock && lines.OwnsItsLines(unlock)
        && Remove(unlock, lines, edits);

    private static bool Remove(ExpressionStatementSyntax unlock, SourceLines lines, TextEdits edits)
    {
        if (unlock.Parent is BlockSyntax { Statements.Count: 1, Parent: FinallyClauseSyntax { Parent: TryStatementSyntax whole } })
        {
            return Unwrap(whole, lines, edits);
        }

        lines.DeleteInPlace(edits, lines.FirstLine(unlock), lines.LastLine(unlock));
        return true;
    }

    /// <summary>What was tried stands by itself, one step further out. With handlers, only the finally block goes.</summary>
    private static bool Unwrap(TryStatementSyntax whole, SourceLines lines, TextEdits edits)
    {
        var release = whole.Finally!;
        if (release.DescendantTrivia().Any(trivia => trivia.IsDirective) || lines.LineOf(release.SpanStart) <= lines.LineOf(whole.Block.CloseBraceToken.SpanStart))
        {
            return false;
        }

        if (whole.Catches.Count > 0)
        {
            lines.DeleteLines(edits, lines.LineOf(release.SpanStart), lines.LineOf(release.Span.End));
            return true;
        }

        var first = lines.LineOf(whole.Block.OpenBraceToken.SpanStart) + 1;
        var last = lines.LineOf(whole.Block.CloseBraceToken.SpanStart) - 1;
        if (whole.Block.Statements.Count == 0 || last < first || whole.Block.Statements.Any(s => s is LocalDeclarationStatementSyntax or LocalFunctionStatementSyntax))
        {
            return false;
        }

        var outer = lines.Indentation(lines.LineOf(whole.SpanStart));
        var inner = lines.Indentation(lines.LineOf(whole.Block.Statements[0].SpanStart));
        var kept = lines.Take(first, last, inner, outer);

        // The blank line behind a block is the block's.
        var lastLine = lines.LineOf(release.Span.End);
        var end = lines.Text.Lines[lines.IsBlank(lastLine + 1) ? lastLine + 1 : lastLine].EndIncludingLineBreak;
        edits.Replace(TextSpan.FromBounds(lines.Text.Lines[lines.LineOf(whole.SpanStart)].Start, end), kept);
        return true;
    }
}
