using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Which types belong to a database library. A fix asks more broadly than the rules do: what might touch the database is not moved,
/// even where no rule would say a word about it.
/// </summary>
internal static class DataLibrary
{
    private static readonly string[] Roots = ["Npgsql", "NpgsqlTypes", "Dapper", "Microsoft.EntityFrameworkCore", "System.Data", "System.Transactions", "LinqToDB", "NHibernate", "Marten"];

    /// <summary>A type through which a command can run: connection, transaction, command, reader, context, set, query, scope.</summary>
    public static bool IsDataType(ITypeSymbol? type)
    {
        if (type is null || type.IsValueType || type.TypeKind == TypeKind.Error || type.SpecialType != SpecialType.None)
        {
            return false;
        }

        if (type is ITypeParameterSymbol parameter)
        {
            return parameter.ConstraintTypes.Any(IsDataType);
        }

        for (var current = type; current is not null; current = current.BaseType)
        {
            if (IsInLibrary(current) && !IsException(current))
            {
                return true;
            }
        }

        return type.AllInterfaces.Any(face => IsInLibrary(face) || IsQueryable(face)) || IsQueryable(type);
    }

    /// <summary>The driver of another database system: it has no part in the region, and what it does is seen outside.</summary>
    public static bool IsForeign(ITypeSymbol? type)
    {
        if (type is not { TypeKind: TypeKind.Class, DeclaringSyntaxReferences.IsEmpty: true } || IsInLibrary(type))
        {
            return false;
        }

        for (var current = type.BaseType; current is not null; current = current.BaseType)
        {
            if (IsIn(current, ["System.Data"]))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsInLibrary(ISymbol symbol) => IsIn(symbol, Roots);

    /// <summary>An EF Core context, one of its sets, or a query on one: a call on it may change the tracked objects.</summary>
    public static bool IsContextType(ITypeSymbol? type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current.Name is "DbContext" or "DbSet" or "ChangeTracker" or "EntityEntry" && IsIn(current, ["Microsoft.EntityFrameworkCore"]))
            {
                return true;
            }
        }

        return type is not null && (IsQueryable(type) || type.AllInterfaces.Any(IsQueryable));
    }

    public static bool IsIn(ISymbol symbol, IReadOnlyList<string> roots)
    {
        var space = symbol as INamespaceSymbol ?? symbol.ContainingNamespace;
        if (space is null || space.IsGlobalNamespace)
        {
            return false;
        }

        var name = space.ToDisplayString();
        return roots.Any(root => name.StartsWith(root, StringComparison.Ordinal) && (name.Length == root.Length || name[root.Length] == '.'));
    }

    private static bool IsQueryable(ITypeSymbol type) => type.Name == "IQueryable" && IsIn(type, ["System.Linq"]);

    private static bool IsException(ITypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current.Name == "Exception" && current.ContainingNamespace is { Name: "System", ContainingNamespace.IsGlobalNamespace: true })
            {
                return true;
            }
        }

        return false;
    }
}
