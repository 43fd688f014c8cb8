using System.Collections.Immutable;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
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

    /// <summary>For documents: Npgsql runs the statements unprepared, with the same results.</summary>
    public override FixAllProvider GetFixAllProvider() => new OneByOne("PGTX304", async (document, places, key, cancellationToken) => key == RemoveKey
        ? await RemoveAsync(document, places.Place, cancellationToken).ConfigureAwait(false)
        : await IsCallAsync(document, places.Place, cancellationToken).ConfigureAwait(false) ? null : await AutoPrepare.PlanAsync(document, places.Place, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var place = diagnostic.Location.SourceSpan;
            if (context.TextDocument is AdditionalDocument || !await IsCallAsync(context.Document, place, context.CancellationToken).ConfigureAwait(false))
            {
                await AutoPrepare.RegisterAsync(context, diagnostic).ConfigureAwait(false);
            }
            else
            {
                var edits = await RemoveAsync(context.Document, place, context.CancellationToken).ConfigureAwait(false);
                await Offer.RegisterAsync(context, diagnostic, "Remove the call: Npgsql runs the statement unprepared", RemoveKey, edits).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The finding stands on a call, and not on a connection string.</summary>
    private static async Task<bool> IsCallAsync(Document document, TextSpan place, CancellationToken cancellationToken) => await CallAsync(document, place, cancellationToken).ConfigureAwait(false) is not null;

    private static async Task<InvocationExpressionSyntax?> CallAsync(Document document, TextSpan place, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        return root?.FindSpan(place)?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } call && call.Span == place ? call : null;
    }

    private static async Task<TextEdits?> RemoveAsync(Document document, TextSpan place, CancellationToken cancellationToken)
    {
        // Only a statement of its own can go: a task that is kept is asked for later.
        if ((await CallAsync(document, place, cancellationToken).ConfigureAwait(false))?.ListStatement() is not ExpressionStatementSyntax statement
            || statement.Expression is not (InvocationExpressionSyntax or AwaitExpressionSyntax))
        {
            return null;
        }

        var lines = new SourceLines(statement.SyntaxTree.GetRoot(cancellationToken), await document.GetTextAsync(cancellationToken).ConfigureAwait(false));
        if (!lines.OwnsItsLines(statement) || lines.FirstLine(statement) != lines.LineOf(statement.SpanStart))
        {
            return null;
        }

        var edits = new TextEdits();
        lines.DeleteInPlace(edits, lines.LineOf(statement.SpanStart), lines.LastLine(statement));
        return edits;
    }
}
