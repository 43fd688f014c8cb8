using System;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Types whose values nobody can change from outside: a variable of such a type says the same as long as it is not assigned.
/// Everything else can be changed by code that holds the same object.
/// </summary>
internal static class ImmutableTypes
{
    /// <summary>Objects in objects are followed this far.</summary>
    private const int MaxDepth = 4;

    public static bool Contains(ITypeSymbol? type) => Contains(type, 0);

    /// <summary>An array or collection of such values: it can be changed, but never holds an entity, nor is it one.</summary>
    public static bool AreIn(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol array => Contains(array.ElementType),
        INamedTypeSymbol { TypeArguments.Length: > 0 } named => DataLibrary.IsIn(named, ["System.Collections"]) && named.TypeArguments.All(Contains),
        _ => false,
    };

    private static bool Contains(ITypeSymbol? type, int depth)
    {
        if (type is null || depth > MaxDepth)
        {
            return false;
        }

        if (type.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_String or SpecialType.System_DateTime || type.TypeKind == TypeKind.Enum)
        {
            return true;
        }

        if (type is not INamedTypeSymbol named || type.TypeKind is TypeKind.Interface or TypeKind.Delegate or TypeKind.Error)
        {
            return false;
        }

        if (named.IsTupleType || named.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T || DataLibrary.IsIn(named, ["System.Collections.Immutable"]))
        {
            return named.TypeArguments.All(argument => Contains(argument, depth + 1));
        }

        if (IsSystem(named))
        {
            return named.IsValueType
                ? named.Name is not ("Memory" or "ReadOnlyMemory" or "Span" or "ReadOnlySpan" or "ArraySegment") && named.TypeArguments.All(argument => Contains(argument, depth + 1))
                : named.Name is "Uri" or "Version" or "Type";
        }

        if (named.IsAnonymousType)
        {
            return named.GetMembers().OfType<IPropertySymbol>().All(property => Contains(property.Type, depth + 1));
        }

        // A class that can be derived from may hold more than it shows; a record is meant as a value.
        return (named.IsValueType || named.IsSealed || named.IsRecord) && HasOnlyFixedFields(named, depth);
    }

    /// <summary>A field of a struct is fixed with the variable that holds the struct.</summary>
    private static bool HasOnlyFixedFields(INamedTypeSymbol type, int depth)
    {
        // A reference assembly may leave private fields out: then nothing is known of them.
        if (type.DeclaringSyntaxReferences.IsEmpty)
        {
            return false;
        }

        for (var current = type; current is not null && current.SpecialType == SpecialType.None; current = current.BaseType)
        {
            if (current.GetMembers().OfType<IFieldSymbol>().Any(field => !field.IsStatic && !field.IsConst && !((type.IsValueType || field.IsReadOnly) && Contains(field.Type, depth + 1))))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSystem(INamedTypeSymbol type) => type.ContainingNamespace?.ToDisplayString() is { } name && (name == "System" || name.StartsWith("System.", StringComparison.Ordinal));
}
