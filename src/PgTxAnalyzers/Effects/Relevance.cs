using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Which callees can matter at all: those that reach a library's member that a model names, or run a delegate. A search over the calls in
/// their bodies, without any control-flow graph; each method is looked at once per compilation.
/// </summary>
internal sealed class Relevance
{
    private static readonly HashSet<IMethodSymbol> NoCallees = new(SymbolEqualityComparer.Default);

    private readonly CompilationContext context;
    private readonly Func<ApiRole, bool> matters;
    private readonly Lazy<NameReach> reach;
    private readonly ConcurrentDictionary<IMethodSymbol, Calls> calls = new(SymbolEqualityComparer.Default);

    /// <summary>
    /// How many calls away the nearest member is that matters; ~n: more than n. Facts about the code alone, so it is the same who has asked before,
    /// from how deep, and on which thread.
    /// </summary>
    private readonly ConcurrentDictionary<IMethodSymbol, int> nearest = new(SymbolEqualityComparer.Default);

    /// <param name="matters">The roles that are looked for.</param>
    public Relevance(CompilationContext context, Func<ApiRole, bool> matters)
    {
        (this.context, this.matters) = (context, matters);
        reach = new Lazy<NameReach>(() =>
        {
            var members = context.Models.Names(role => matters(role) || role == ApiRole.Dispatch);
            if (members.MeansTypes)
            {
                members.Names.UnionWith(context.Models.Names(IsOnReceiver).Names);
            }

            return NameReach.Of(context.Bodies.Sources, members, matters(ApiRole.Proxy) ? context.Foreign.Names.Concat(context.Proxies.Names) : context.Foreign.Names, context.MaxCallDepth, default);
        });
    }

    /// <summary>Dapper's <c>QueryAsync</c> on another server's connection is a call of that server.</summary>
    private static bool IsOnReceiver(ApiRole role) => role is ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Begin;

    /// <summary>What may matter, by names alone.</summary>
    public NameReach Names => reach.Value;

    /// <param name="within">Calls below this one that are still followed: what lies deeper does not matter.</param>
    public bool Matters(IMethodSymbol method, int within, CancellationToken cancellation)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        if (nearest.TryGetValue(method, out var known) && (known >= 0 || ~known >= within))
        {
            return known >= 0 && known <= within;
        }

        // Breadth first: the nearest witness ends the search.
        var cameFrom = new Dictionary<IMethodSymbol, (IMethodSymbol? Caller, int Depth)>(SymbolEqualityComparer.Default) { [method] = (null, 0) };
        var level = new List<IMethodSymbol> { method };
        var (best, witness) = (int.MaxValue, method);
        for (var depth = 0; level.Count > 0 && depth <= within && depth < best; depth++)
        {
            var next = new List<IMethodSymbol>();
            foreach (var current in level)
            {
                cancellation.ThrowIfCancellationRequested();
                var own = CallsOf(current, cancellation);
                var distance = own.Matters ? 0 : nearest.TryGetValue(current, out var n) && n >= 0 ? n : -1;
                if (distance >= 0)
                {
                    (best, witness) = depth + distance < best ? (depth + distance, current) : (best, witness);
                    continue;
                }

                // Of what lies one call too deep nothing is found out, and nothing may be noted.
                foreach (var callee in depth < within ? own.Callees : NoCallees)
                {
                    if (!cameFrom.ContainsKey(callee) && !(nearest.TryGetValue(callee, out var d) && d < 0 && depth + 1 + ~d >= within))
                    {
                        cameFrom[callee] = (current, depth + 1);
                        next.Add(callee);
                    }
                }
            }

            level = next;
        }

        if (best > within)
        {
            foreach (var visited in cameFrom)
            {
                nearest.AddOrUpdate(visited.Key, ~(within - visited.Value.Depth), (_, old) => old >= 0 ? old : System.Math.Min(old, ~(within - visited.Value.Depth)));
            }

            return false;
        }

        for (IMethodSymbol? m = witness; m is not null; m = cameFrom[m].Caller)
        {
            nearest[m] = best - cameFrom[m].Depth;
        }

        return true;
    }

    private Calls CallsOf(IMethodSymbol method, CancellationToken cancellation) =>
        calls.TryGetValue(method, out var known) ? known : calls.GetOrAdd(method, Look(method, cancellation));

    private Calls Look(IMethodSymbol method, CancellationToken cancellation)
    {
        var search = new CallSearch(context, matters, Names, method, cancellation);
        return search.Matters() ? Calls.That : new Calls(false, search.Callees);
    }

    private sealed class Calls
    {
        public static readonly Calls That = new(true, new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default));

        public Calls(bool matters, HashSet<IMethodSymbol> callees) => (Matters, Callees) = (matters, callees);

        /// <summary>The body itself calls something that a model names, or a delegate.</summary>
        public bool Matters { get; }

        public HashSet<IMethodSymbol> Callees { get; }
    }
}
