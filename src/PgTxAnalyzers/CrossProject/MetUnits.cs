using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// Where a unit of work that a referenced project uses by its interface meets its implementation: does that begin a transaction, is it still open at the call, and does the call
/// reach a sink? The finding stands where the sink's implementation is in this project's source, else where the unit's is, else at a registration of either.
/// </summary>
internal sealed class MetUnits
{
    private readonly CompilationContext context;
    private readonly MethodEffects effects;
    private readonly ImmutableArray<RegistrationSite> sites;
    private readonly ImmutableArray<(string Assembly, LooseEnds Ends)> references;
    private readonly CancellationToken cancellation;
    private readonly HashSet<string> met;

    public MetUnits(CompilationContext context, MethodEffects effects, ImmutableArray<RegistrationSite> sites, ImmutableArray<(string Assembly, LooseEnds Ends)> references, CancellationToken cancellation)
    {
        (this.context, this.effects, this.sites, this.references, this.cancellation) = (context, effects, sites, references, cancellation);
        met = new HashSet<string>(references.SelectMany(r => r.Ends.Met));
    }

    /// <summary>The findings, each with the obligation that it meets: one that an earlier project has met is met.</summary>
    public IEnumerable<(Diagnostic Finding, string Id)> Findings()
    {
        foreach (var unit in references.SelectMany(r => r.Ends.Units).Where(u => !met.Contains(u.Id)).GroupBy(u => u.Id).Select(g => g.First()))
        {
            if (Of(unit) is { } finding)
            {
                yield return (finding, unit.Id);
            }
        }
    }

    private Diagnostic? Of(UnitObligation owed)
    {
        if (Symbol(owed.Unit.Member) is not { } begin)
        {
            return null;
        }

        var isGiven = OpenUnits.IsCommit(begin.Name);
        foreach (var first in isGiven ? Constructors(begin) : Implementations(begin))
        {
            // Of a unit that was given as it is, nobody here can begin later.
            var level = LevelOf(first, owed.Unit);
            if (level == Level.None || (isGiven && level < Level.Open))
            {
                continue;
            }

            var subject = isGiven ? $"The transaction that {first.ContainingType.Name} has held since it was made, in {owed.Method} ({owed.File}:{owed.Line}),"
                : $"The transaction that {Names.Of(first)} begins for {owed.Method} ({owed.File}:{owed.Line})";
            if (owed.Member is null)
            {
                return At(first, begin) is { } here ? MetObligations.Finding(here, subject, level, owed.IsWait, owed.Kind, owed.Chain) : null;
            }

            foreach (var last in Symbol(owed.Member) is { } member ? Implementations(member) : Enumerable.Empty<IMethodSymbol>())
            {
                if (MetObligations.Worst(effects.Of(last)) is { } reach && !Ends(last, owed.Unit, first)
                    && (InSource(last) ?? InSource(first) ?? Registered(last, Symbol(owed.Member)!) ?? Registered(first, begin)) is { } place)
                {
                    level = MetObligations.LevelAt(level, reach, Begun(first, owed.Unit).SelectMany(Shared).ToArray());
                    return MetObligations.Finding(place, subject, level, reach.IsWait, reach.Kind, MetObligations.Chain(owed.Chain, last, reach));
                }
            }
        }

        return null;
    }

    /// <summary>A constructor of the one class that implements the commit, where each of them begins, on each of its ways: whoever commits it had it open.</summary>
    private IEnumerable<IMethodSymbol> Constructors(IMethodSymbol commit) =>
        Implementations(commit).Select(m => m.ContainingType).Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default).Take(2).ToList() is { Count: 1 } only
        && only[0].InstanceConstructors.All(c => effects.Of(c) is { Rows: { IsEmpty: false } rows } && rows[0].Exits.All(e => e.Regions.Any(IsTransaction)))
            ? only[0].InstanceConstructors.Take(1) : Enumerable.Empty<IMethodSymbol>();

    private static bool IsTransaction(ForeignRegion region) => region.Kind is not (RegionKind.Suppress or RegionKind.Scope);

    /// <summary>Of the transaction that the method begins, where the sink is reached; none: it begins none, it may be over, or nobody knows.</summary>
    private Level LevelOf(IMethodSymbol begin, OpenUnit unit)
    {
        var begun = Begun(begin, unit);
        var level = begun.Select(r => r.Level).DefaultIfEmpty(Level.None).Max();
        foreach (var member in level == Level.None ? ImmutableArray<string>.Empty : unit.Since)
        {
            var targets = Symbol(member) is { } called ? OnSameObject(called, begin) : new List<IMethodSymbol>();
            if (targets.Count == 0 || targets.Any(t => Ends(t, unit, begin)))
            {
                return Level.None;
            }

            level = targets.SelectMany(t => FatesIn(t, begun)).Select(Fates.LevelOf).Append(level).Max();
        }

        return level;
    }

    /// <summary>The regions that are left open by the member, or in which it runs its delegate.</summary>
    private List<ForeignRegion> Begun(IMethodSymbol begin, OpenUnit unit) => (effects.Of(begin)?.Rows ?? ImmutableArray<EffectRow>.Empty)
        .SelectMany(r => unit.Delegate is { } ordinal ? r.Runs.Where(d => d.Ordinal == ordinal && d is { IsWaited: true, Mediator.Length: 0 }).SelectMany(d => d.Regions) : r.Exits.SelectMany(e => e.Regions))
        .Where(IsTransaction).ToList();

    /// <summary>The method ends what is begun there, or may.</summary>
    private bool Ends(IMethodSymbol method, OpenUnit unit, IMethodSymbol begin) =>
        Begun(begin, unit) is var begun && (FatesIn(method, begun).Any(f => Fates.IsEnd(f) || f is 'g' or 'i') || (effects.Of(method) is null && !IsKnown(method)));

    /// <summary>What the method does to the transaction: as one that its object holds, or on the context or connection that the two share.</summary>
    private IEnumerable<char> FatesIn(IMethodSymbol method, List<ForeignRegion> begun) =>
        from row in effects.Of(method)?.Rows ?? ImmutableArray<EffectRow>.Empty
        from exit in row.Exits
        from region in begun
        from probe in Shared(region)
        select exit.Fates[probe];

    private static Probe[] Shared(ForeignRegion region) => new[] { Probe.Own, region.IsContext ? Probe.Context : Probe.Connection };

    private bool IsKnown(IMethodSymbol method) => !method.DeclaringSyntaxReferences.IsEmpty || context.Foreign.Knows(method);

    private IMethodSymbol? Symbol(string id) => DocumentationCommentId.GetFirstSymbolForDeclarationId(id, context.Compilation) as IMethodSymbol;

    /// <summary>Of a member of the unit's interfaces its own implementation, else all of them.</summary>
    private List<IMethodSymbol> OnSameObject(IMethodSymbol member, IMethodSymbol begin) =>
        Targets.Implementation(member, begin.ContainingType) is { } own ? new List<IMethodSymbol> { own } : Implementations(member).ToList();

    /// <summary>In source and in other projects; where registrations bind the service, theirs.</summary>
    private IEnumerable<IMethodSymbol> Implementations(IMethodSymbol member)
    {
        var bound = Bound(member).Select(s => Targets.Implementation(member, s.Implementation)).OfType<IMethodSymbol>().ToList();
        var all = bound.Count > 0 ? bound : context.Targets.Of(member, Value.Nothing, false, cancellation).Concat(context.Foreign.Of(member, Value.Nothing, false).Select(t => t.Method));
        return all.Distinct<IMethodSymbol>(SymbolEqualityComparer.Default).Where(m => !m.IsAbstract);
    }

    private IEnumerable<RegistrationSite> Bound(IMethodSymbol member) => sites.Where(s => SymbolEqualityComparer.Default.Equals(s.Service.OriginalDefinition, member.ContainingType.OriginalDefinition));

    private Location? At(IMethodSymbol method, IMethodSymbol member) => InSource(method) ?? Registered(method, member);

    private Location? InSource(IMethodSymbol method) =>
        SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, context.Compilation.Assembly) ? MetObligations.Identifier(method) : null;

    private Location? Registered(IMethodSymbol method, IMethodSymbol member) =>
        Bound(member).FirstOrDefault(s => SymbolEqualityComparer.Default.Equals(Targets.Implementation(member, s.Implementation), method))?.At.GetLocation();
}
