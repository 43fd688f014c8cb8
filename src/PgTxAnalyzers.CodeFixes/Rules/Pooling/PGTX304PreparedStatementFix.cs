using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Pooling;

/// <summary>Takes the call of <c>Prepare</c> out, or sets <c>Max Auto Prepare</c> to 0; in configuration files too. Npgsql runs the statement unprepared, with the same result.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, DocumentKinds = new[] { nameof(TextDocumentKind.Document), nameof(TextDocumentKind.AdditionalDocument) })]
public sealed class PGTX304PreparedStatementFix : CodeFixProvider
{
    internal const string RemoveKey = "PGTX304.RemovePrepare";
    internal const string AutoPrepareKey = "PGTX304.NoAutoPrepare";

    private static readonly ConnectionFix AutoPrepare = new(
        "Set 'Max Auto Prepare' to 0", AutoPrepareKey, ConnectionRewrites.NoAutoPrepare, (edits, creation) => BuilderEdits.Set(edits, creation, "MaxAutoPrepare", "0"));

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX304");

    /// <summary>None: upgrading the pooler is the better answer where there are many.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            if (context.TextDocument is AdditionalDocument)
            {
                await AutoPrepare.RegisterAsync(context, diagnostic).ConfigureAwait(false);
                continue;
            }

            var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
            if (root?.FindSpan(diagnostic.Location.SourceSpan)?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } call && call.Span == diagnostic.Location.SourceSpan)
            {
                await RemoveAsync(context, diagnostic, root, call).ConfigureAwait(false);
            }
            else
            {
                await AutoPrepare.RegisterAsync(context, diagnostic).ConfigureAwait(false);
            }
        }
    }

    private static async Task RemoveAsync(CodeFixContext context, Diagnostic diagnostic, SyntaxNode root, InvocationExpressionSyntax call)
    {
        // Only a statement of its own can go: a task that is kept is asked for later.
        if (call.ListStatement() is not ExpressionStatementSyntax statement || statement.Expression is not (InvocationExpressionSyntax or AwaitExpressionSyntax))
        {
            return;
        }

        var lines = new SourceLines(root, await context.Document.GetTextAsync(context.CancellationToken).ConfigureAwait(false));
        var edits = new TextEdits();
        if (lines.OwnsItsLines(statement) && lines.FirstLine(statement) == lines.LineOf(statement.SpanStart))
        {
            lines.DeleteLines(edits, lines.LineOf(statement.SpanStart), lines.LastLine(statement));
            await Offer.RegisterAsync(context, diagnostic, "Remove the call: Npgsql runs the statement unprepared", RemoveKey, edits).ConfigureAwait(false);
        }
    }
}
