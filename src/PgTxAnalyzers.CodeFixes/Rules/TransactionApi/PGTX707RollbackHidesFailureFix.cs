using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.TransactionApi;

/// <summary>
/// Takes the rollback out of the handler where <c>using</c> disposes of the transaction, which rolls back and never throws; elsewhere gives it a <c>try</c> of its own, so that
/// what it throws does not replace the failure.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX707RollbackHidesFailureFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX707.KeepTheFailure";
    internal const string RemoveTitle = "Leave the rollback to 'using'";
    internal const string GuardTitle = "Give the rollback a try of its own";

    private static readonly OneByOne All = new("PGTX707", async (document, places, token) => (await PlanAsync(document, places.Begin, token).ConfigureAwait(false)).Edits);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX707");

    /// <summary>Neither form changes what is written, so all at once is safe.</summary>
    public override FixAllProvider? GetFixAllProvider() => All;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var (edits, isRemoval) = await PlanAsync(context.Document, OneByOne.Places(diagnostic).Begin, context.CancellationToken).ConfigureAwait(false);
            await Offer.RegisterAsync(context, diagnostic, isRemoval ? RemoveTitle : GuardTitle, EquivalenceKey, edits).ConfigureAwait(false);
        }
    }

    private static async Task<(TextEdits? Edits, bool IsRemoval)> PlanAsync(Document document, TextSpan place, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        var text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null || root.FindSpan(place)?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } call
            || call.ListStatement() is not ExpressionStatementSyntax { Parent: BlockSyntax } rollback || rollback.FirstAncestorOrSelf<CatchClauseSyntax>() is not { } handler)
        {
            return default;
        }

        var lines = new SourceLines(root, text);
        if (!lines.OwnsItsLines(rollback) || lines.HasDirective(lines.FirstLine(rollback), lines.LastLine(rollback)))
        {
            return default;
        }

        var isRemoval = IsDisposedByUsing(call, model, cancellationToken) && !WorksAfter(rollback, model, cancellationToken);
        return (isRemoval ? Removed(rollback, handler, lines) : Guarded(rollback, lines), isRemoval);
    }

    /// <summary>The transaction is a local of a <c>using</c> that ends behind the handler.</summary>
    private static bool IsDisposedByUsing(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken) =>
        call.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax receiver }
        && model.GetSymbolInfo(receiver, cancellationToken).Symbol is ILocalSymbol { IsUsing: true } local && DataLibrary.IsInLibrary(local.Type)
        && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method && DataLibrary.IsInLibrary(method)
        && local.DeclaringSyntaxReferences[0].GetSyntax(cancellationToken).EnclosingFunction() == call.EnclosingFunction();

    /// <summary>
    /// The handler asks the database for more, here or in what it calls: until <c>using</c> rolls back, the transaction is aborted, and its locks keep another connection waiting. Or it calls out,
    /// and the transaction would be open for as long.
    /// </summary>
    private static bool WorksAfter(StatementSyntax rollback, SemanticModel model, CancellationToken cancellationToken)
    {
        var facts = new FactSource(model, cancellationToken);
        return rollback.Siblings().SkipWhile(s => s != rollback).Skip(1).Select(facts.Of).Any(later => later.UsesDatabase || later.HasEffect || later.IsUnclear);
    }

    private static TextEdits Removed(StatementSyntax rollback, CatchClauseSyntax handler, SourceLines lines)
    {
        var edits = new TextEdits();
        if (Unwrapped(edits, rollback, handler, lines))
        {
            return edits;
        }

        // A comment above it stays: it may speak of more than the rollback.
        edits = new TextEdits();
        lines.DeleteInPlace(edits, lines.LineOf(rollback.SpanStart), lines.LastLine(rollback));
        return edits;
    }

    /// <summary>A handler that did nothing else is not needed any more, nor is its <c>try</c>.</summary>
    private static bool Unwrapped(TextEdits edits, StatementSyntax rollback, CatchClauseSyntax handler, SourceLines lines)
    {
        if (handler is not { Filter: null, Parent: TryStatementSyntax { Catches.Count: 1, Finally: null } attempt } || attempt.Block.Statements.Count == 0 || attempt.Parent is not BlockSyntax
            || handler.Block.Statements is not { Count: 2 } statements || statements[0] != rollback || statements[1] is not ThrowStatementSyntax { Expression: null }
            || !lines.OwnsItsLines(attempt) || handler.DescendantTrivia().Any(t => !string.IsNullOrWhiteSpace(t.ToString())))
        {
            return false;
        }

        var body = attempt.Block;
        var (open, close) = (lines.LineOf(body.OpenBraceToken.SpanStart), lines.LineOf(body.CloseBraceToken.SpanStart));
        var outer = lines.Indentation(lines.LineOf(attempt.SpanStart));
        var inner = lines.Indentation(lines.LineOf(body.Statements[0].SpanStart));
        if (!inner.StartsWith(outer, System.StringComparison.Ordinal) || inner.Length == outer.Length || !lines.StartsLine(body.CloseBraceToken) || lines.LineOf(body.Statements[0].SpanStart) <= open
            || body.CloseBraceToken.HasTrailingTrivia && body.CloseBraceToken.TrailingTrivia.Any(t => !string.IsNullOrWhiteSpace(t.ToString()))
            || body.OpenBraceToken.TrailingTrivia.Concat(attempt.TryKeyword.TrailingTrivia).Any(t => !string.IsNullOrWhiteSpace(t.ToString())) || lines.HasDirective(lines.LineOf(attempt.SpanStart), lines.LastLine(attempt)))
        {
            return false;
        }

        edits.Delete(TextSpan.FromBounds(lines.Text.Lines[lines.LineOf(attempt.SpanStart)].Start, lines.Text.Lines[open].EndIncludingLineBreak));
        for (var line = open + 1; line < close; line++)
        {
            if (!lines.IsBlank(line) && !lines.StartsInsideToken(line))
            {
                if (!lines.LineText(line).StartsWith(inner, System.StringComparison.Ordinal))
                {
                    return false;
                }

                edits.Delete(new TextSpan(lines.Text.Lines[line].Start, inner.Length - outer.Length));
            }
        }

        edits.Delete(TextSpan.FromBounds(lines.Text.Lines[close].Start, lines.Text.Lines[lines.LastLine(attempt)].EndIncludingLineBreak));
        return true;
    }

    private static TextEdits Guarded(StatementSyntax rollback, SourceLines lines)
    {
        var edits = new TextEdits();
        var (from, to) = (lines.FirstLine(rollback), lines.LastLine(rollback));
        var indentation = lines.Indentation(lines.LineOf(rollback.SpanStart));
        var step = lines.IndentationStep(rollback);
        var end = lines.LineEnd(from);
        edits.Insert(lines.Text.Lines[from].Start, $"{indentation}try{end}{indentation}{{{end}");
        lines.Indent(edits, from, to, step);
        var isLast = rollback.Siblings().Last() == rollback;
        lines.InsertBehind(edits, to,
            $"{indentation}}}{end}{indentation}catch{end}{indentation}{{{end}{indentation}{step}// The first failure counts.{end}{indentation}}}{end}" + (isLast || lines.IsBlank(to + 1) ? "" : end));
        return edits;
    }
}
