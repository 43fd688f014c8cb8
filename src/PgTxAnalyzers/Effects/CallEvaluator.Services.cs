using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Effects;

/// <summary>Objects out of a service container, and the scopes that they live in.</summary>
internal sealed partial class CallEvaluator
{
    private const string Container = "Microsoft.Extensions.DependencyInjection";

    /// <summary>
    /// <c>provider.GetRequiredService&lt;IWork&gt;()</c> hands out one object: what is begun through it is in its fields, and it is what its own rollback ends. It is none that was made here: what it
    /// works on may be the connection of another one out of the same container.
    /// </summary>
    private IReadOnlyList<Outcome>? Resolved(BodyRun run, CallSite call, State state)
    {
        // Never null: else the using would seem to end nothing on one of two paths.
        if (call.Method is { Name: "CreateScope", ReturnType: var scope } && KnownTypes.Is(scope, Container, "IServiceScope"))
        {
            return BodyRun.Single(state, new Value.Instance(new Place.Made(call.Operation.Syntax, run.Frame.Depth, null), scope, Exact: false));
        }

        if (call.Method is not { Name: "GetRequiredService" or "GetService" or "GetRequiredKeyedService" or "GetKeyedService", TypeArguments.Length: 1, ContainingType: { } type } || type.ContainingNamespace?.ToDisplayString() != Container)
        {
            return null;
        }

        var made = new Place.Made(call.Operation.Syntax, run.Frame.Depth, null);
        if (Initial(new Place.Slot(made, SlotKind.Resolved), call.Method.ReturnType) is not Value.Instance instance)
        {
            return null;
        }

        // In a loop it is another object each time.
        state = RegionOps.Remade(state, call.Operation.Syntax, run.Frame.Depth);
        return BodyRun.Single(state.Remove(state.Values.Keys.Where(k => Homecoming.IsPartOf(k, made)).ToList()), instance);
    }

    private static bool IsServiceScope(ITypeSymbol? type) => KnownTypes.Is(type, Container, "AsyncServiceScope") || KnownTypes.Is(type, Container, "IServiceScope");

    /// <summary>
    /// The contexts and the units of work that came out of a scope go with it, and so do the transactions that somebody has left in them: else they would seem to live on in the caller.
    /// (Where their variables have ended with the block, nothing is known of their fields any more.)
    /// </summary>
    private static bool GoesWithScope(Region region, SyntaxNode scope, State state) =>
        region.Resource is null && IsInside(region.Begin, scope)
        && (IsHeld(state, region)
            ? region.Kind is not (RegionKind.Scope or RegionKind.Sql) && state.Values.Where(v => v.Value is Value.Transaction t && t.Region.Equals(region.Id)).All(v => ResolvedAt(v.Key) is { } site && IsInside(site, scope))
            : region.IsContext || region.Escaped);

    /// <summary>Where the scope was made. (The disposal of a using has the syntax of what it disposes.)</summary>
    private static SyntaxNode ScopeOf(CallSite disposal) => disposal.Receiver is Value.Instance { Identity: Place.Made made } ? made.Site : disposal.Operation.Syntax;

    /// <summary>Where the object came out of its container whose part the place is; null: none did.</summary>
    public static SyntaxNode? ResolvedAt(Place place) => place switch
    {
        Place.Slot { Kind: SlotKind.Resolved, Owner: Place.Made made } => made.Site,
        Place.Member member => ResolvedAt(member.Owner),
        Place.Slot slot => ResolvedAt(slot.Owner),
        _ => null,
    };

    /// <summary>It stands behind the making of the scope, in the same text.</summary>
    private static bool IsInside(SyntaxNode begin, SyntaxNode held) => begin.SyntaxTree == held.SyntaxTree && begin.SpanStart > held.SpanStart;
}
