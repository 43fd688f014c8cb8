using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Models;

/// <summary>
/// What the model lines with a star mean in one assembly, by name. Made once per assembly and kept as long as that: reading a library's metadata costs far more
/// than all that is asked of it afterwards. Holds names alone, no symbol.
/// </summary>
internal sealed class LibraryMembers
{
    private static readonly ConditionalWeakTable<IAssemblySymbol, LibraryMembers> Known = new();

    private readonly Dictionary<ModelLine, OfLine> lines;

    private LibraryMembers(Dictionary<ModelLine, OfLine> lines) => this.lines = lines;

    /// <param name="Names">Of members; a type's name stands for its constructors.</param>
    /// <param name="Contracts">Of the types that the line means with all that derives from them.</param>
    public sealed record OfLine(HashSet<string> Names, HashSet<string> Contracts);

    /// <summary>What the built-in lines mean in a library.</summary>
    public static LibraryMembers Of(IAssemblySymbol library) =>
        Known.TryGetValue(library, out var known) ? known : Known.GetValue(library, a => Read(a, BuiltInModels.Table.Lines.Where(l => !l.Excludes && IsOpen(l.Pattern)), IsLikely));

    /// <summary>What a user's lines mean, in a library or in source: there are few of them, and any assembly may be meant.</summary>
    public static LibraryMembers Read(IAssemblySymbol assembly, IEnumerable<ModelLine> lines) => Read(assembly, lines, (_, _) => true);

    public static bool IsSource(IAssemblySymbol assembly) => assembly is ISourceAssemblySymbol || assembly.Locations.Any(l => l.IsInSource);

    /// <summary>Most assemblies have nothing that a line with a star means.</summary>
    public bool IsEmpty => lines.Count == 0;

    /// <summary>Null: the line means nothing in the assembly.</summary>
    public OfLine? Find(ModelLine line) => lines.TryGetValue(line, out var known) ? known : null;

    /// <summary>Its names are not in it, but in the metadata of what it means.</summary>
    public static bool IsOpen(ModelPattern pattern) => pattern.Kind != PatternKind.Attribute && (pattern.TypeIsGlob || pattern.Members.IsEmpty || pattern.Members.Any(Glob.IsGlob));

    /// <param name="assembly">Where it is looked.</param>
    /// <param name="wanted">The lines.</param>
    /// <param name="mayHave">Whether an assembly of this name is worth a look for a type.</param>
    private static LibraryMembers Read(IAssemblySymbol assembly, IEnumerable<ModelLine> wanted, Func<string, string, bool> mayHave)
    {
        var found = new Dictionary<ModelLine, OfLine>();
        var contracts = new Dictionary<string, List<ModelLine>>(StringComparer.Ordinal);
        var references = assembly.Modules.SelectMany(m => m.ReferencedAssemblies).Select(r => r.Name).ToList();
        foreach (var line in wanted)
        {
            var pattern = line.Pattern;
            if (pattern.TypeIsGlob)
            {
                foreach (var type in Matching(assembly, pattern, mayHave))
                {
                    Add(found, line, type);
                }

                continue;
            }

            if (mayHave(assembly.Name, pattern.Type) && assembly.GetTypeByMetadataName(pattern.Type) is { } one)
            {
                Add(found, line, one);
            }

            // Everything references System; what derives from its types is in source, or is a library's with lines of its own.
            if (Root(pattern.Type) != "System" && !IsFramework(assembly.Name) && references.Append(assembly.Name).Any(r => !IsFramework(r) && mayHave(r, pattern.Type)))
            {
                if (!contracts.TryGetValue(pattern.Type, out var list))
                {
                    contracts.Add(pattern.Type, list = new List<ModelLine>());
                }

                list.Add(line);
            }
        }

        if (contracts.Count > 0)
        {
            AddDerived(assembly, contracts, found);
        }

        return new LibraryMembers(found);
    }

    /// <summary>Types that derive from one that a line means with its derived types: interfaces, and base classes that say so.</summary>
    private static void AddDerived(IAssemblySymbol assembly, Dictionary<string, List<ModelLine>> contracts, Dictionary<ModelLine, OfLine> found)
    {
        var ofClasses = contracts.Values.SelectMany(c => c).Any(MeansClasses);
        foreach (var type in TypesIn(assembly.GlobalNamespace).SelectMany(Nested))
        {
            // A class that implements an interface has no names of its own that the interface's line could mean.
            var owners = type.TypeKind == TypeKind.Interface ? type.AllInterfaces : ofClasses && type.TypeKind == TypeKind.Class ? Bases(type).Skip(1) : Enumerable.Empty<INamedTypeSymbol>();
            foreach (var of in owners)
            {
                if (contracts.TryGetValue(SymbolNames.OfType(of.OriginalDefinition), out var meant))
                {
                    foreach (var line in meant.Where(l => of.TypeKind == TypeKind.Interface || MeansClasses(l)))
                    {
                        Add(found, line, type);
                    }
                }
            }
        }
    }

    private static bool MeansClasses(ModelLine line) => line.FollowsDerived || line.Pattern.Kind == PatternKind.Type;

    /// <summary>What the type has and what it inherits: a call on it may be of either.</summary>
    private static void Add(Dictionary<ModelLine, OfLine> found, ModelLine line, INamedTypeSymbol type)
    {
        if (!found.TryGetValue(line, out var of))
        {
            found.Add(line, of = new OfLine(new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal)));
        }

        if (line.FollowsDerived || type.TypeKind == TypeKind.Interface)
        {
            of.Contracts.Add(type.Name);
        }

        foreach (var owner in Bases(type).Concat(type.AllInterfaces))
        {
            foreach (var member in owner.GetMembers())
            {
                if (member is { IsImplicitlyDeclared: false } and (IMethodSymbol or IPropertySymbol) && line.Pattern.MatchesMember(member))
                {
                    of.Names.Add(member.MetadataName == ".ctor" ? type.Name : member.Name);
                }
            }
        }
    }

    private static IEnumerable<INamedTypeSymbol> Bases(INamedTypeSymbol type)
    {
        for (var t = type; t is not null && t.SpecialType != SpecialType.System_Object; t = t.BaseType)
        {
            yield return t;
        }
    }

    private static IEnumerable<INamedTypeSymbol> Nested(INamedTypeSymbol type) => new[] { type }.Concat(type.GetTypeMembers().SelectMany(Nested));

    /// <summary>
    /// An assembly of this name may have the type. Assemblies are called as their namespaces are, with few exceptions; to look into every one would read the
    /// names of all that is referenced.
    /// </summary>
    private static bool IsLikely(string assembly, string type)
    {
        var root = Root(type);
        return root is "System" or "Microsoft"
            ? type.StartsWith(Two(assembly), StringComparison.Ordinal) || assembly is "System.Private.CoreLib" or "System.Runtime" or "netstandard" or "mscorlib" or "System.Console" or "System.Collections" or "System.Private.Uri"
            : assembly.StartsWith(root, StringComparison.Ordinal) || root switch
            {
                "Amazon" => assembly.StartsWith("AWSSDK", StringComparison.Ordinal),
                "Medallion" => assembly.StartsWith("DistributedLock", StringComparison.Ordinal),
                "Notify" => assembly == "GovukNotify",
                "PostmarkDotNet" => assembly == "Postmark",
                "Meilisearch" => assembly == "MeiliSearch",
                "*" => !IsFramework(assembly),
                _ => false,
            };
    }

    private static bool IsFramework(string assembly) => assembly.StartsWith("System.", StringComparison.Ordinal) || assembly is "netstandard" or "mscorlib" or "System";

    private static string Two(string name)
    {
        var first = name.IndexOf('.');
        var second = first < 0 ? -1 : name.IndexOf('.', first + 1);
        return second < 0 ? name : name.Substring(0, second);
    }

    private static string Root(string name) => name.IndexOf('.') is var dot && dot < 0 ? name : name.Substring(0, dot);

    /// <summary>The types whose name fits, in the namespace with which the pattern begins.</summary>
    private static IEnumerable<INamedTypeSymbol> Matching(IAssemblySymbol assembly, ModelPattern pattern, Func<string, string, bool> mayHave)
    {
        var star = pattern.Type.IndexOf('*');
        var prefix = pattern.Kind == PatternKind.Namespace ? pattern.Type + "." : star < 0 ? pattern.Type : pattern.Type.Substring(0, star);
        var space = prefix.LastIndexOf('.') is var dot && dot < 0 ? "" : prefix.Substring(0, dot);

        // A star at the beginning may be any type: of those, the framework's are not meant.
        if (space.Length == 0 ? IsFramework(assembly.Name) : !mayHave(assembly.Name, prefix))
        {
            return Enumerable.Empty<INamedTypeSymbol>();
        }

        return In(assembly.GlobalNamespace, space).SelectMany(Nested).Where(t => pattern.MatchesType(SymbolNames.OfType(t)));
    }

    private static IEnumerable<INamedTypeSymbol> In(INamespaceSymbol root, string path)
    {
        var space = root;
        foreach (var part in path.Length == 0 ? Array.Empty<string>() : path.Split('.'))
        {
            space = space.GetNamespaceMembers().FirstOrDefault(n => n.Name == part);
            if (space is null)
            {
                return Enumerable.Empty<INamedTypeSymbol>();
            }
        }

        return TypesIn(space);
    }

    /// <summary>The types of a namespace and of those in it, without the ones that are nested in types.</summary>
    public static IEnumerable<INamedTypeSymbol> TypesIn(INamespaceSymbol space) =>
        space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(TypesIn));
}
