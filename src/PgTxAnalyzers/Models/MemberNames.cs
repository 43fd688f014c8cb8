using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Models;

/// <summary>
/// The simple names of the libraries' members that have one of some roles, as far as the compilation references them: rather too many than too few. A name proves
/// nothing; a body that mentions none of them, nor a member that does, need not be bound.
/// </summary>
internal sealed class MemberNames
{
    /// <summary>The names of members; a type's name stands for its constructors.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// The names of types whose members in source, whatever they are called, have a role: a grain interface of the project derives from the library's, a
    /// generated client from its base class.
    /// </summary>
    public HashSet<string> Contracts { get; } = new(StringComparer.Ordinal);

    /// <summary>A line that means all of a type was met: what it says reaches extension methods on the type too, whose names are other lines' business.</summary>
    public bool MeansTypes { get; private set; }

    /// <param name="compilation">Whose references, and whose source for a user's lines, are looked into.</param>
    /// <param name="builtIn">Lines about libraries.</param>
    /// <param name="user">Lines about anything, libraries and source alike.</param>
    /// <param name="wanted">The roles.</param>
    /// <param name="cancellation">Ends it.</param>
    public static MemberNames Of(Compilation compilation, IEnumerable<ModelLine> builtIn, IEnumerable<ModelLine> user, Func<ApiRole, bool> wanted, CancellationToken cancellation)
    {
        var found = new MemberNames();
        var open = found.Take(builtIn, wanted);
        var own = found.Take(user, wanted);
        foreach (var assembly in compilation.SourceModule.ReferencedAssemblySymbols.Append(compilation.Assembly))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!LibraryMembers.IsSource(assembly))
            {
                found.Add(LibraryMembers.Of(assembly), open);
            }

            if (own.Count > 0)
            {
                found.Add(LibraryMembers.Read(assembly, own), own);
            }
        }

        return found;
    }

    /// <summary>Adds the names that lines have themselves; gives back the lines whose names are in what they mean.</summary>
    private List<ModelLine> Take(IEnumerable<ModelLine> lines, Func<ApiRole, bool> wanted)
    {
        var open = new List<ModelLine>();
        foreach (var line in lines)
        {
            var pattern = line.Pattern;
            // What hands proxies out has names that say nothing (see Proxies).
            if (line.Excludes || !wanted(line.Fact.Role) || line.Fact.Role == ApiRole.Proxy || pattern.Kind == PatternKind.Attribute || pattern.Type.StartsWith("System.Linq.", StringComparison.Ordinal))
            {
                continue;
            }

            if (LibraryMembers.IsOpen(pattern))
            {
                open.Add(line);
            }
            else
            {
                Names.UnionWith(pattern.Members.Select(member => member == "#ctor" ? SimpleName(pattern.Type) : member));
            }
        }

        return open;
    }

    private void Add(LibraryMembers members, List<ModelLine> lines)
    {
        if (members.IsEmpty)
        {
            return;
        }

        foreach (var line in lines)
        {
            if (members.Find(line) is { } of)
            {
                Names.UnionWith(of.Names);
                Contracts.UnionWith(of.Contracts);
                MeansTypes |= line.Pattern.Kind is PatternKind.Type or PatternKind.Namespace;
            }
        }
    }

    private static string SimpleName(string type)
    {
        var name = type.Substring(type.LastIndexOf('.') + 1);
        var tick = name.IndexOf('`');
        return tick < 0 ? name : name.Substring(0, tick);
    }
}
