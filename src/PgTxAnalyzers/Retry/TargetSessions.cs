using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Retry;

/// <summary>Is a data source of several hosts asked, anywhere in sight, for the one that is wanted?</summary>
internal static class TargetSessions
{
    public static bool AreChosen(RetryContext context, CancellationToken cancellation) =>
        context.Compilation.Carried.Has(FactKind.TargetSession)
        || !context.Uses.Of("WithTargetSession", cancellation).IsEmpty

        // A connection string builder's property of that name speaks of one string, the type of the values of a choice.
        || !context.Uses.Of("TargetSessionAttributes", cancellation).All(use => context.Model(use).GetSymbolInfo(use, cancellation).Symbol is IPropertySymbol);
}
