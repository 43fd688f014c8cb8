using System.Collections.Generic;
using System.Threading;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions.Splitting;

/// <summary>
/// Makes two transactions of one, with the call between them: commit, call, begin again. The success path sends the same commands and calls in the same
/// order. What is no longer so is that all of it is written or nothing, and the preview says that.
/// </summary>
internal static class Split
{
    internal const string Warning =
        "The two halves commit separately. If the process dies or an error comes between them, the first half stays written: something has to finish it or undo it.";

    public static IEnumerable<TextEdits> Plans(HeldCall call, CancellationToken cancellationToken)
    {
        foreach (var unit in SplitUnit.Of(call, cancellationToken))
        {
            if (SplitHalves.Of(unit, cancellationToken) is { } halves
                && new SplitChecks(halves, cancellationToken).Pass()
                && new SplitText(halves, cancellationToken).Write() is { } edits)
            {
                yield return edits;
            }
        }
    }
}
