using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Stores over a context that only the container knows: <c>UserManager.CreateAsync</c>. A context of ASP.NET Core Identity is made to be its store's, so a transaction on one has that statement in it.
/// </summary>
internal sealed partial class CallEvaluator
{
    private IReadOnlyList<Outcome> Stored(BodyRun run, CallSite call, bool writes, State state)
    {
        var cause = new Cause(call.Operation.Syntax, call.Method.ContainingType.Name + "." + call.Method.Name);
        var after = state.Update(r => r is { IsLive: true, IsContext: true } && IsIdentitys(r.ConnectionType), r => RegionOps.Raised(r, writes ? Level.Locking : Level.Open, cause, writes));
        return Unknown(run, call, after);
    }

    private static bool IsIdentitys(ITypeSymbol? context) => KnownTypes.DerivesFrom(context, "Microsoft.AspNetCore.Identity.EntityFrameworkCore", "IdentityUserContext");
}
