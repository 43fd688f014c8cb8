using System.Collections.Immutable;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// Takes a wait out of the transaction: in front of it, behind its commit, or, for the back-off of a retry, behind its end in the handler. Like the moves of PGTX101
/// there is no way to apply them to many findings at once.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX102TransactionWaitsFix : CodeFixProvider
{
    internal const string MoveBeforeKey = "PGTX102.MoveBefore";
    internal const string MoveBeforeTitle = "Wait before the transaction";
    internal const string MoveAfterKey = "PGTX102.MoveAfterCommit";
    internal const string MoveAfterTitle = "Wait after the commit";
    internal const string EndFirstKey = "PGTX102.EndBeforeWait";
    internal const string EndFirstTitle = "End the transaction before the wait";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX102");

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var end = await EndBeforeWait.PlanAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false);
            if (await Offer.RegisterAsync(context, diagnostic, EndFirstTitle, EndFirstKey, end).ConfigureAwait(false)
                || await HeldCall.FindAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false) is not { } call || TakesALock(call, diagnostic))
            {
                continue;
            }

            await Offer.RegisterFirstAsync(context, diagnostic, MoveBeforeTitle, MoveBeforeKey, MoveBefore.Plans(call, context.CancellationToken)).ConfigureAwait(false);
            await Offer.RegisterFirstAsync(context, diagnostic, MoveAfterTitle, MoveAfterKey, MoveAfterCommit.Plans(call, context.CancellationToken)).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// A semaphore or a lock is taken for what follows it, and given back in some handler: elsewhere it would guard something else, or never be given back. The sink
    /// is the last location of the chain, or the call itself.
    /// </summary>
    private static bool TakesALock(HeldCall call, Diagnostic diagnostic)
    {
        var sink = diagnostic.AdditionalLocations.Count > 1 ? diagnostic.AdditionalLocations[diagnostic.AdditionalLocations.Count - 1] : diagnostic.Location;
        if (sink.SourceTree is not { } tree || !call.Model.Compilation.ContainsSyntaxTree(tree))
        {
            return true;
        }

        var model = tree == call.Model.SyntaxTree ? call.Model : call.Model.Compilation.GetSemanticModel(tree);
        return tree.GetRoot().FindSpan(sink.SourceSpan)?.AncestorsAndSelf().OfType<ExpressionSyntax>().Select(node => model.GetSymbolInfo(node).Symbol).FirstOrDefault(symbol => symbol is IMethodSymbol)
            is not { ContainingType.Name: not ("SemaphoreSlim" or "Semaphore" or "Mutex" or "Monitor" or "WaitHandle" or "ReaderWriterLockSlim" or "ReaderWriterLock" or "SpinLock") };
    }
}
