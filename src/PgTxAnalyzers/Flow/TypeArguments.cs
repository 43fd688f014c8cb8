using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// What the type parameters of a body stand for in the call that runs it: <c>Send&lt;Rename&gt;</c> reaches the handlers of <c>Rename</c>, not those of every command.
/// </summary>
internal sealed class TypeArguments : IEquatable<TypeArguments>
{
    public static readonly TypeArguments None = new(ImmutableDictionary.Create<ITypeParameterSymbol, ITypeSymbol>(SymbolEqualityComparer.Default));

    /// <summary>Keyed by the graph, and gone with it: whether its calls depend on type parameters. Of all others each call is alike, and run once.</summary>
    private static readonly ConditionalWeakTable<ControlFlowGraph, object> Dependent = new();

    private readonly ImmutableDictionary<ITypeParameterSymbol, ITypeSymbol> map;

    private TypeArguments(ImmutableDictionary<ITypeParameterSymbol, ITypeSymbol> map) => this.map = map;

    /// <param name="called">The method as it is called, with what is known of its caller's parameters.</param>
    /// <param name="target">The definition that runs, perhaps another class's.</param>
    /// <param name="body">Its body.</param>
    public static TypeArguments Of(IMethodSymbol called, IMethodSymbol target, ControlFlowGraph body)
    {
        if (!(target.IsGenericMethod || target.ContainingType is { IsGenericType: true }) || !Depends(body))
        {
            return None;
        }

        var found = ImmutableDictionary.CreateBuilder<ITypeParameterSymbol, ITypeSymbol>(SymbolEqualityComparer.Default);
        Match(target.TypeParameters, called.TypeArguments, found);
        if (called.ContainingType is { } owner)
        {
            // `class Log<T> : IHandler<T>`, called as IHandler<Rename>.
            var own = target.ContainingType.AllInterfaces.Concat(Targets.BasesOf(target.ContainingType)).FirstOrDefault(t => SymbolEqualityComparer.Default.Equals(t.OriginalDefinition, owner.OriginalDefinition));
            Match(own?.TypeArguments ?? ImmutableArray<ITypeSymbol>.Empty, owner.TypeArguments, found);
        }

        return found.Count == 0 ? None : new TypeArguments(found.ToImmutable());
    }

    /// <summary>The method of the types that are known; the method itself where none of them is named.</summary>
    public IMethodSymbol In(IMethodSymbol method)
    {
        if (map.IsEmpty || method.ReducedFrom is not null || method.MethodKind is MethodKind.LocalFunction or MethodKind.AnonymousFunction || method.ContainingType is null)
        {
            return method;
        }

        var owner = (INamedTypeSymbol)In(method.ContainingType);
        var found = SymbolEqualityComparer.Default.Equals(owner, method.ContainingType) ? method.ConstructedFrom
            : owner.GetMembers(method.Name).OfType<IMethodSymbol>().FirstOrDefault(m => SymbolEqualityComparer.Default.Equals(m.OriginalDefinition, method.OriginalDefinition));
        return found is null ? method : found.IsGenericMethod ? found.Construct(method.TypeArguments.Select(In).ToArray()) : found;
    }

    private ITypeSymbol In(ITypeSymbol type) => type switch
    {
        ITypeParameterSymbol parameter => map.TryGetValue(parameter, out var known) ? known : type,
        INamedTypeSymbol { IsGenericType: true, IsUnboundGenericType: false, ContainingType: null } named when !named.TypeArguments.All(TypeTests.IsClosed) => named.ConstructedFrom.Construct(named.TypeArguments.Select(In).ToArray()),
        _ => type,
    };

    /// <summary>Of what is open itself nothing is learnt.</summary>
    private static void Match(IEnumerable<ITypeSymbol> parameters, IEnumerable<ITypeSymbol> arguments, ImmutableDictionary<ITypeParameterSymbol, ITypeSymbol>.Builder found)
    {
        foreach (var (parameter, argument) in parameters.Zip(arguments, (p, a) => (p, a)))
        {
            if (parameter is ITypeParameterSymbol open && TypeTests.IsClosed(argument))
            {
                found[open] = argument;
            }
        }
    }

    private static bool Depends(ControlFlowGraph body) => (bool)Dependent.GetValue(body, static graph =>
        graph.OriginalOperation.Descendants().OfType<IInvocationOperation>().Any(call => !call.TargetMethod.TypeArguments.All(TypeTests.IsClosed) || (call.TargetMethod.ContainingType is { } owner && !TypeTests.IsClosed(owner))));

    public bool Equals(TypeArguments? other) =>
        other is not null && (ReferenceEquals(this, other) || (map.Count == other.map.Count && map.All(e => other.map.TryGetValue(e.Key, out var same) && SymbolEqualityComparer.Default.Equals(e.Value, same))));

    public override bool Equals(object? obj) => Equals(obj as TypeArguments);

    public override int GetHashCode() => map.Sum(e => SymbolEqualityComparer.Default.GetHashCode(e.Value) % 1_000_003);
}
