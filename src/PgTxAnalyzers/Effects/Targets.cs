using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>Which bodies in source a call can run.</summary>
internal sealed class Targets
{
    /// <summary>Implementations of one member that are looked into; a member with more is a plug-in point, and unknown.</summary>
    private const int MaxImplementations = 32;

    private readonly BodyCatalog bodies;
    private readonly ConcurrentDictionary<IMethodSymbol, ImmutableArray<IMethodSymbol>> cache = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, IMethodSymbol?> inherited = new(SymbolEqualityComparer.Default);
    private Dictionary<ISymbol, List<INamedTypeSymbol>>? derived;

    private readonly KeyedServices keyed;

    public Targets(BodyCatalog bodies, KeyedServices keyed) => (this.bodies, this.keyed) = (bodies, keyed);

    public ImmutableArray<IMethodSymbol> Of(IMethodSymbol method, Value receiver, bool isBaseCall, CancellationToken cancellation)
    {
        var definition = (method.ReducedFrom ?? method).OriginalDefinition;
        if (isBaseCall || !IsOverridable(definition))
        {
            return InSource(definition) ? ImmutableArray.Create(definition) : ImmutableArray<IMethodSymbol>.Empty;
        }

        if (receiver is Value.Instance { Exact: true, Type: { } type })
        {
            return Implementation(definition, type) is { } one && InSource(one) ? ImmutableArray.Create(one) : ImmutableArray<IMethodSymbol>.Empty;
        }

        if (IsOfFramework(definition.ContainingType))
        {
            // `IDisposable.Dispose` on an object of which no more is known runs nearly always a library's own: of those in source, only the one of the object's type counts.
            return receiver is Value.Instance { Type: INamedTypeSymbol { DeclaringSyntaxReferences.IsEmpty: false } held } && Implementation(definition, held) is { } its && InSource(its)
                ? Of(its, Value.Nothing, isBaseCall: false, cancellation)
                : ImmutableArray<IMethodSymbol>.Empty;
        }

        var wanted = AsCalled(method);
        return cache.TryGetValue(wanted, out var known) ? known : cache.GetOrAdd(wanted, Implementations(definition, wanted.ContainingType, cancellation));
    }

    /// <summary>The member of the interface or base class as it is constructed, where that says more: `IRepository&lt;Order&gt;.DeleteAsync` does not run the repository of customers.</summary>
    public static IMethodSymbol AsCalled(IMethodSymbol method)
    {
        method = method.ReducedFrom ?? method;
        return IsClosed(method.ContainingType) ? method.ConstructedFrom : method.OriginalDefinition;
    }

    /// <summary>An object of the type can be one of this interface or base class, as it is constructed.</summary>
    public static bool CanBe(INamedTypeSymbol type, INamedTypeSymbol owner)
    {
        if (!IsClosed(owner))
        {
            return true;
        }

        var constructed = (owner.TypeKind == TypeKind.Interface ? type.AllInterfaces : BasesOf(type)).Where(t => SymbolEqualityComparer.Default.Equals(t.OriginalDefinition, owner.OriginalDefinition)).ToList();
        return constructed.Count == 0 || constructed.Any(t => !IsClosed(t) || Fits(t, owner));
    }

    /// <summary>The interface as a type has it can be the one that is asked for: `in` takes a handler of a base type, `out` a source of a derived one.</summary>
    private static bool Fits(INamedTypeSymbol own, INamedTypeSymbol owner)
    {
        for (var i = 0; i < owner.TypeArguments.Length; i++)
        {
            var (has, wanted) = (own.TypeArguments[i], owner.TypeArguments[i]);
            if (!(owner.TypeParameters[i].Variance switch { VarianceKind.In => IsA(wanted, has), VarianceKind.Out => IsA(has, wanted), _ => SymbolEqualityComparer.Default.Equals(has, wanted) }))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsA(ITypeSymbol type, ITypeSymbol other) => other.SpecialType == SpecialType.System_Object || TypeTests.Is(type, other);

    /// <summary>A generic type of which each argument is known.</summary>
    private static bool IsClosed(INamedTypeSymbol? type) => type is { IsGenericType: true, IsUnboundGenericType: false } && type.TypeArguments.All(TypeTests.IsClosed);

    /// <summary>The type and those that it derives from.</summary>
    public static IEnumerable<INamedTypeSymbol> BasesOf(INamedTypeSymbol type)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            yield return t;
        }
    }

    public static bool IsOfFramework(INamedTypeSymbol type) => type.DeclaringSyntaxReferences.IsEmpty && SymbolNames.RootOf(type) == "System";

    /// <summary>What runs depends on the object's type.</summary>
    public static bool IsOverridable(IMethodSymbol definition) => definition.ContainingType is { } owner && !definition.IsStatic
        && (owner.TypeKind == TypeKind.Interface || definition.IsAbstract || definition.IsVirtual || (definition.IsOverride && !definition.IsSealed));

    /// <summary>An object that runs this class's bodies is of this class: nothing in source derives from it.</summary>
    public bool IsLeaf(INamedTypeSymbol type, CancellationToken cancellation) => type is { IsAbstract: false, TypeKind: TypeKind.Class } && !Derived(cancellation).ContainsKey(type);

    /// <summary>
    /// A call of a member of an interface or base class in source, or the MoveNext of a foreach, may run this type's own: it matters that an object is of this type.
    /// </summary>
    public static bool IsChosenAmongOthers(INamedTypeSymbol type) =>
        type.BaseType is { DeclaringSyntaxReferences.IsEmpty: false }
        || type.AllInterfaces.Any(i => i.DeclaringSyntaxReferences.IsEmpty ? i.Name is "IEnumerator" or "IAsyncEnumerator" : i.GetMembers().Any(m => m is IMethodSymbol { MethodKind: MethodKind.Ordinary }));

    private ImmutableArray<IMethodSymbol> Implementations(IMethodSymbol method, INamedTypeSymbol owner, CancellationToken cancellation)
    {
        var found = ImmutableArray.CreateBuilder<IMethodSymbol>();
        if (InSource(method) && !method.IsAbstract)
        {
            found.Add(method);
        }

        if (Derived(cancellation).TryGetValue(method.ContainingType, out var types))
        {
            foreach (var type in types.Where(t => CanBe(t, owner) && !keyed.IsByKeyAlone(owner, t, cancellation)))
            {
                if (Implementation(method, type) is { IsAbstract: false } one && InSource(one) && !found.Contains(one, SymbolEqualityComparer.Default))
                {
                    found.Add(one);
                }
            }
        }

        return found.Count > MaxImplementations ? ImmutableArray<IMethodSymbol>.Empty : found.ToImmutable();
    }

    /// <summary>
    /// The library's member that runs where an interface's is called: <c>class Shop : DbContext, IUnitOfWork</c> has <c>SaveChangesAsync</c> from the one for the other. Null where source has a body for it, or nobody implements it.
    /// </summary>
    public IMethodSymbol? Inherited(IMethodSymbol method, CancellationToken cancellation) => method.ContainingType is { TypeKind: TypeKind.Interface, DeclaringSyntaxReferences.IsEmpty: false }
        ? inherited.GetOrAdd(method.OriginalDefinition, m => Derived(cancellation).TryGetValue(m.ContainingType, out var types) && types.Select(t => Implementation(m, t)).OfType<IMethodSymbol>().ToList() is { Count: > 0 } all
            && all.All(i => !InSource(i)) ? all[0] : null)
        : null;

    /// <summary>What runs on an object of exactly this type; null: the type has no such member.</summary>
    public static IMethodSymbol? Implementation(IMethodSymbol method, ITypeSymbol type)
    {
        if (method.ContainingType.TypeKind == TypeKind.Interface)
        {
            // The interface as the type has it: constructed, for a generic one.
            foreach (var i in type.AllInterfaces)
            {
                if (SymbolEqualityComparer.Default.Equals(i.OriginalDefinition, method.ContainingType.OriginalDefinition)
                    && i.GetMembers(method.Name).FirstOrDefault(m => SymbolEqualityComparer.Default.Equals(m.OriginalDefinition, method)) is { } member)
                {
                    var found = (type.FindImplementationForInterfaceMember(member) as IMethodSymbol)?.OriginalDefinition;

                    // What a base class implements for the interface, the type may override.
                    return found is null ? (method.IsAbstract ? null : method)
                        : found.ContainingType.TypeKind == TypeKind.Interface ? found
                        : Implementation(found, type) ?? found;
                }
            }

            return null;
        }

        for (var t = type; t is not null; t = t.BaseType)
        {
            foreach (var member in t.GetMembers(method.Name))
            {
                for (var m = member as IMethodSymbol; m is not null; m = m.OverriddenMethod)
                {
                    if (SymbolEqualityComparer.Default.Equals(m.OriginalDefinition, method))
                    {
                        return ((IMethodSymbol)member).OriginalDefinition;
                    }
                }
            }
        }

        return null;
    }

    private static bool InSource(IMethodSymbol method) => !method.DeclaringSyntaxReferences.IsEmpty;

    /// <summary>The concrete types of the compilation by each base type and interface; made when the first virtual call asks.</summary>
    public Dictionary<ISymbol, List<INamedTypeSymbol>> Derived(CancellationToken cancellation)
    {
        if (derived is { } known)
        {
            return known;
        }

        var map = new Dictionary<ISymbol, List<INamedTypeSymbol>>(SymbolEqualityComparer.Default);
        foreach (var type in bodies.Sources.SelectMany(c => SourceTypes(c.Assembly.GlobalNamespace, cancellation)))
        {
            if (type.IsAbstract || type.TypeKind is not (TypeKind.Class or TypeKind.Struct))
            {
                continue;
            }

            foreach (var i in type.AllInterfaces)
            {
                Add(i);
            }

            for (var t = type.BaseType; t is not null && t.SpecialType == SpecialType.None; t = t.BaseType)
            {
                Add(t);
            }

            void Add(INamedTypeSymbol of)
            {
                var key = of.OriginalDefinition;
                if (!map.TryGetValue(key, out var list))
                {
                    map[key] = list = new List<INamedTypeSymbol>();
                }

                list.Add(type);
            }
        }

        return derived = map;
    }

    private static IEnumerable<INamedTypeSymbol> SourceTypes(INamespaceSymbol space, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var member in space.GetMembers())
        {
            foreach (var type in member is INamespaceSymbol inner ? SourceTypes(inner, cancellation) : Nested((INamedTypeSymbol)member))
            {
                yield return type;
            }
        }
    }

    private static IEnumerable<INamedTypeSymbol> Nested(INamedTypeSymbol type)
    {
        yield return type;
        foreach (var inner in type.GetTypeMembers())
        {
            foreach (var t in Nested(inner))
            {
                yield return t;
            }
        }
    }
}
