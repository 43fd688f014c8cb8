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
/// Makes a session lock one of the transaction that it is taken in, and takes the unlock out: the commit or the rollback releases the lock. A <c>finally</c> that held
/// nothing else goes with it.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX302SessionAdvisoryLockFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX302.TransactionLock";
    internal const string Title = "Take a transaction lock, which the commit releases";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX302");

    /// <summary>None: a lock that ends with the transaction may end too early for what it protects.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || model is null)
        {
            return;
        }

        var lines = new SourceLines(root, await context.Document.GetTextAsync(context.CancellationToken).ConfigureAwait(false));
        foreach (var diagnostic in context.Diagnostics.Where(SessionTextFix.IsInside))
        {
            var edits = new TextEdits();
            if (SessionText.At(root.FindToken(diagnostic.Location.SourceSpan.Start), model, context.CancellationToken) is { } text && SqlRewrites.TransactionLock(text, edits)
                && RemoveUnlocks(text, lines, model, edits, context.CancellationToken))
            {
                await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, edits).ConfigureAwait(false);
            }
        }
    }

    /// <summary>False where an unlock is more than a statement of its own: somebody asks for its result.</summary>
    private static bool RemoveUnlocks(SessionText taken, SourceLines lines, SemanticModel model, TextEdits edits, CancellationToken cancellationToken)
    {
        if (taken.Expression.EnclosingFunction() is not { } function)
        {
            return false;
        }

        foreach (var literal in function.DescendantNodes().OfType<ExpressionSyntax>().Where(e => e is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax))
        {
            if (SessionText.At(literal.GetFirstToken(), model, cancellationToken) is not { } text || !text.Sql.Statements.Any(s => s.Calls.Any(c => c.Kind == SqlCallKind.SessionAdvisoryUnlock)))
            {
                continue;
            }

            if (text.Sql.Statements.Length != 1 || text.Sql.Statements[0].Calls.Length != 1 || literal.ListStatement() is not ExpressionStatementSyntax unlock || !lines.OwnsItsLines(unlock)
                || !Remove(unlock, lines, edits))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Remove(ExpressionStatementSyntax unlock, SourceLines lines, TextEdits edits)
    {
        if (unlock.Parent is BlockSyntax { Statements.Count: 1, Parent: FinallyClauseSyntax { Parent: TryStatementSyntax whole } })
        {
            return Unwrap(whole, lines, edits);
        }

        lines.DeleteLines(edits, lines.FirstLine(unlock), lines.LastLine(unlock));
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
