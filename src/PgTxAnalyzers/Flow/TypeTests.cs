using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>What <c>is</c> says about an object whose very type is known.</summary>
internal static class TypeTests
{
    /// <summary>The value of <c>x is T</c>; unknown where either type is.</summary>
    public static Value Of(Value value, ITypeSymbol? asked) => value switch
    {
        Value.Instance { Exact: true, Type: { } type } when asked is not null && IsClosed(asked) => Is(type, asked) ? Value.True : Value.False,
        _ => Value.Nothing,
    };

    /// <summary>The type is the other one, derives from it, or implements it.</summary>
    public static bool Is(ITypeSymbol type, ITypeSymbol asked)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(t, asked))
            {
                return true;
            }
        }

        return type.AllInterfaces.Any(i => SymbolEqualityComparer.Default.Equals(i, asked));
    }

    /// <summary>No part of the type is decided by whoever uses it.</summary>
    public static bool IsClosed(ITypeSymbol type) => type switch
    {
        ITypeParameterSymbol => false,
        INamedTypeSymbol named => named.TypeArguments.All(IsClosed) && (named.ContainingType is not { } outer || IsClosed(outer)),
        IArrayTypeSymbol array => IsClosed(array.ElementType),
        _ => true,
    };
}
