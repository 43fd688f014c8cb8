using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// The names under which contexts of EF Core in other assemblies keep their sets: the context of an application is rarely in the project that reads from it. Names alone, read once per assembly.
/// </summary>
internal static class ForeignQueries
{
    private static readonly ConditionalWeakTable<IAssemblySymbol, HashSet<string>> Known = new();

    public static IEnumerable<string> Of(IAssemblySymbol assembly) => Known.GetValue(assembly, Read);

    private static HashSet<string> Read(IAssemblySymbol assembly)
    {
        var names = new HashSet<string>();
        if (assembly.Modules.Any(m => m.ReferencedAssemblies.Any(r => r.Name == "Microsoft.EntityFrameworkCore")))
        {
            foreach (var type in LibraryMembers.TypesIn(assembly.GlobalNamespace).Where(KnownTypes.IsDbContext))
            {
                names.UnionWith(type.GetMembers().OfType<IPropertySymbol>().Where(p => p.Type is INamedTypeSymbol { Name: "DbSet" or "IQueryable" }).Select(p => p.Name));
            }
        }

        return names;
    }
}
