using System.Text;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Models;

/// <summary>The names that documentation ids are made of.</summary>
internal static class SymbolNames
{
    /// <summary><c>Namespace.Outer.Inner`1</c>, as in a documentation id.</summary>
    public static string OfType(INamedTypeSymbol type)
    {
        var text = new StringBuilder(64);
        AppendType(text, type);
        return text.ToString();
    }

    /// <summary>The first of several parts of the type's full name; the empty string where it has one part only.</summary>
    public static string RootOf(INamedTypeSymbol type)
    {
        var space = type.ContainingNamespace;
        if (space is null || space.IsGlobalNamespace)
        {
            var outermost = type;
            while (outermost.ContainingType is { } outer)
            {
                outermost = outer;
            }

            return ReferenceEquals(outermost, type) ? "" : outermost.MetadataName;
        }

        while (space.ContainingNamespace is { IsGlobalNamespace: false } outer)
        {
            space = outer;
        }

        return space.Name;
    }

    /// <summary>The name as in a documentation id: <c>#ctor</c> for a constructor.</summary>
    public static string OfMember(ISymbol member) =>
        member is IMethodSymbol { MethodKind: MethodKind.Constructor } ? "#ctor" : member.Name;

    /// <summary>The parameter list as in a documentation id, without its parentheses.</summary>
    public static string ParametersOf(ISymbol member)
    {
        var id = member.OriginalDefinition.GetDocumentationCommentId() ?? "";
        var open = id.IndexOf('(');
        var close = id.LastIndexOf(')');
        return open >= 0 && close > open ? id.Substring(open + 1, close - open - 1) : "";
    }

    /// <summary>The return type's definition as in a documentation id, or the empty string where it has none (arrays, type parameters).</summary>
    public static string ReturnOf(ISymbol member)
    {
        var type = member switch
        {
            IMethodSymbol method => method.ReturnType,
            IPropertySymbol property => property.Type,
            _ => null,
        };
        return type is INamedTypeSymbol named ? OfType(named) : "";
    }

    private static void AppendType(StringBuilder text, INamedTypeSymbol type)
    {
        if (type.ContainingType is { } outer)
        {
            AppendType(text, outer);
            text.Append('.');
        }
        else if (type.ContainingNamespace is { IsGlobalNamespace: false } space)
        {
            AppendNamespace(text, space);
            text.Append('.');
        }

        text.Append(type.MetadataName);
    }

    private static void AppendNamespace(StringBuilder text, INamespaceSymbol space)
    {
        if (space.ContainingNamespace is { IsGlobalNamespace: false } outer)
        {
            AppendNamespace(text, outer);
            text.Append('.');
        }

        text.Append(space.Name);
    }
}
