using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Pooling;

/// <summary>Lets what a command leaves in the session end with the transaction that it runs in: <c>SET LOCAL</c>, a transaction lock, <c>ON COMMIT DROP</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX310SessionStateLeaksFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX310.EndWithTransaction";

    private static readonly SessionTextFix Fix = new("Let it end with the transaction (SET LOCAL, transaction lock, ON COMMIT DROP)", EquivalenceKey, Rewrite);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX310");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => Fix.FixAll;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            await Fix.RegisterAsync(context, diagnostic).ConfigureAwait(false);
        }
    }

    /// <summary>One text may leave things of several kinds: each that there is a form for.</summary>
    private static bool Rewrite(SessionText text, TextEdits edits) =>
        SqlRewrites.SetLocal(text, edits) | SqlRewrites.TransactionLock(text, edits) | SqlRewrites.OnCommitDrop(text, edits);
}
