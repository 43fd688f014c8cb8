using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// What the references of a compilation say about their methods. An assembly whose source is in sight is followed instead; one that says
/// nothing, or nothing that can be read, is as unknown as one without the package.
/// </summary>
internal sealed partial class ForeignEffects
{
    /// <summary>Implementations of one member in other projects that are looked at; a member with more is a plug-in point, and unknown.</summary>
    private const int MaxImplementations = 24;

    public static readonly CarriedValues<AssemblyEffects> Carried = new(EffectText.Key, EffectText.Read);

    private readonly ImmutableArray<(IAssemblySymbol Assembly, AssemblyEffects Effects)> assemblies;
    private readonly Dictionary<IAssemblySymbol, AssemblyEffects> byAssembly = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, ImmutableArray<ForeignTarget>> cache = new(SymbolEqualityComparer.Default);
    private readonly Lazy<Dictionary<ISymbol, List<INamedTypeSymbol>>> derived;

    private ForeignEffects(ImmutableArray<(IAssemblySymbol, AssemblyEffects)> assemblies)
    {
        this.assemblies = assemblies;
        foreach (var (assembly, effects) in assemblies)
        {
            byAssembly[assembly] = effects;
        }

        derived = new Lazy<Dictionary<ISymbol, List<INamedTypeSymbol>>>(Derived);
        Names = assemblies.SelectMany(a => a.Item2.All).Where(m => m.Effect is not null).Select(m => SimpleName(m.Type, m.Key)).ToImmutableHashSet();
        var beginning = assemblies.SelectMany(a => a.Item2.All).Where(m => m.Effect is { } effect && CanBegin(effect)).ToList();
        BeginNames = beginning.Select(m => SimpleName(m.Type, m.Key)).ToImmutableHashSet();
        CommitNames = assemblies.SelectMany(a => a.Item2.All).Where(m => m.Effect?.Rows.Any(r => r.WithOwn && r.Exits.Any(e => e.Fates[Probe.Own] == 'x')) == true).Select(m => SimpleName(m.Type, m.Key)).ToImmutableHashSet();
        BeginProperties = beginning.Where(m => IsGetter(m.Key)).Select(m => SimpleName(m.Type, m.Key)).ToImmutableHashSet();
    }

    /// <summary>The simple names of all methods of which anything is known; a type's name stands for its constructors.</summary>
    public ImmutableHashSet<string> Names { get; }

    /// <summary>Those that can leave a region open, or run a delegate in one.</summary>
    public ImmutableHashSet<string> BeginNames { get; }

    /// <summary>Those that commit a transaction which their object holds.</summary>
    public ImmutableHashSet<string> CommitNames { get; }

    /// <summary>Those of properties.</summary>
    public ImmutableHashSet<string> BeginProperties { get; }

    public static ForeignEffects In(Compilation compilation, CancellationToken cancellation)
    {
        var found = ImmutableArray.CreateBuilder<(IAssemblySymbol, AssemblyEffects)>();
        foreach (var assembly in compilation.SourceModule.ReferencedAssemblySymbols)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Carried.Of(assembly) is { } effects)
            {
                found.Add((assembly, effects));
            }
        }

        return new ForeignEffects(found.ToImmutable());
    }

    /// <summary>The effects of what a call can run in other projects.</summary>
    public ImmutableArray<ForeignTarget> Of(IMethodSymbol method, Value receiver, bool isBaseCall)
    {
        if (assemblies.IsEmpty)
        {
            return ImmutableArray<ForeignTarget>.Empty;
        }

        var definition = (method.ReducedFrom ?? method).OriginalDefinition;
        if (!Targets.IsOverridable(definition) || isBaseCall)
        {
            return Target(definition) is { } target ? ImmutableArray.Create(target) : ImmutableArray<ForeignTarget>.Empty;
        }

        if (receiver is Value.Instance { Exact: true, Type: { } type })
        {
            return Targets.Implementation(definition, type) is { } one && Target(one) is { } own ? ImmutableArray.Create(own) : ImmutableArray<ForeignTarget>.Empty;
        }

        return cache.GetOrAdd(Targets.AsCalled(method), Implementations);
    }

    /// <summary>Whether anything is known that a call of the method does.</summary>
    public bool Matters(IMethodSymbol method) => !Of(method, Value.Nothing, false).IsEmpty;

    /// <summary>The method's assembly says what its methods do; of one that it does not name, that it does nothing.</summary>
    public bool Knows(IMethodSymbol method) =>
        method.ContainingAssembly is { } assembly && byAssembly.ContainsKey(assembly) && (!method.IsAbstract || Matters(method));

    /// <summary>Some method of the type does something to a transaction that its object holds.</summary>
    public bool EndsItsOwn(INamedTypeSymbol type) => type.ContainingAssembly is { } assembly && byAssembly.TryGetValue(assembly, out var effects) && effects.EndsItsOwn(type.OriginalDefinition);

    /// <summary>What is known of this very method.</summary>
    public ForeignTarget? Target(IMethodSymbol method) =>
        method.ContainingAssembly is { } assembly && byAssembly.TryGetValue(assembly, out var effects) && effects.Of(method)?.Effect is { } effect ? new ForeignTarget(method, effect) : null;

    /// <summary>The classes of other projects that an object of the type can be, as far as anything is known of them.</summary>
    public IEnumerable<INamedTypeSymbol> Classes(INamedTypeSymbol type)
    {
        var found = derived.Value.TryGetValue(type.OriginalDefinition, out var below) ? below : Enumerable.Empty<INamedTypeSymbol>();
        return type is { TypeKind: TypeKind.Class, IsAbstract: false } && byAssembly.ContainsKey(type.ContainingAssembly) ? found.Append(type.OriginalDefinition) : found;
    }

    /// <summary>Each constructor of the class leaves one transaction in the object, on each of its ways.</summary>
    public bool BeginsWhereMade(INamedTypeSymbol type) => type.InstanceConstructors.Length > 0 && type.InstanceConstructors.All(c =>
        Target(c) is { Effect.Rows: { IsEmpty: false } rows } && !rows[0].Exits.IsEmpty && rows[0].Exits.All(e => e.Regions.Length == 1 && e.Regions[0] is { Kind: RegionKind.Transaction or RegionKind.Facade, Holder: Holder.Object or Holder.This }));

    /// <summary>The handlers of requests of this type in other projects.</summary>
    /// <param name="mediator">The root namespace of the library that dispatches them.</param>
    public IEnumerable<ForeignTarget> Handlers(ITypeSymbol? request, string mediator, ModelSet models)
    {
        if (assemblies.IsEmpty || request is null)
        {
            yield break;
        }

        foreach (var entry in derived.Value)
        {
            if (entry.Key is not INamedTypeSymbol { TypeKind: TypeKind.Interface, IsGenericType: true } definition || SymbolNames.RootOf(definition) != mediator)
            {
                continue;
            }

            foreach (var member in definition.GetMembers().Where(m => models.Find(m).Role == ApiRole.Handler))
            {
                foreach (var type in entry.Value)
                {
                    foreach (var contract in type.AllInterfaces.Where(i => SymbolEqualityComparer.Default.Equals(i.OriginalDefinition, definition) && SymbolEqualityComparer.Default.Equals(i.TypeArguments[0], request)))
                    {
                        if (contract.GetMembers(member.Name).Select(type.FindImplementationForInterfaceMember).OfType<IMethodSymbol>().FirstOrDefault() is { } method && Target(method) is { } target)
                        {
                            yield return target;
                        }
                    }
                }
            }
        }
    }

    private ImmutableArray<ForeignTarget> Implementations(IMethodSymbol method) => Few(Runnable(method).Select(Target).OfType<ForeignTarget>());

    /// <summary>The member itself, where it has a body, and what implements or overrides it, each once.</summary>
    private IEnumerable<IMethodSymbol> Runnable(IMethodSymbol method)
    {
        var (definition, seen) = (method.OriginalDefinition, new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default));
        if (!definition.IsAbstract)
        {
            seen.Add(definition);
            yield return definition;
        }

        if (derived.Value.TryGetValue(definition.ContainingType, out var types))
        {
            foreach (var type in types.Where(t => Targets.CanBe(t, method.ContainingType)))
            {
                if (Targets.Implementation(definition, type) is { IsAbstract: false } one && seen.Add(one))
                {
                    yield return one;
                }
            }
        }
    }

    private static ImmutableArray<T> Few<T>(IEnumerable<T> found)
    {
        var all = found.ToImmutableArray();
        return all.Length > MaxImplementations ? ImmutableArray<T>.Empty : all;
    }

    /// <summary>The concrete types of which effects are known, by each of their interfaces and base types.</summary>
    private Dictionary<ISymbol, List<INamedTypeSymbol>> Derived()
    {
        var map = new Dictionary<ISymbol, List<INamedTypeSymbol>>(SymbolEqualityComparer.Default);
        foreach (var (assembly, effects) in assemblies)
        {
            foreach (var name in effects.Types.OrderBy(t => t, StringComparer.Ordinal))
            {
                if (assembly.GetTypeByMetadataName(name) is { IsAbstract: false, TypeKind: TypeKind.Class or TypeKind.Struct } type)
                {
                    foreach (var i in type.AllInterfaces)
                    {
                        Add(i, type);
                    }

                    for (var t = type.BaseType; t is not null && t.SpecialType == SpecialType.None; t = t.BaseType)
                    {
                        Add(t, type);
                    }
                }
            }
        }

        return map;

        void Add(INamedTypeSymbol of, INamedTypeSymbol type)
        {
            if (!map.TryGetValue(of.OriginalDefinition, out var list))
            {
                map[of.OriginalDefinition] = list = new List<INamedTypeSymbol>();
            }

            list.Add(type);
        }
    }

    private static bool CanBegin(MethodEffect effect) =>
        effect.Rows.Any(r => r.Runs.Any() || r.Exits.Any(e => !e.Regions.IsEmpty));

    private static string SimpleName(string type, string method)
    {
        var key = method.IndexOf('#') is var hash && hash < 0 ? method : method.Substring(0, hash);
        if (key == ".ctor")
        {
            var name = type.Substring(type.LastIndexOfAny(new[] { '.', '+' }) + 1);
            return name.IndexOf('`') is var tick && tick < 0 ? name : name.Substring(0, tick);
        }

        key = key.Substring(key.LastIndexOf('.') + 1);
        return key.StartsWith("get_", StringComparison.Ordinal) ? key.Substring(4) : key;
    }

    private static bool IsGetter(string method) => method.Substring(method.LastIndexOf('.') + 1).StartsWith("get_", StringComparison.Ordinal);

    /// <summary>Not the source of another project, which is followed, nor the framework.</summary>
    public static bool CanCarry(IAssemblySymbol assembly) => !IsFramework(assembly.Name) && assembly is not ISourceAssemblySymbol && !assembly.Locations.Any(l => l.IsInSource);

    private static bool IsFramework(string name) =>
        name is "mscorlib" or "netstandard" or "WindowsBase" or "System" || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal);
}

/// <summary>A method of another project that a call can run.</summary>
internal sealed record ForeignTarget(IMethodSymbol Method, MethodEffect Effect);
