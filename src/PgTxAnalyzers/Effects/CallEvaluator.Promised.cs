using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// <c>Task&lt;IDbContextTransaction&gt; BeginTransaction()</c> of an interface that nobody in sight implements: an application's own view of its context. What comes back is a driver's transaction, so the
/// member can only have begun one.
/// </summary>
internal sealed partial class CallEvaluator
{
    /// <summary>
    /// Null: the call promises none. A transaction that is passed in comes back: no begin of its own. An implementation that is in sight and was not worth following begins nothing: a double for tests.
    /// </summary>
    private IReadOnlyList<Outcome>? Promised(BodyRun run, CallSite call, State state) =>
        Promises(call.Method, context.Shapes) && !call.Values.Any(v => v is Value.Transaction) && TargetsOf(call).IsEmpty && !context.Foreign.Knows(call.Method) ? Begin(run, call, Value.Nothing, state) : null;

    /// <summary>Whoever implements the member, it begins a transaction.</summary>
    public static bool Promises(IMethodSymbol method, Shapes shapes) =>
        method is { IsAbstract: true, IsStatic: false, ContainingType.TypeKind: TypeKind.Interface } && OpenUnits.MayBegin(method.Name) && shapes.Of(Unwrapped(method.ReturnType)) == Shape.Transaction;
}
