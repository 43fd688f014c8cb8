using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.CrossProject;

/// <summary>The members of interfaces that bodies await while a transaction of theirs is open.</summary>
internal static class ObligationSearch
{
    public static ImmutableArray<Obligation> In(CompilationContext context, CancellationToken cancellation) =>
        In(context, null, new ConcurrentDictionary<SyntaxNode, ImmutableArray<Obligation>>(), cancellation);

    /// <param name="wanted">The names of the members that matter; null: all.</param>
    /// <param name="known">What is owed by bodies that were looked at before.</param>
    public static ImmutableArray<Obligation> In(CompilationContext context, IReadOnlyCollection<string>? wanted, ConcurrentDictionary<SyntaxNode, ImmutableArray<Obligation>> known, CancellationToken cancellation)
    {
        var found = new List<Obligation>();
        var reach = wanted is null ? null : NameReach.Of(context.Bodies.Sources, wanted, context.MaxCallDepth, cancellation);
        foreach (var tree in context.Compilation.SyntaxTrees)
        {
            foreach (var declaration in reach?.LeadsIn(tree) == false ? Enumerable.Empty<SyntaxNode>() : context.Candidates(tree, cancellation))
            {
                if (reach?.Leads(declaration) == false)
                {
                    continue;
                }

                found.AddRange(known.TryGetValue(declaration, out var of) ? of : known.GetOrAdd(declaration, context.Bodies.Graph(declaration, cancellation) is { } graph
                    ? Of(context, declaration, graph, cancellation).ToImmutableArray()
                    : ImmutableArray<Obligation>.Empty));
            }
        }

        return found.GroupBy(o => o.Id).Select(g => g.OrderByDescending(o => o.Level).ThenBy(o => o.Chain.Length).ThenBy(o => o.Chain, StringComparer.Ordinal).First())
            .OrderBy(o => o.Id, StringComparer.Ordinal).ToImmutableArray();
    }

    private static IEnumerable<Obligation> Of(CompilationContext context, SyntaxNode declaration, ControlFlowGraph graph, CancellationToken cancellation)
    {
        var method = BodyCatalog.MethodOf(declaration, context.Bodies.Model(declaration.SyntaxTree), cancellation);
        var whole = RootAnalysis.Run(context, graph, method, cancellation);
        var flows = new List<BodyFlow> { whole };
        foreach (var (inner, function) in NestedBodies.Of(graph, (g, f) => whole.Facts.Run.Contains(f) || NestedBodies.IsHandedOut(g.OriginalOperation.Syntax), cancellation))
        {
            if (!whole.Facts.Run.Contains(function) && context.Helpers.CanHaveTransaction(inner.OriginalOperation.Syntax, cancellation))
            {
                flows.Add(RootAnalysis.Run(context, inner, function, cancellation));
            }
        }

        var name = method is null ? "the program" : Names.Of(method);
        foreach (var fact in flows.SelectMany(f => f.Held).Where(h => h.Reach.Member is not null))
        {
            // As for a sink: not a transaction that is long by intent, or that unknown code may have ended, or in which nothing has been opened yet.
            var level = fact.Regions.Where(r => r is { IsLive: true, Intended: false, OutOfSight: false }).Select(r => r.Level).DefaultIfEmpty(Level.None).Max();
            var at = SourceLine.Of(fact.Place!);
            var rule = level >= Level.Open ? "PGTX101" : "PGTX103";
            if (level != Level.None && !Suppression.IsSuppressed(context.Compilation, fact.Place!, method, rule, cancellation))
            {
                yield return new Obligation(
                    fact.Reach.Member!, level, name, at.File, at.Line, string.Join(" → ", fact.Reach.Chain.Select(s => s.Name)));
            }
        }
    }
}
