using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Pooling;

/// <summary>Adds <c>No Reset On Close=true</c> to the connection string, or <c>NoResetOnClose = true</c> to its builder; in configuration files too.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, DocumentKinds = new[] { nameof(TextDocumentKind.Document), nameof(TextDocumentKind.AdditionalDocument) })]
public sealed class PGTX306PoolResetsPooledSessionFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX306.NoResetOnClose";

    private static readonly ConnectionFix Fix = new(
        "Add 'No Reset On Close=true'", EquivalenceKey, ConnectionRewrites.KeepSessions, (edits, creation) => BuilderEdits.Set(edits, creation, "NoResetOnClose", "true"));

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX306");

    /// <summary>For documents. No host asks a provider for all findings of additional files.</summary>
    public override FixAllProvider GetFixAllProvider() =>
        new OneByOne("PGTX306", async (document, places, cancellationToken) => await Fix.PlanAsync(document, places.Place, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            await Fix.RegisterAsync(context, diagnostic).ConfigureAwait(false);
        }
    }
}
