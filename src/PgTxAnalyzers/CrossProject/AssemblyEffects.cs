using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.CrossProject;

/// <summary>The effects that one assembly carries: no symbol in it, so it may outlive a compilation.</summary>
internal sealed class AssemblyEffects
{
    private readonly Dictionary<string, Dictionary<string, MethodEffect>> types;

    public AssemblyEffects(Dictionary<string, Dictionary<string, MethodEffect>> types) => this.types = types;

    /// <summary>The names in metadata of the types of which anything is known.</summary>
    public IEnumerable<string> Types => types.Keys;

    public IEnumerable<(string Type, string Method, MethodEffect Effect)> All => types.SelectMany(t => t.Value.Select(m => (t.Key, m.Key, m.Value)));

    public MethodEffect? Of(IMethodSymbol method) =>
        types.TryGetValue(TypeKey(method.ContainingType), out var methods) && (methods.TryGetValue(method.MetadataName, out var only) || methods.TryGetValue(MethodKey(method), out only)) ? only : null;

    /// <summary><c>Namespace.Outer+Inner`1</c>, as <c>GetTypeByMetadataName</c> takes it.</summary>
    public static string TypeKey(INamedTypeSymbol type)
    {
        if (type.ContainingType is { } outer)
        {
            return TypeKey(outer) + "+" + type.MetadataName;
        }

        return type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + type.MetadataName : type.MetadataName;
    }

    /// <summary>The method's name, with a hash of its parameter list: one of several overloads.</summary>
    public static string MethodKey(IMethodSymbol method) => method.MetadataName + "#" + Hash(method.OriginalDefinition.GetDocumentationCommentId() ?? "");

    /// <summary>FNV-1a over the characters: the same on every machine and runtime.</summary>
    private static string Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
        {
            hash = unchecked((hash ^ c) * 16777619u);
        }

        return hash.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
    }
}
