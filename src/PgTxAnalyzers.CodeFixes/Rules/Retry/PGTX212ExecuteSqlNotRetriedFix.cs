using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>
/// Runs one <c>ExecuteSql*</c> inside the context's strategy. Not offered where the method, or one that leads to it, begins a transaction: there the unit has to be wrapped, not
/// the statement; nor of a command that would count twice when the reply to its commit is lost.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX212ExecuteSqlNotRetriedFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX212.WrapInStrategy";
    internal const string Title = "Run it inside the execution strategy";
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX212");

    /// <summary>Whether a command may run twice is for somebody to say, one by one.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (root is not null && model is not null && root.FullSpan.Contains(diagnostic.Location.SourceSpan)
                && root.FindToken(diagnostic.Location.SourceSpan.Start).Parent?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } call)
            {
                // A strategy that retries refuses to be begun inside a transaction (EF Core documentation, "Connection resiliency").
                var retry = Repeatable.ContextOf(context.Document, model, context.CancellationToken);
                if (!Callers.BeginTransaction(call, retry, context.CancellationToken) && !new AddedUp(retry, context.CancellationToken).IsIn([call]))
                {
                    await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, Plan(call, model, context.CancellationToken)).ConfigureAwait(false);
                }
            }
        }
    }

    private static TextEdits? Plan(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken)
    {
        // `db.Database.ExecuteSql…`: the context is evaluated a second time, so it has to be a mere name.
        if (call.Expression is not MemberAccessExpressionSyntax { Expression: { } facade } access || facade.DescendantNodesAndSelf().Any(n => n is InvocationExpressionSyntax or AwaitExpressionSyntax)
            || call.DescendantNodes().Any(n => n is AwaitExpressionSyntax)
            || call.EnclosingFunction() is not { })
        {
            return null;
        }

        var isAsync = access.Name.Identifier.ValueText.EndsWith("Async", System.StringComparison.Ordinal);
        var token = call.ArgumentList.Arguments.Select(a => a.Expression).OfType<IdentifierNameSyntax>()
            .FirstOrDefault(e => model.GetTypeInfo(e, cancellationToken).Type is { Name: "CancellationToken" });
        var edits = new TextEdits();
        var run = isAsync ? "ExecuteAsync" : "Execute";
        edits.Insert(call.SpanStart, $"{facade}.CreateExecutionStrategy().{run}({(token is null ? "()" : token.Identifier.ValueText)} => ");
        edits.Insert(call.Span.End, token is null ? ")" : $", {token.Identifier.ValueText})");
        return edits;
    }
}
