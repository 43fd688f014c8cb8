using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.CrossProject;

/// <summary>What the rules about retries ask of the methods of references.</summary>
internal sealed partial class ForeignEffects
{
    private readonly ConcurrentDictionary<IMethodSymbol, ImmutableArray<ForeignWork>> works = new(SymbolEqualityComparer.Default);

    /// <summary>The methods of which work is known, by their simple names.</summary>
    public IEnumerable<(string Name, MethodWork Work)> AllWork =>
        from assembly in assemblies from method in assembly.Effects.All where method.Work is not null select (SimpleName(method.Type, method.Key), method.Work);

    /// <summary>What a call can run in other projects, of which work is known.</summary>
    public ImmutableArray<ForeignWork> WorkOf(IMethodSymbol method) =>
        assemblies.IsEmpty ? ImmutableArray<ForeignWork>.Empty : works.GetOrAdd(Targets.AsCalled(method), FindWork);

    /// <summary>A call runs a statement, or begins a transaction, in another project. What works with a connection of its own and is retried there is not seen.</summary>
    public bool Works(IMethodSymbol method) =>
        WorkOf(method).Any(w => !w.Work.Chain.IsEmpty)
        || Of(method, Flow.Value.Nothing, false).Any(t => t.Effect.Rows.Any(row =>
            row.Exits.Any(e => !e.Regions.IsEmpty || Rises(e.Fates)) || row.Runs.Any(r => !r.Regions.IsEmpty || Rises(r.Fates)) || row.Reaches.Any(r => Rises(r.Fates))));

    private static bool Rises(Fates fates) => fates.Text.Any(f => Fates.LevelOf(f) >= Flow.Level.Open);

    private ImmutableArray<ForeignWork> FindWork(IMethodSymbol method)
    {
        var definition = method.OriginalDefinition;
        var isOpen = Targets.IsOverridable(definition) && !Targets.IsOfFramework(definition.ContainingType);
        return Few((isOpen ? Runnable(method) : definition.IsAbstract ? Enumerable.Empty<IMethodSymbol>() : new[] { definition }).Select(WorkAt).OfType<ForeignWork>());
    }

    /// <summary>What is known of this very method.</summary>
    private ForeignWork? WorkAt(IMethodSymbol method) =>
        method.ContainingAssembly is { } assembly && byAssembly.TryGetValue(assembly, out var effects) && effects.Of(method)?.Work is { } work ? new ForeignWork(method, work) : null;
}
