using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Retry;

/// <summary>Library types by full name, in metadata only: a type of the project's own that shares the name is none.</summary>
internal static class KnownTypes
{
    public static bool Is(ITypeSymbol? type, string space, string name) =>
        type is not null && type.Name == name && type.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty && type.ContainingNamespace?.ToDisplayString() == space;

    /// <summary>The type itself, or one that it derives from.</summary>
    public static bool DerivesFrom(ITypeSymbol? type, string space, string name)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            if (Is(t, space, name))
            {
                return true;
            }
        }

        return false;
    }

    public static bool Implements(ITypeSymbol? type, string space, string name)
    {
        if (type is null)
        {
            return false;
        }

        if (Is(type, space, name))
        {
            return true;
        }

        foreach (var i in type.AllInterfaces)
        {
            if (Is(i, space, name))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsDbContext(ITypeSymbol? type) => DerivesFrom(type, "Microsoft.EntityFrameworkCore", "DbContext");

    /// <summary>Members that belong to EF Core, wherever its packages put them.</summary>
    public static bool IsEfCore(ISymbol symbol) =>
        symbol.ContainingType?.ContainingNamespace?.ToDisplayString() is { } space && space.StartsWith("Microsoft.EntityFrameworkCore", System.StringComparison.Ordinal);
}
