using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// What assemblies carry under one key of their metadata, read once per assembly: symbols of references are shared by the compilations of one host. What hangs on them holds no symbol.
/// </summary>
internal sealed class CarriedValues<T>
    where T : class
{
    private readonly ConditionalWeakTable<IAssemblySymbol, OfAssembly> known = new();
    private readonly string key;
    private readonly Func<string?, T?> read;

    /// <param name="key">Of the assembly's metadata.</param>
    /// <param name="read">Null: there is no text, it is of another version, or damaged.</param>
    public CarriedValues(string key, Func<string?, T?> read) => (this.key, this.read) = (key, read);

    /// <summary>Null: the assembly carries none that can be read, or is no other project's.</summary>
    public T? Of(IAssemblySymbol assembly) => ForeignEffects.CanCarry(assembly) ? known.GetValue(assembly, Read).Value : null;

    /// <summary>Names of referenced assemblies whose text is of another version, or damaged.</summary>
    public IEnumerable<string> UnreadableIn(Compilation compilation) =>
        compilation.SourceModule.ReferencedAssemblySymbols.Where(a => ForeignEffects.CanCarry(a) && known.GetValue(a, Read).IsUnreadable).Select(a => a.Name);

    private OfAssembly Read(IAssemblySymbol assembly)
    {
        var text = TextOf(assembly);
        var value = read(text);
        return new OfAssembly(value, text is not null && value is null);
    }

    /// <summary>Null: there is none of this key.</summary>
    private string? TextOf(IAssemblySymbol assembly)
    {
        foreach (var attribute in assembly.GetAttributes())
        {
            if (attribute is { AttributeClass: { Name: "AssemblyMetadataAttribute", ContainingNamespace: { Name: "Reflection", ContainingNamespace.Name: "System" } }, ConstructorArguments: { Length: 2 } arguments }
                && arguments[0].Value is string name && name == key)
            {
                return arguments[1].Value as string ?? "";
            }
        }

        return null;
    }

    private sealed record OfAssembly(T? Value, bool IsUnreadable);
}
