using System.Collections.Immutable;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>Names the missing states in <c>errorCodesToAdd</c>, in whatever overload of <c>EnableRetryOnFailure</c> is there.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX209RetryListIncompleteFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX209.CompleteList";
    internal const string Title = "Retry the missing states";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX209");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new FixAllInDocument();

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            var edits = new TextEdits();
            if (root is not null)
            {
                Plan(edits, root, diagnostic);
            }

            await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, edits).ConfigureAwait(false);
        }
    }

    private static void Plan(TextEdits edits, SyntaxNode root, Diagnostic diagnostic)
    {
        if (!diagnostic.Properties.TryGetValue("pgtx.states", out var missing) || string.IsNullOrEmpty(missing) || !root.FullSpan.Contains(diagnostic.Location.SourceSpan)
            || root.FindToken(diagnostic.Location.SourceSpan.Start).Parent?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } call
            || call.Expression is not MemberAccessExpressionSyntax { Name.Identifier.ValueText: "EnableRetryOnFailure" })
        {
            return;
        }

        var states = missing!.Split(',');
        var arguments = call.ArgumentList.Arguments;
        var named = arguments.FirstOrDefault(a => a.NameColon?.Name.Identifier.ValueText == "errorCodesToAdd");
        var list = named ?? (arguments.Count == 3 ? arguments[2] : arguments.Count == 1 && arguments[0].Expression is not LiteralExpressionSyntax { RawKind: (int)SyntaxKind.NumericLiteralExpression } && arguments[0].NameColon is null ? arguments[0] : null);
        if (arguments.Count == 0)
        {
            edits.Insert(call.ArgumentList.OpenParenToken.Span.End, "errorCodesToAdd: " + StateListText.Of(states, call.SyntaxTree));
        }
        else if (list is { Expression: var old } && old.IsKind(SyntaxKind.NullLiteralExpression))
        {
            edits.Replace(old.Span, StateListText.Of(states, call.SyntaxTree));
        }
        else if (list is not null)
        {
            StateListText.Append(edits, list.Expression, states);
        }
        else if (arguments.Count == 1)
        {
            // Only the longest overload has both; thirty seconds are what the short one waits at most.
            edits.Insert(arguments[0].Span.End, arguments[0].NameColon is null
                ? $", TimeSpan.FromSeconds(30), {StateListText.Of(states, call.SyntaxTree)}"
                : $", maxRetryDelay: TimeSpan.FromSeconds(30), errorCodesToAdd: {StateListText.Of(states, call.SyntaxTree)}");
        }
    }

    private sealed class FixAllInDocument : DocumentBasedFixAllProvider
    {
        protected override async Task<Document?> FixAllAsync(FixAllContext fixAllContext, Document document, ImmutableArray<Diagnostic> diagnostics)
        {
            var root = await document.GetSyntaxRootAsync(fixAllContext.CancellationToken).ConfigureAwait(false);
            var edits = new TextEdits();
            foreach (var diagnostic in diagnostics.GroupBy(d => d.Location.SourceSpan).Select(g => g.First()))
            {
                if (root is not null)
                {
                    Plan(edits, root, diagnostic);
                }
            }

            return await edits.ApplyAsync(document, fixAllContext.CancellationToken).ConfigureAwait(false);
        }
    }
}
