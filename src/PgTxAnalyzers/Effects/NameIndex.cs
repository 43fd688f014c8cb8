using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// The cheapest question: can a body have a region at all? Answered by names, without a semantic model. A name proves nothing; it
/// only says where a look is worth its price.
/// </summary>
internal sealed class NameIndex
{
    /// <summary>How many helpers a begin may be wrapped in before its callers are no longer looked for.</summary>
    private const int MaxWrapping = 6;

    /// <summary>Per tree, so that an edit scans one file. The table holds no compilation alive: trees are its keys, words its values.</summary>
    private static readonly ConditionalWeakTable<SyntaxTree, TreeWords> Words = new();

    /// <summary>Names that hand a region to whoever calls them.</summary>
    private readonly ImmutableHashSet<string> leakers;

    /// <summary>Those, and names that run somebody's delegate in a region of their own.</summary>
    private readonly ImmutableHashSet<string> beginners;

    /// <summary>Those of properties: to read one is to call it.</summary>
    private readonly ImmutableHashSet<string> getters;

    /// <summary>Fields whose <c>Lazy&lt;T&gt;</c> begins one: to read their value is to call it.</summary>
    private readonly ImmutableHashSet<string> deferred;
    private readonly ImmutableHashSet<string> seeds;
    private readonly Dictionary<string, Helper> helpers;
    private readonly WordSet hashes;

    private NameIndex(ImmutableHashSet<string> seeds, ImmutableHashSet<string> leakers, ImmutableHashSet<string> runners, ImmutableHashSet<string> getters, ImmutableHashSet<string> deferred, Dictionary<string, Helper> helpers)
    {
        (this.seeds, this.getters, this.deferred, this.helpers) = (seeds, getters, deferred, helpers);
        (this.leakers, beginners) = (leakers, leakers.Union(runners));
        hashes = new WordSet(beginners.Union(deferred).Select(TreeWords.Hash));
    }

    /// <param name="seeds">The libraries' members that begin a region.</param>
    /// <param name="yields">The names open results and connections: an iterator lends what it has opened to whoever enumerates it.</param>
    /// <param name="properties">The seeds that are properties.</param>
    public static NameIndex Create(IEnumerable<Compilation> sources, ImmutableHashSet<string> seeds, CancellationToken cancellation, bool yields = false, ImmutableHashSet<string>? properties = null)
    {
        var leakers = seeds.ToBuilder();
        var runners = ImmutableHashSet.CreateBuilder<string>();
        var getters = (properties ?? ImmutableHashSet<string>.Empty).ToBuilder();
        var deferred = ImmutableHashSet.CreateBuilder<string>();
        IReadOnlyCollection<string> fresh = seeds;
        var known = new WordSet();
        var examined = new HashSet<SyntaxNode>();
        var helpers = new Dictionary<string, Helper>(StringComparer.Ordinal);
        var trees = sources.SelectMany(c => c.SyntaxTrees).Select(t => (Tree: t, Words: WordsOf(t, cancellation))).ToList();
        for (var round = 0; round < MaxWrapping && fresh.Count > 0; round++)
        {
            var (leak, run, lazy) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
            var added = new WordSet(fresh.Select(TreeWords.Hash));
            known.UnionWith(added);
            foreach (var (tree, words) in trees)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!words.ContainsAny(added) && !(round == 0 && words.HasSqlBegin))
                {
                    continue;
                }

                // A connection that is opened lazily is kept by its owner, and by whatever reads it: of the begins alone is it worth asking who does.
                lazy.UnionWith(TreeBodies.Of(tree, cancellation).Deferred.Where(d => !yields && d.Factory.Mentions(known) && BodyUses.Of(d.Factory.Declaration).Have(leakers)).Select(d => d.Field));
                foreach (var body in TreeBodies.Of(tree, cancellation).Bodies)
                {
                    var declaration = body.Declaration;
                    if (!(body.Mentions(known) || body.HasSqlBegin) || examined.Contains(declaration) || Wrapping.NameOf(declaration) is not { } name)
                    {
                        continue;
                    }

                    var uses = BodyUses.Of(declaration);
                    var isDeferred = uses.HaveValue(deferred);
                    var begins = uses.Have(leakers) || uses.HaveRead(getters) || isDeferred;
                    if (begins && (yields ? uses.IsIterator || uses.MayHandOutResult(declaration, leakers) : uses.MayLeaveOpen(leakers) || isDeferred))
                    {
                        leak.Add(name);
                        examined.Add(declaration);
                        Known(name).Leaving.Add(declaration);

                        // A property that opens a connection is read by everybody who has a use for it: of those, the ones that call something on it have to do.
                        if (!yields && Wrapping.IsGetter(declaration))
                        {
                            getters.Add(name);
                        }
                    }

                    // A begin without `using` may do both: whether it leaves the region is asked by flow, what it runs meanwhile is its caller's text.
                    if ((begins || uses.Have(runners)) && uses.RunsDelegate(declaration))
                    {
                        run.Add(name);
                        Known(name).Running.Add(declaration);
                    }
                }
            }

            leak.ExceptWith(leakers);
            run.ExceptWith(runners);
            leakers.UnionWith(leak);
            runners.UnionWith(run);
            lazy.ExceptWith(deferred);
            deferred.UnionWith(lazy);
            fresh = leak.Concat(run).Concat(lazy).ToList();
        }

        return new NameIndex(seeds, leakers.ToImmutable(), runners.ToImmutable(), getters.ToImmutable(), deferred.ToImmutable(), helpers);

        Helper Known(string name) => helpers.TryGetValue(name, out var known) ? known : helpers[name] = new Helper(new HashSet<SyntaxNode>(), new HashSet<SyntaxNode>());
    }

    /// <summary>The bodies behind a name: those that seem to leave a region to their callers, and those that seem to run a delegate in one.</summary>
    public sealed record Helper(HashSet<SyntaxNode> Leaving, HashSet<SyntaxNode> Running);

    /// <summary>A library's begin has this name.</summary>
    public bool IsLibrarys(string name) => seeds.Contains(name);

    /// <summary>Null: no helper of the sources has this name.</summary>
    public Helper? HelperOf(string name) => helpers.TryGetValue(name, out var helper) ? helper : null;

    /// <summary>Constructors that seem to leave a region in the object that they make.</summary>
    public IEnumerable<ConstructorDeclarationSyntax> Constructors => helpers.Values.SelectMany(h => h.Leaving).OfType<ConstructorDeclarationSyntax>();

    /// <summary>The helpers' names in a body by which it may have a region, each once.</summary>
    /// <param name="isSure">It has a library's begin, a text or a parameter: no helper has to be asked, and none is returned.</param>
    public IReadOnlyCollection<string> HelpersIn(SyntaxNode body, out bool isSure)
    {
        var uses = BodyUses.Of(body);
        isSure = uses.HasSqlBegin || uses.HasTransactionParameter || uses.Names.Any(seeds.Contains) || uses.Reads.Any(name => getters.Contains(name) && seeds.Contains(name)) || uses.HaveValue(deferred);
        return isSure ? Array.Empty<string>() : uses.Names.Where(beginners.Contains).Concat(uses.Reads.Where(getters.Contains)).ToList();
    }

    /// <summary>The declarations of a tree whose bodies can have a region.</summary>
    public IEnumerable<SyntaxNode> Candidates(SyntaxTree tree, CancellationToken cancellation)
    {
        var words = WordsOf(tree, cancellation);
        if (!words.HasSqlBegin && !words.HasTransactionType && !words.ContainsAny(hashes))
        {
            return Enumerable.Empty<SyntaxNode>();
        }

        return TreeBodies.Of(tree, cancellation).Bodies.Where(b => (b.NamesTransaction || MayBeMentionedIn(b)) && CanHaveRegion(b.Declaration)).Select(b => b.Declaration);
    }

    /// <summary>Any of the words stands somewhere in the sources.</summary>
    public bool Mentions(IEnumerable<Compilation> sources, ICollection<string> words, CancellationToken cancellation) =>
        sources.SelectMany(c => c.SyntaxTrees).Any(t => WordsOf(t, cancellation).ContainsAny(words));

    /// <summary>One of the names stands in the file, or in the body as a use.</summary>
    public bool IsMentionedIn(TreeWords tree) => tree.ContainsAny(hashes);

    public bool IsMentionedIn(NamedBody body) => MayBeMentionedIn(body) && Begins(BodyUses.Of(body.Declaration));

    private bool MayBeMentionedIn(NamedBody body) => body.Mentions(hashes) || body.HasSqlBegin;

    /// <summary>A member of this name may hand a region to its caller.</summary>
    public bool CanBegin(string name) => leakers.Contains(name);

    /// <summary>Whether the text of a body, or of a function in it, can begin a region or has its caller's.</summary>
    public bool CanHaveRegion(SyntaxNode body) => BodyUses.Of(body) is var uses && (Begins(uses) || uses.HasTransactionParameter);

    private bool Begins(BodyUses uses) => uses.Have(beginners) || uses.HaveRead(getters) || uses.HaveValue(deferred);

    /// <summary>Everything that has a body of its own: members, accessors, and the statements of a program.</summary>
    public static IEnumerable<SyntaxNode> Declarations(SyntaxNode root)
    {
        foreach (var node in root.DescendantNodes(n => n is not (BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or StatementSyntax)))
        {
            if (BodyCatalog.Body(node) is { } body && body == node)
            {
                yield return node;
            }
        }

        if (BodyCatalog.Body(root) is { } program)
        {
            yield return program;
        }
    }

    /// <summary>The word stands somewhere in the file.</summary>
    public static bool HasWord(SyntaxTree tree, string word, CancellationToken cancellation) => WordsOf(tree, cancellation).ContainsAny(new[] { TreeWords.Hash(word) });

    /// <summary>The words of a tree, which each pass over it shares.</summary>
    public static TreeWords WordsOf(SyntaxTree tree, CancellationToken cancellation) =>
        Words.TryGetValue(tree, out var known) ? known : Words.GetValue(tree, t => TreeWords.Scan(t.GetText(cancellation)));
}
