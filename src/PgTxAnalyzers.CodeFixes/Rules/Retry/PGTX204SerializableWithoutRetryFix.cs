using System.Collections.Immutable;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;
using PgTxAnalyzers.Retry;
using PgTxAnalyzers.Rules.Retry;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>
/// Runs the transaction again when another one got in its way, or its connection was lost: in a pipeline or a loop, or in the strategy of a context that has one that retries. Of a scope that is serializable only because
/// nobody said otherwise, the level is stated instead: what it throws is known to no retry.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX204SerializableWithoutRetryFix : CodeFixProvider
{
    internal const string RetryKey = "PGTX204.Retry";
    internal const string RetryTitle = "Run the transaction again after a conflict or a lost connection";
    internal const string ConflictTitle = "Run the transaction again after a conflict";
    internal const string StateKey = "PGTX204.ReadCommitted";
    internal const string StateTitle = "State ReadCommitted";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX204");

    /// <summary>Which level a unit needs, and whether it may run twice, is for somebody to say, one by one.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            // The unit ends in another member: a retry around its begin would repeat that alone.
            if (root is null || model is null || diagnostic.Properties.ContainsKey(PGTX204SerializableWithoutRetry.Kept) || root.FindSpan(diagnostic.Location.SourceSpan)?.FirstAncestorOrSelf<ExpressionSyntax>() is not { } begin)
            {
                continue;
            }

            var lines = new SourceLines(root, await context.Document.GetTextAsync(context.CancellationToken).ConfigureAwait(false));
            if (begin is BaseObjectCreationExpressionSyntax scope)
            {
                await Offer.RegisterAsync(context, diagnostic, StateTitle, StateKey, ScopeOptions.State(context.Document, "ReadCommitted", scope, model, context.CancellationToken)).ConfigureAwait(false);
            }
            else if (EfWork.ContextOf(begin, model, context.CancellationToken) is { } type)
            {
                await InStrategyAsync(context, diagnostic, begin, type, model, lines).ConfigureAwait(false);
            }
            else if (RetryUnit.Of(begin, model, context.CancellationToken) is { } unit
                     && FilterFor(unit, begin, await Repeatable.AddsUpAsync(context.Document, unit.Span, context.CancellationToken).ConfigureAwait(false), model, context.CancellationToken) is { } filter
                     && await Repeatable.IsAsync(context.Document, unit.Span, context.CancellationToken, byHand: true).ConfigureAwait(false)
                     && IsWorthIt(unit.Span, root, Repeatable.ContextOf(context.Document, model, context.CancellationToken), context.CancellationToken))
            {
                var writer = new RetryWriter(unit, filter, model, lines, context.CancellationToken);
                var title = filter == RetryFilter.Conflict(model.Compilation) ? ConflictTitle : RetryTitle;
                if (!await Offer.RegisterAsync(context, diagnostic, title, RetryKey, writer.Pipeline()).ConfigureAwait(false))
                {
                    await Offer.RegisterAsync(context, diagnostic, title, RetryKey, writer.Loop()).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Without a strategy that retries EF Core wraps what is transient, and neither a pipeline nor a loop would know it: there PGTX201 comes first.</summary>
    private static async Task InStrategyAsync(CodeFixContext context, Diagnostic diagnostic, ExpressionSyntax begin, ITypeSymbol type, SemanticModel model, SourceLines lines)
    {
        var token = context.CancellationToken;

        // A level that is sent as text stands behind its begin.
        if (begin is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "BeginTransaction" or "BeginTransactionAsync" } }
            || Repeatable.ContextOf(context.Document, model, token) is not { } retry || retry.Settings.Retries(type) != true || WrappedUnit.Of(begin, model, retry, token) is not { } unit
            || !await Repeatable.IsAsync(context.Document, unit.Span, token).ConfigureAwait(false)
            || !IsWorthIt(unit.Span, begin.SyntaxTree.GetRoot(token), retry, token)

            // The strategy tries again after a lost connection too.
            || await Repeatable.AddsUpAsync(context.Document, unit.Span, token).ConfigureAwait(false)
            || await Offer.AcceptedAsync(context.Document, diagnostic.Id, diagnostic.Location.SourceSpan, unit.Edits(lines), token).ConfigureAwait(false) is not { } changed)
        {
            return;
        }

        context.RegisterCodeFix(CodeAction.Create(RetryTitle, cancel => Warned.AtAsync(changed, unit.Clear, unit.Span.Start, cancel), RetryKey), diagnostic);
    }

    /// <summary>A retry would see the failure, and find nothing of the first attempt.</summary>
    private static bool IsWorthIt(TextSpan unit, SyntaxNode root, RetryContext retry, CancellationToken cancellationToken) =>
        !new SwallowedFailures(retry, cancellationToken).AreAllIn(root, unit) && !new CommittedAlone(retry, cancellationToken).IsRepeatedBy(root, unit);

    /// <summary>
    /// With the opening inside, a lost connection is one more reason to try again. On a connection of the caller's only a conflict is, and only where the failed transaction is over before
    /// the next attempt begins. What counts further with each commit is tried again after a conflict alone: then nothing was committed, while a lost connection may have been lost behind the commit.
    /// </summary>
    private static RetryFilter? FilterFor(RetryUnit unit, ExpressionSyntax begin, bool addsUp, SemanticModel model, CancellationToken cancellationToken)
    {
        if (unit.Expression is not null)
        {
            return null;
        }

        if (unit.OpensSession(model))
        {
            return addsUp ? RetryFilter.Conflict(model.Compilation) : RetryFilter.Lost(model.Compilation);
        }

        return begin.ListStatement() is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } or UsingStatementSyntax && EfWork.ContextOf(begin, model, cancellationToken) is null
            ? RetryFilter.Conflict(model.Compilation)
            : null;
    }
}
