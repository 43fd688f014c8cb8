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
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.CrossProject;

/// <summary>What bodies leave to later projects.</summary>
internal sealed record Owed(ImmutableArray<Obligation> Obligations, ImmutableArray<UnitObligation> Units)
{
    public static readonly Owed Nothing = new(ImmutableArray<Obligation>.Empty, ImmutableArray<UnitObligation>.Empty);

    public bool IsEmpty => Obligations.IsEmpty && Units.IsEmpty;
}

/// <summary>The members of interfaces that bodies await while a transaction of theirs is open; and what they wait for while one may be, behind another interface.</summary>
internal static class ObligationSearch
{
    /// <summary>Places at which the same is owed. Each is mended by itself; but an assembly is to stay small.</summary>
    private const int MaxPlaces = 32;

    /// <summary>Of units, for one project: they are guesses until their implementations are seen, and an assembly is to stay small.</summary>
    private const int MaxUnits = 1_000;

    public static Owed In(CompilationContext context, CancellationToken cancellation) =>
        In(context, null, new ConcurrentDictionary<SyntaxNode, Owed>(), cancellation);

    /// <param name="wanted">The names of the members that matter; null: all.</param>
    /// <param name="known">What is owed by bodies that were looked at before.</param>
    public static Owed In(CompilationContext context, IReadOnlyCollection<string>? wanted, ConcurrentDictionary<SyntaxNode, Owed> known, CancellationToken cancellation)
    {
        var found = new List<Owed>();
        var reach = wanted is null ? null : NameReach.Of(context.Bodies.Sources, wanted, context.MaxCallDepth, cancellation);
        var hasData = DataLibraries.IsReferencedBy(context.Compilation);
        var mayHaveUnits = wanted?.Any(n => OpenUnits.MayBegin(n) || OpenUnits.IsCommit(n)) != false;
        foreach (var tree in context.Compilation.SyntaxTrees.Where(t => reach?.LeadsIn(t) != false))
        {
            var candidates = hasData ? context.Candidates(tree, cancellation) : Enumerable.Empty<SyntaxNode>();
            foreach (var declaration in (mayHaveUnits ? candidates.Union(OpenUnits.Candidates(tree, cancellation)) : candidates).Where(d => reach?.Leads(d) != false))
            {
                found.Add(known.TryGetValue(declaration, out var of) ? of : known.GetOrAdd(declaration, context.Bodies.Graph(declaration, cancellation) is { } graph ? Of(context, declaration, graph, cancellation) : Owed.Nothing));
            }
        }

        return new Owed(
            found.SelectMany(o => o.Obligations).GroupBy(o => o.Id).Select(g => g.OrderByDescending(o => o.Level).ThenBy(o => o.Chain.Length).ThenBy(o => o.Chain, StringComparer.Ordinal).First())
                .OrderBy(o => o.Id, StringComparer.Ordinal).ToImmutableArray(),
            Fewest(found.SelectMany(o => o.Units)));
    }

    /// <summary>Of each place the way on which the least has been called since the begin; of equal ones the first places.</summary>
    private static ImmutableArray<UnitObligation> Fewest(IEnumerable<UnitObligation> units) => units
        .GroupBy(u => u.Id).Select(g => g.OrderBy(u => u.Unit.Since.Length).ThenBy(u => string.Join(" ", u.Unit.Since), StringComparer.Ordinal).ThenBy(u => u.Chain, StringComparer.Ordinal).First())
        .GroupBy(u => (u.Unit, u.Member, u.Kind, u.IsWait)).SelectMany(g => g.OrderBy(u => u.Id, StringComparer.Ordinal).Take(MaxPlaces))
        .OrderBy(u => u.Id, StringComparer.Ordinal).Take(MaxUnits).ToImmutableArray();

    private static Owed Of(CompilationContext context, SyntaxNode declaration, ControlFlowGraph graph, CancellationToken cancellation)
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
        var held = flows.SelectMany(f => f.Held).ToList();
        return new Owed(held.SelectMany(h => Transactions(context, h, method, name, cancellation)).ToImmutableArray(), held.SelectMany(h => Units(context, h, method, name, cancellation)).ToImmutableArray());
    }

    private static IEnumerable<Obligation> Transactions(CompilationContext context, Held fact, IMethodSymbol? method, string name, CancellationToken cancellation)
    {
        if (fact.Reach.Member is { } member)
        {
            // As for a sink: not a transaction that is long by intent, or that unknown code may have ended, or in which nothing has been opened yet.
            var level = fact.Regions.Where(r => r is { IsLive: true, Intended: false, OutOfSight: false }).Select(r => r.Level).DefaultIfEmpty(Level.None).Max();
            var at = SourceLine.Of(fact.Place!);
            var rule = level >= Level.Open ? "PGTX101" : "PGTX103";
            if (level != Level.None && !Suppression.IsSuppressed(context.Compilation, fact.Place!, method, rule, cancellation))
            {
                yield return new Obligation(member, level, name, at.File, at.Line, Chain(fact));
            }
        }
    }

    private static IEnumerable<UnitObligation> Units(CompilationContext context, Held fact, IMethodSymbol? method, string name, CancellationToken cancellation)
    {
        if (fact.Reach is { Member: null } and not { Deed: Deed.Sink, IsPipeline: false, Says: ReachKind.Reaches })
        {
            yield break;
        }

        foreach (var region in fact.Regions)
        {
            if (region.Resource?.Unit is { } unit && !Suppression.IsSuppressed(context.Compilation, fact.Place!, method, fact.Reach.IsWait ? "PGTX102" : "PGTX101", cancellation))
            {
                var at = SourceLine.Of(fact.Place!);
                yield return new UnitObligation(unit, fact.Reach.Member, fact.Reach.Kind, fact.Reach.IsWait, name, at.File, at.Line, Chain(fact));
            }
        }
    }

    private static string Chain(Held fact) => string.Join(" → ", fact.Reach.Chain.Select(s => s.Name));
}
