using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.CodeFixes.Editing;
using PgTxAnalyzers.CodeFixes.Rules.HeldTransactions.Splitting;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// Takes an external call out of the transaction that it holds open: in front of it, behind its commit, or between two transactions that it becomes. All keep
/// what the success path writes. What happens when the call fails is the reader's decision, so there is no way to apply them to many findings at once.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX101TransactionAcrossExternalCallFix : CodeFixProvider
{
    internal const string MoveBeforeKey = "PGTX101.MoveBefore";
    internal const string MoveBeforeTitle = "Move the call before the transaction";
    internal const string MoveAfterKey = "PGTX101.MoveAfterCommit";
    internal const string MoveAfterTitle = "Move the call after the commit";
    internal const string SplitKey = "PGTX101.Split";
    internal const string SplitTitle = "Split into two transactions around the call";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX101");

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            if (await HeldCall.FindAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false) is { } call)
            {
                await Offer.RegisterFirstAsync(context, diagnostic, MoveBeforeTitle, MoveBeforeKey, MoveBefore.Plans(call, context.CancellationToken)).ConfigureAwait(false);
                await Offer.RegisterFirstAsync(context, diagnostic, MoveAfterTitle, MoveAfterKey, MoveAfterCommit.Plans(call, context.CancellationToken)).ConfigureAwait(false);
                await Offer.RegisterFirstAsync(context, diagnostic, SplitTitle, SplitKey, Split.Plans(call, context.CancellationToken), Split.Warning).ConfigureAwait(false);
            }
        }
    }
}
