using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Types whose values stay what they are when the connection that they came from is given back: no command, no query, no task, nothing that holds one.</summary>
internal static class PlainData
{
    /// <summary>Objects in objects are followed this far; what lies deeper counts as plain.</summary>
    private const int MaxDepth = 3;

    public static bool IsPlain(ITypeSymbol type) => IsPlain(type, 0);

    private static bool IsPlain(ITypeSymbol type, int depth)
    {
        if (ImmutableTypes.Contains(type) || depth > MaxDepth)
        {
            return true;
        }

        switch (type)
        {
            case { TypeKind: TypeKind.Delegate or TypeKind.Pointer or TypeKind.FunctionPointer or TypeKind.Dynamic or TypeKind.Error } or { IsRefLikeType: true }:
                return false;
            case IArrayTypeSymbol array:
                return IsPlain(array.ElementType, depth + 1);
            case ITypeParameterSymbol:
                return !DataLibrary.IsDataType(type);
            case INamedTypeSymbol named:
                return !DataLibrary.IsDataType(named) && !IsDeferred(named) && !IsService(named) && named.TypeArguments.All(argument => IsPlain(argument, depth + 1)) && !HoldsData(named, depth);
            default:
                return false;
        }
    }

    private static bool IsDeferred(INamedTypeSymbol type) =>
        type.Name is "Task" or "ValueTask" or "IAsyncEnumerable" or "IAsyncEnumerator" or "IEnumerator" or "IQueryable" or "Lazy" or "ConfiguredTaskAwaitable" or "ConfiguredValueTaskAwaitable";

    /// <summary>An interface that is no collection is a service: what is behind it may hold the connection.</summary>
    private static bool IsService(INamedTypeSymbol type) =>
        type.TypeKind == TypeKind.Interface && !DataLibrary.IsIn(type, ["System.Collections"]);

    private static bool HoldsData(INamedTypeSymbol type, int depth)
    {
        for (var current = type; current is { DeclaringSyntaxReferences.IsEmpty: false }; current = current.BaseType)
        {
            if (current.GetMembers().OfType<IFieldSymbol>().Any(field => !field.IsStatic && !IsPlain(field.Type, depth + 1)))
            {
                return true;
            }
        }

        return false;
    }
}
