using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// Publishes behind the commit. A message that is lost when the process dies between the two is what an outbox is for: that is the reader's
/// decision, so there is no way to apply it to many findings at once.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX107PublishedBeforeCommitFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX107.MoveAfterCommit";
    internal const string Title = "Publish after the commit";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX107");

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            if (await HeldCall.FindAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false) is { } call)
            {
                await Offer.RegisterFirstAsync(context, diagnostic, Title, EquivalenceKey, MoveAfterCommit.Plans(call, context.CancellationToken)).ConfigureAwait(false);
            }
        }
    }
}
