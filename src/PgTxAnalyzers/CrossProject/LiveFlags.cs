using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using Facts = System.Collections.Immutable.ImmutableDictionary<Microsoft.CodeAnalysis.ISymbol, PgTxAnalyzers.Flow.Value>;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// What an object's flags say while the transaction that it holds lives. A caller in another project knows nothing of them: to it, each unit of work that asks <c>hasCommitted</c> first
/// would seem to have committed already, and its transaction to live on behind every Commit and Dispose.
/// </summary>
/// <remarks>
/// An invariant, by induction: what the constructors that are given a transaction and the methods that begin one leave in the flags; then every method that sets one is run in it,
/// and where the transaction lives on, what it has set counts too. A flag that can be both is unknown.
/// </remarks>
internal sealed class LiveFlags
{
    /// <summary>Rounds until nothing changes: each can only forget flags. What is still changing then is unknown.</summary>
    private const int MaxRounds = 3;

    /// <summary>Methods of a type that are run; a type with more is not asked.</summary>
    private const int MaxMethods = 24;

    private static readonly Facts Unknown = Facts.Empty.WithComparers(SymbolEqualityComparer.Default);

    private readonly CompilationContext context;
    private readonly CancellationToken cancellation;
    private readonly ConcurrentDictionary<INamedTypeSymbol, Facts> known = new(SymbolEqualityComparer.Default);

    public LiveFlags(CompilationContext context, CancellationToken cancellation) => (this.context, this.cancellation) = (context, cancellation);

    public Facts Of(INamedTypeSymbol type) => known.GetOrAdd(type.OriginalDefinition, Find);

    /// <summary>The object has no flag that may be both while its transaction lives.</summary>
    public bool AreKnown(INamedTypeSymbol type) => Of(type).Count == Levels(type).SelectMany(ObjectFlags.Of).Count();

    private Facts Find(INamedTypeSymbol type)
    {
        var levels = Levels(type).ToList();
        var initially = Unknown.AddRange(levels.SelectMany(ObjectFlags.Of).Select(f => new KeyValuePair<ISymbol, Value>(f.Member, f.Initially)));
        var names = initially.Keys.Select(f => f.Name).ToImmutableHashSet();
        var methods = levels.SelectMany(t => t.GetMembers()).OfType<IMethodSymbol>().Where(m => !m.IsStatic && m.DeclaringSyntaxReferences.Length == 1).ToList();
        var setters = methods.Where(m => m.MethodKind != MethodKind.Constructor && Declaration(m) is var body && (Sets(body, names) || BodyUses.Of(body).Have(context.Models.BeginNames))).ToList();
        if (initially.IsEmpty || setters.Count > MaxMethods)
        {
            return Unknown;
        }

        var constructed = methods.Where(m => m.MethodKind == MethodKind.Constructor).SelectMany(m => Run(m, initially, withOwn: false)).ToList();
        var idle = constructed.Select(c => c.Flags).Aggregate(initially, Common);
        var live = constructed.Where(c => c.HoldsLive).Concat(setters.SelectMany(m => Run(m, idle, withOwn: false)).Where(r => r.HoldsLive)).Select(r => r.Flags).ToList();
        if (live.Count == 0)
        {
            return Unknown;
        }

        var facts = live.Aggregate(Common);
        for (var round = 0; round < MaxRounds; round++)
        {
            var after = setters.SelectMany(m => Run(m, facts, withOwn: true)).Where(r => r.HoldsLive).Select(r => r.Flags).Aggregate(facts, Common);
            if (after.Count == facts.Count)
            {
                return facts;
            }

            facts = after;
        }

        return Unknown;
    }

    private static IEnumerable<INamedTypeSymbol> Levels(INamedTypeSymbol type) => Targets.BasesOf(type).Select(t => t.OriginalDefinition).TakeWhile(t => !t.DeclaringSyntaxReferences.IsEmpty);

    /// <summary>How a method leaves the flags, and whether its object holds a transaction then: once for each way out.</summary>
    private IEnumerable<(Facts Flags, bool HoldsLive)> Run(IMethodSymbol method, Facts flags, bool withOwn)
    {
        if (context.Bodies.Graph(method, cancellation) is not { } graph)
        {
            return new[] { (flags, HoldsLive: method.MethodKind == MethodKind.Constructor && method.Parameters.Any(p => context.Shapes.Of(p.Type) == Shape.Transaction)) };
        }

        var (entry, facts) = (new ProbeEntry(context.Shapes, method, graph, withOwn, flags), new RootFacts());
        return entry.Walked(new CallEvaluator(context, facts, cancellation), cancellation).Exits.Select(state => (Common(flags, Left(flags, state)), new StateSummary(entry, facts, state, context.Shapes).HoldsLive));
    }

    private static Facts Left(Facts flags, State state) =>
        Unknown.AddRange(flags.Keys.Select(f => new KeyValuePair<ISymbol, Value>(f, state.Find(ProbeEntry.FlagPlace(f)) ?? Value.Nothing)));

    private static Facts Common(Facts one, Facts other) => one.RemoveRange(one.Where(f => !other.TryGetValue(f.Key, out var value) || !value.Equals(f.Value)).Select(f => f.Key));

    private SyntaxNode Declaration(IMethodSymbol method) => method.DeclaringSyntaxReferences[0].GetSyntax(cancellation);

    private static bool Sets(SyntaxNode body, ICollection<string> names) => body.DescendantNodes().OfType<AssignmentExpressionSyntax>().Any(a => a.Left switch
    {
        IdentifierNameSyntax name => names.Contains(name.Identifier.ValueText),
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name: var name } => names.Contains(name.Identifier.ValueText),
        _ => false,
    });
}
