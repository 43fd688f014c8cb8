using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// From which names a library's member of some roles may be reached, and from which bodies: those that mention such a name, and those that mention the name of
/// such a body. No binding, rather too many than too few: whatever is not in here need not be bound.
/// </summary>
internal sealed class NameReach
{
    private static readonly int Invoke = TreeWords.Hash("Invoke");

    private static readonly int[] Disposals = { TreeWords.Hash("Dispose"), TreeWords.Hash("DisposeAsync") };

    private readonly WordSet names;
    private readonly Lazy<HashSet<SyntaxNode>> leading;
    private readonly Lazy<HashSet<SyntaxTree>> leadingTrees;

    private NameReach(WordSet names, List<NamedBody> bodies)
    {
        (this.names, Bodies) = (names, bodies);
        leading = new Lazy<HashSet<SyntaxNode>>(() => new HashSet<SyntaxNode>(bodies.Select(b => b.Declaration)));
        leadingTrees = new Lazy<HashSet<SyntaxTree>>(() => new HashSet<SyntaxTree>(bodies.Select(b => b.Declaration.SyntaxTree)));
        IsDisposed = bodies.Any(b => Disposals.Contains(b.Name));
    }

    /// <summary>A <c>using</c> of a type in source may lead there.</summary>
    public bool IsDisposed { get; }

    /// <summary>The bodies, nearest first.</summary>
    public IReadOnlyList<NamedBody> Bodies { get; }

    /// <param name="rounds">How many calls a body may be away.</param>
    public static NameReach Of(IEnumerable<Compilation> sources, MemberNames members, IEnumerable<string> more, int rounds, CancellationToken cancellation)
    {
        var trees = Read(sources, cancellation).Select(t => t.Bodies).ToList();
        var names = new WordSet(members.Names.Concat(more).Concat(Contracts(trees, members.Contracts)).Select(TreeWords.Hash)) { Invoke };
        foreach (var tree in trees)
        {
            names.UnionWith(tree.Attributed);
            names.UnionWith(tree.Delegates);
        }

        return Of(trees.SelectMany(Runs), new List<NamedBody>(), names, b => b.TakesDelegate, rounds, cancellation);
    }

    /// <summary>The bodies, and what runs without being one.</summary>
    private static IEnumerable<NamedBody> Runs(TreeBodies tree) => tree.Deferred.Count == 0 ? tree.Bodies : tree.Bodies.Concat(tree.Deferred.Select(d => d.Factory));

    /// <summary>From these names alone, and from delegates.</summary>
    public static NameReach Of(IEnumerable<Compilation> sources, IEnumerable<string> names, int rounds, CancellationToken cancellation)
    {
        var trees = Read(sources, cancellation).Select(t => t.Bodies).ToList();
        return Of(trees.SelectMany(Runs), new List<NamedBody>(), new WordSet(names.Select(TreeWords.Hash).Concat(trees.SelectMany(t => t.Delegates))) { Invoke }, b => b.TakesDelegate, rounds, cancellation);
    }

    /// <summary>The names count in files that have one of some words only: elsewhere they are too common to say anything. Delegates are no business of whoever asks.</summary>
    /// <param name="anywhere">Names that count in every file.</param>
    public static NameReach In(int[] files, IEnumerable<Compilation> sources, IEnumerable<string> names, IEnumerable<string> anywhere, int rounds, CancellationToken cancellation)
    {
        var (seeds, always) = (new WordSet(names.Select(TreeWords.Hash)), new WordSet(anywhere.Select(TreeWords.Hash)));
        var (near, far) = (new List<NamedBody>(), new List<NamedBody>());
        foreach (var (tree, bodies) in Read(sources, cancellation))
        {
            var counts = NameIndex.WordsOf(tree, cancellation).ContainsAny(files);
            foreach (var body in bodies.Bodies)
            {
                ((counts && body.Mentions(seeds)) || body.Mentions(always) ? near : far).Add(body);
            }
        }

        var found = Of(far, near, new WordSet(near.Select(b => b.Name)), _ => false, rounds, cancellation);
        if (near.Count > 0)
        {
            found.names.UnionWith(seeds);
            found.names.UnionWith(always);
        }

        return found;
    }

    private static List<(SyntaxTree Tree, TreeBodies Bodies)> Read(IEnumerable<Compilation> sources, CancellationToken cancellation)
    {
        var trees = new List<(SyntaxTree, TreeBodies)>();
        foreach (var tree in sources.SelectMany(c => c.SyntaxTrees))
        {
            cancellation.ThrowIfCancellationRequested();
            trees.Add((tree, TreeBodies.Of(tree, cancellation)));
        }

        return trees;
    }

    private static NameReach Of(IEnumerable<NamedBody> bodies, List<NamedBody> found, WordSet names, Func<NamedBody, bool> also, int rounds, CancellationToken cancellation)
    {
        // Those that are not found yet stand in front.
        var rest = bodies.ToArray();
        var left = rest.Length;
        for (var round = 0; round <= rounds && left > 0; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            var first = found.Count;
            var kept = 0;
            for (var i = 0; i < left; i++)
            {
                if ((round == 0 && also(rest[i])) || rest[i].Mentions(names))
                {
                    found.Add(rest[i]);
                }
                else
                {
                    rest[kept++] = rest[i];
                }
            }

            left = kept;
            if (found.Count == first)
            {
                break;
            }

            for (var i = first; i < found.Count; i++)
            {
                if (found[i].Name != 0)
                {
                    names.Add(found[i].Name);
                }
            }
        }

        found.RemoveAll(b => b.Declaration is ExpressionSyntax);
        return new NameReach(names, found);
    }

    /// <summary>The body may lead there.</summary>
    public bool Leads(SyntaxNode declaration) => leading.Value.Contains(declaration);

    public bool LeadsIn(SyntaxTree tree) => leadingTrees.Value.Contains(tree);

    /// <summary>A call of this name may lead there.</summary>
    public bool Contains(string name) => names.Contains(TreeWords.Hash(name));

    public bool Contains(int name) => names.Contains(name);

    /// <summary>The members of types in source that derive, in however many steps, from one of the libraries' contracts.</summary>
    private static IEnumerable<string> Contracts(List<TreeBodies> trees, HashSet<string> known)
    {
        if (known.Count == 0)
        {
            return Enumerable.Empty<string>();
        }

        var (types, members) = (new HashSet<string>(known, StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var all = trees.SelectMany(t => t.Contracts).ToList();
        for (var before = -1; types.Count > before;)
        {
            before = types.Count;
            foreach (var (bases, own) in all)
            {
                if (bases.Any(types.Contains))
                {
                    // The last of them is its own name.
                    types.Add(bases[bases.Length - 1]);
                    members.UnionWith(own);
                }
            }
        }

        return members;
    }
}
