using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.CrossProject;

/// <summary>What an assembly carries of one method.</summary>
/// <param name="Type">The name in metadata of its type.</param>
/// <param name="Key">Its name, with a hash of its parameters if it is one of several.</param>
/// <param name="Effect">What it does to a transaction; null: nothing.</param>
/// <param name="Work">What the rules about retries ask; null: nothing.</param>
internal sealed record CarriedMethod(string Type, string Key, MethodEffect? Effect, MethodWork? Work);

/// <summary>The effects that one assembly carries: no symbol in it, so it may outlive a compilation.</summary>
internal sealed class AssemblyEffects
{
    private readonly Dictionary<string, Dictionary<string, CarriedMethod>> types = new(StringComparer.Ordinal);

    public AssemblyEffects(IEnumerable<CarriedMethod> methods)
    {
        foreach (var method in methods)
        {
            if (!types.TryGetValue(method.Type, out var own))
            {
                types.Add(method.Type, own = new Dictionary<string, CarriedMethod>(StringComparer.Ordinal));
            }

            own[method.Key] = method;
        }
    }

    /// <summary>The names in metadata of the types of which anything is known.</summary>
    public IEnumerable<string> Types => types.Keys;

    public IEnumerable<CarriedMethod> All => types.Values.SelectMany(t => t.Values);

    public CarriedMethod? Of(IMethodSymbol method) =>
        types.TryGetValue(TypeKey(method.ContainingType), out var methods) && (methods.TryGetValue(method.MetadataName, out var only) || methods.TryGetValue(MethodKey(method), out only)) ? only : null;

    /// <summary>Some method of the type does something to a transaction that its object holds.</summary>
    public bool EndsItsOwn(INamedTypeSymbol type) => types.TryGetValue(TypeKey(type), out var methods) && methods.Values.Any(m => m.Effect?.Rows.Any(r => r.WithOwn) == true);

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
