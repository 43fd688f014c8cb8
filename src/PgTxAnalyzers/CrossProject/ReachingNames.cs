using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// The simple names of the libraries' members that can matter to a transaction, as far as the compilation references them. A name proves nothing;
/// a body that mentions none of them, nor a member that does, need not be bound.
/// </summary>
internal sealed class ReachingNames
{
    private readonly Compilation compilation;
    private readonly List<IAssemblySymbol> assemblies;
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    private ReachingNames(Compilation compilation)
    {
        this.compilation = compilation;
        assemblies = compilation.SourceModule.ReferencedAssemblySymbols.ToList();
    }

    public static HashSet<string> Of(Compilation compilation, IEnumerable<ModelLine> lines, CancellationToken cancellation)
    {
        var found = new ReachingNames(compilation);
        foreach (var line in lines)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!line.Excludes && Matters(line.Fact.Role) && line.Pattern.Kind != PatternKind.Attribute)
            {
                found.Add(line.Pattern);
            }
        }

        return found.names;
    }

    /// <summary>Operators that only run their delegate, objects that are only made, and LINQ's own names do not make a body worth a look.</summary>
    private static bool Matters(ApiRole role) => role is
        ApiRole.Begin or ApiRole.Adopt or ApiRole.Scope or ApiRole.Complete or ApiRole.Commit or ApiRole.Rollback or ApiRole.Savepoint or ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Query
        or ApiRole.Save or ApiRole.Copy or ApiRole.Sink or ApiRole.Wait or ApiRole.TransactionRunner or ApiRole.DisposeTransaction or ApiRole.Close;

    private void Add(ModelPattern pattern)
    {
        if (pattern.Type.StartsWith("System.Linq.", StringComparison.Ordinal))
        {
            return;
        }

        if (!pattern.TypeIsGlob && !pattern.Members.IsEmpty && !pattern.Members.Any(Glob.IsGlob))
        {
            // System and Microsoft are everywhere: whether the type is there decides. A name of a user's own line may stand in source.
            if (pattern.Root is not ("System" or "Microsoft") || Resolve(pattern.Type) is not null)
            {
                foreach (var member in pattern.Members)
                {
                    names.Add(member == "#ctor" ? SimpleName(pattern.Type) : member);
                }
            }

            return;
        }

        foreach (var type in pattern.TypeIsGlob ? Matching(pattern) : Resolve(pattern.Type) is { } one ? new[] { one } : Array.Empty<INamedTypeSymbol>())
        {
            foreach (var member in type.GetMembers())
            {
                if (member is { DeclaredAccessibility: Accessibility.Public, IsImplicitlyDeclared: false } && member is IMethodSymbol or IPropertySymbol && pattern.MatchesMember(member))
                {
                    names.Add(member.Name);
                }
            }
        }
    }

    private INamedTypeSymbol? Resolve(string type)
    {
        var root = Root(type);
        foreach (var assembly in assemblies)
        {
            if ((root is "System" or "Microsoft" ? IsLikely(assembly.Name, type) : assembly.Name.StartsWith(root, StringComparison.Ordinal))
                && assembly.GetTypeByMetadataName(type) is { } found)
            {
                return found;
            }
        }

        return root is "System" or "Microsoft" ? null : compilation.Assembly.GetTypeByMetadataName(type);
    }

    /// <summary>The first two parts of both names are equal, or the assembly is one of the framework's large ones.</summary>
    private static bool IsLikely(string assembly, string type) =>
        type.StartsWith(Two(assembly), StringComparison.Ordinal) || assembly is "System.Private.CoreLib" or "System.Runtime" or "netstandard" or "mscorlib" or "System.Console" or "System.Collections" or "System.Private.Uri";

    private static string Two(string name)
    {
        var first = name.IndexOf('.');
        var second = first < 0 ? -1 : name.IndexOf('.', first + 1);
        return second < 0 ? name : name.Substring(0, second);
    }

    private static string Root(string name) => name.IndexOf('.') is var dot && dot < 0 ? name : name.Substring(0, dot);

    private static string SimpleName(string type)
    {
        var name = type.Substring(type.LastIndexOf('.') + 1);
        var tick = name.IndexOf('`');
        return tick < 0 ? name : name.Substring(0, tick);
    }

    /// <summary>Public types whose name fits, in the assemblies that are called as the pattern begins.</summary>
    private IEnumerable<INamedTypeSymbol> Matching(ModelPattern pattern)
    {
        var star = pattern.Type.IndexOf('*');
        var prefix = star < 0 ? pattern.Type : pattern.Type.Substring(0, star);
        var space = prefix.LastIndexOf('.') is var dot && dot < 0 ? "" : prefix.Substring(0, dot);
        if (space.Length == 0)
        {
            return Enumerable.Empty<INamedTypeSymbol>();
        }

        return assemblies.Where(a => a.Name.StartsWith(space, StringComparison.Ordinal) || space.StartsWith(a.Name, StringComparison.Ordinal)).SelectMany(a => In(a.GlobalNamespace, space.Split('.')))
            .Where(t => t.DeclaredAccessibility == Accessibility.Public && pattern.MatchesType(SymbolNames.OfType(t)));
    }

    private static IEnumerable<INamedTypeSymbol> In(INamespaceSymbol root, string[] path)
    {
        var space = root;
        foreach (var part in path)
        {
            space = space.GetNamespaceMembers().FirstOrDefault(n => n.Name == part);
            if (space is null)
            {
                return Enumerable.Empty<INamedTypeSymbol>();
            }
        }

        return All(space);
    }

    private static IEnumerable<INamedTypeSymbol> All(INamespaceSymbol space) =>
        space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(All));
}
