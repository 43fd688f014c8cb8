using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Models;

/// <summary>
/// The names of the assemblies that a compilation references. The compiler makes its list anew for each question, and there are hundreds of model lines to be asked
/// and hundreds of references, and in a small project that counts. Holds names alone.
/// </summary>
internal sealed class ReferenceNames
{
    private static readonly ConditionalWeakTable<Compilation, ReferenceNames> Known = new();

    private readonly HashSet<string> names;

    /// <summary>What an assembly's name is or begins with, up to one of its dots.</summary>
    private readonly HashSet<string> beginnings = new(StringComparer.Ordinal);

    private ReferenceNames(IEnumerable<string> names)
    {
        this.names = new HashSet<string>(names, StringComparer.Ordinal);
        foreach (var name in this.names)
        {
            for (var dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.', dot + 1))
            {
                beginnings.Add(name.Substring(0, dot));
            }

            beginnings.Add(name);
        }
    }

    public static ReferenceNames Of(Compilation compilation) =>
        Known.TryGetValue(compilation, out var known) ? known : Known.GetValue(compilation, static c => new ReferenceNames(c.ReferencedAssemblyNames.Select(r => r.Name)));

    public IReadOnlyCollection<string> All => names;

    public bool Contains(string name) => names.Contains(name);

    /// <summary>An assembly is called so, or so with more parts behind a dot.</summary>
    public bool ContainsLibrary(string name) => beginnings.Contains(name);
}
