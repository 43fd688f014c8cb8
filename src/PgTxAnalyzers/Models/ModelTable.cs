using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Models;

/// <summary>Model lines by the type that they name. Immutable, so the built-in table is shared by all compilations.</summary>
internal sealed class ModelTable
{
    public static readonly ModelTable Empty = new(ImmutableArray<ModelLine>.Empty);

    private readonly Dictionary<string, List<ModelLine>> _byType = new();
    private readonly Dictionary<string, List<ModelLine>> _globsByRoot = new();
    private readonly HashSet<string> _roots = new();

    public ModelTable(ImmutableArray<ModelLine> lines)
    {
        Lines = lines;
        var attributes = ImmutableArray.CreateBuilder<ModelLine>();
        var beginNames = ImmutableHashSet.CreateBuilder<string>();
        foreach (var line in lines)
        {
            var pattern = line.Pattern;
            if (CanBegin(line.Fact.Role) && !line.Excludes)
            {
                foreach (var member in pattern.Members)
                {
                    beginNames.Add(member == "#ctor" ? SimpleName(pattern.Type) : member);
                }
            }

            if (pattern.Kind == PatternKind.Attribute)
            {
                attributes.Add(line);
                continue;
            }

            _roots.Add(pattern.Root);
            var index = pattern.TypeIsGlob ? _globsByRoot : _byType;
            var key = pattern.TypeIsGlob ? pattern.Root : pattern.Type;
            if (!index.TryGetValue(key, out var list))
            {
                index.Add(key, list = new List<ModelLine>());
            }

            list.Add(line);
        }

        AttributeLines = attributes.ToImmutable();
        BeginNames = beginNames.ToImmutable();
        HasOpenRoot = _roots.Contains("*");
    }

    public ImmutableArray<ModelLine> Lines { get; }

    /// <summary>Lines that pick methods by an attribute.</summary>
    public ImmutableArray<ModelLine> AttributeLines { get; }

    /// <summary>The simple names of what can begin a transaction; a type's name stands for its constructors.</summary>
    public ImmutableHashSet<string> BeginNames { get; }

    /// <summary>The simple names of the types that lines of a role name.</summary>
    public ImmutableHashSet<string> TypeNames(ApiRole role) => Lines.Where(line => line.Fact.Role == role).Select(line => SimpleName(line.Pattern.Type)).ToImmutableHashSet();

    /// <summary>The simple names of the types whose members hand out proxies, and of generic methods that do.</summary>
    public IEnumerable<string> ProxyMakers => Lines.Where(line => line.Fact.Role == ApiRole.Proxy && !line.Excludes)
        .SelectMany(line => line.Pattern.Members.Where(member => line.Pattern.Kind == PatternKind.Method && !Glob.IsGlob(member)).Append(SimpleName(line.Pattern.Type)));

    /// <summary>Those of <see cref="BeginNames"/> whose types the compilation has: a name such as "Begin" is worth a look only where its library is.</summary>
    public ImmutableHashSet<string> BeginNamesIn(Compilation compilation) => NamesIn(compilation, CanBegin);

    /// <summary>Likewise, the names of what opens a connection or a result.</summary>
    public ImmutableHashSet<string> OpenNamesIn(Compilation compilation) => NamesIn(compilation, CanOpen);

    /// <summary>Those of every type.</summary>
    public ImmutableHashSet<string> OpenNames => NamesIn(null, CanOpen);

    private ImmutableHashSet<string> NamesIn(Compilation? compilation, Func<ApiRole, bool> fits)
    {
        // By the names of the references alone: to look every type up would cost more than all that a project without transactions costs.
        var references = compilation is null ? null : ReferenceNames.Of(compilation).All;
        return Lines.Where(line => fits(line.Fact.Role) && !line.Excludes && IsInSight(line.Pattern.Root))
            .SelectMany(line => line.Pattern.Members.Select(member => member == "#ctor" ? SimpleName(line.Pattern.Type) : member))
            .ToImmutableHashSet();

        // linq2db's assembly is not called as its namespace is.
        bool IsInSight(string root) => references is null || root is "System" or "Microsoft" or "LinqToDB" or "*" || references.Any(r => r.StartsWith(root, StringComparison.Ordinal));
    }

    private bool HasOpenRoot { get; }

    public static bool CanBegin(ApiRole role) =>
        role is ApiRole.Begin or ApiRole.Adopt or ApiRole.Enlist or ApiRole.Scope or ApiRole.TransactionRunner;

    public static bool CanOpen(ApiRole role) =>
        role is ApiRole.Open or ApiRole.OpenNew or ApiRole.Reader or ApiRole.Copy or ApiRole.Stream or ApiRole.Rows;

    /// <summary>Adds the lines that name this type.</summary>
    public void AddLinesOf(INamedTypeSymbol type, List<ModelLine> lines)
    {
        var root = SymbolNames.RootOf(type);
        if (!HasOpenRoot && !_roots.Contains(root))
        {
            return;
        }

        var name = SymbolNames.OfType(type);
        if (_byType.TryGetValue(name, out var exact))
        {
            lines.AddRange(exact);
        }

        AddGlobs(root);
        AddGlobs("*");

        void AddGlobs(string key)
        {
            if (_globsByRoot.TryGetValue(key, out var globs))
            {
                foreach (var line in globs)
                {
                    if (line.Pattern.MatchesType(name))
                    {
                        lines.Add(line);
                    }
                }
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
