using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
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
    private readonly ImmutableHashSet<string> seeds;
    private readonly Dictionary<string, Helper> helpers;
    private readonly HashSet<int> hashes;
    private readonly int[] words;

    private NameIndex(ImmutableHashSet<string> seeds, ImmutableHashSet<string> leakers, ImmutableHashSet<string> runners, Dictionary<string, Helper> helpers)
    {
        (this.seeds, this.helpers) = (seeds, helpers);
        (this.leakers, beginners) = (leakers, leakers.Union(runners));
        words = beginners.Select(TreeWords.Hash).ToArray();
        hashes = new HashSet<int>(words);
    }

    /// <param name="seeds">The libraries' members that begin a region.</param>
    /// <param name="yields">The names open results and connections: an iterator lends what it has opened to whoever enumerates it.</param>
    public static NameIndex Create(IEnumerable<Compilation> sources, ImmutableHashSet<string> seeds, CancellationToken cancellation, bool yields = false)
    {
        var leakers = seeds.ToBuilder();
        var runners = ImmutableHashSet.CreateBuilder<string>();
        IReadOnlyCollection<string> fresh = seeds;
        var known = new HashSet<int>();
        var examined = new HashSet<SyntaxNode>();
        var helpers = new Dictionary<string, Helper>(StringComparer.Ordinal);
        var trees = sources.SelectMany(c => c.SyntaxTrees).Select(t => (Tree: t, Words: WordsOf(t, cancellation))).ToList();
        for (var round = 0; round < MaxWrapping && fresh.Count > 0; round++)
        {
            var (leak, run) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
            var hashes = fresh.Select(TreeWords.Hash).ToArray();
            known.UnionWith(hashes);
            foreach (var (tree, words) in trees)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!words.ContainsAny(hashes) && !(round == 0 && words.HasSqlBegin))
                {
                    continue;
                }

                foreach (var body in TreeBodies.Of(tree, cancellation).Bodies)
                {
                    var declaration = body.Declaration;
                    if (!(body.Mentions(known) || body.Words.Any(TreeWords.IsSqlBegin)) || examined.Contains(declaration) || Wrapping.NameOf(declaration) is not { } name)
                    {
                        continue;
                    }

                    var begins = Mentions(declaration, leakers);
                    if (begins && (yields ? Wrapping.IsIterator(declaration) || Wrapping.HandsOutResult(declaration, leakers) : Wrapping.MayLeaveOpen(declaration, leakers)))
                    {
                        leak.Add(name);
                        examined.Add(declaration);
                        Known(name).Leaving.Add(declaration);
                    }
                    else if ((begins || Mentions(declaration, runners)) && Wrapping.RunsDelegate(declaration))
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
            fresh = leak.Concat(run).ToList();
        }

        return new NameIndex(seeds, leakers.ToImmutable(), runners.ToImmutable(), helpers);

        Helper Known(string name) => helpers.TryGetValue(name, out var known) ? known : helpers[name] = new Helper(new HashSet<SyntaxNode>(), new HashSet<SyntaxNode>());
    }

    /// <summary>The bodies behind a name: those that seem to leave a region to their callers, and those that seem to run a delegate in one.</summary>
    public sealed record Helper(HashSet<SyntaxNode> Leaving, HashSet<SyntaxNode> Running);

    /// <summary>A library's begin has this name.</summary>
    public bool IsLibrarys(string name) => seeds.Contains(name);

    /// <summary>Null: no helper of the sources has this name.</summary>
    public Helper? HelperOf(string name) => helpers.TryGetValue(name, out var helper) ? helper : null;

    /// <summary>The names in a body by which it may have a region, each once.</summary>
    /// <param name="isSure">A library's begin, a text or a parameter is among them: no helper has to be asked.</param>
    public IReadOnlyCollection<string> HelpersIn(SyntaxNode body, out bool isSure)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in body.DescendantTokens())
        {
            if (token.IsKind(SyntaxKind.IdentifierToken) ? seeds.Contains(token.ValueText) && IsUse(token.Parent) : IsSqlBegin(token))
            {
                isSure = true;
                return found;
            }

            if (token.IsKind(SyntaxKind.IdentifierToken) && beginners.Contains(token.ValueText) && IsUse(token.Parent))
            {
                found.Add(token.ValueText);
            }
        }

        isSure = HasTransactionParameter(body);
        return found;
    }

    /// <summary>The declarations of a tree whose bodies can have a region.</summary>
    public IEnumerable<SyntaxNode> Candidates(SyntaxTree tree, CancellationToken cancellation)
    {
        var words = WordsOf(tree, cancellation);
        if (!words.HasSqlBegin && !words.HasTransactionType && !words.ContainsAny(this.words))
        {
            return Enumerable.Empty<SyntaxNode>();
        }

        return TreeBodies.Of(tree, cancellation).Bodies.Where(b => (b.NamesTransaction || MayBeMentionedIn(b)) && CanHaveRegion(b.Declaration)).Select(b => b.Declaration);
    }

    /// <summary>Any of the words stands somewhere in the sources.</summary>
    public bool Mentions(IEnumerable<Compilation> sources, ICollection<string> words, CancellationToken cancellation) =>
        sources.SelectMany(c => c.SyntaxTrees).Any(t => WordsOf(t, cancellation).ContainsAny(words));

    /// <summary>One of the names stands in the file, or in the body as a use.</summary>
    public bool IsMentionedIn(TreeWords tree) => tree.ContainsAny(words);

    public bool IsMentionedIn(NamedBody body) => MayBeMentionedIn(body) && Mentions(body.Declaration, beginners);

    private bool MayBeMentionedIn(NamedBody body) => body.Mentions(hashes) || body.Words.Any(TreeWords.IsSqlBegin);

    /// <summary>A member of this name may hand a region to its caller.</summary>
    public bool CanBegin(string name) => leakers.Contains(name);

    /// <summary>Whether the text of a body, or of a function in it, can begin a region or has its caller's.</summary>
    public bool CanHaveRegion(SyntaxNode body) => Mentions(body, beginners) || HasTransactionParameter(body);

    private static bool HasTransactionParameter(SyntaxNode body) =>
        body.DescendantNodesAndSelf().Any(n => n is ParameterSyntax { Type: { } type } && type.ToString().Contains("Transaction")
            || n is ParameterSyntax { Type: null } untyped && IsTransactionName(untyped));

    /// <summary>`(connection, tx) =>`, `transaction =>`: what a lambda of a helper in another assembly calls it. `t` alone is anything.</summary>
    private static bool IsTransactionName(ParameterSyntax untyped) => untyped.Identifier.ValueText is var name
        && (name.StartsWith("tx", StringComparison.OrdinalIgnoreCase) || name.IndexOf("trans", StringComparison.OrdinalIgnoreCase) >= 0 || name is "trx" or "trn"
            || (name == "t" && untyped.Parent is ParameterListSyntax { Parameters.Count: > 1 }));

    private static bool Mentions(SyntaxNode body, ISet<string> names)
    {
        foreach (var token in body.DescendantTokens())
        {
            if (token.IsKind(SyntaxKind.IdentifierToken) ? names.Contains(token.ValueText) && IsUse(token.Parent) : IsSqlBegin(token))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The name is called, constructed or handed on, not declared or merely a type.</summary>
    public static bool IsUse(SyntaxNode? name) => name?.Parent switch
    {
        InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or ArgumentSyntax => true,
        MemberAccessExpressionSyntax access => access.Name == name && access.Parent is InvocationExpressionSyntax or ArgumentSyntax or MemberAccessExpressionSyntax,
        MemberBindingExpressionSyntax => true,
        QualifiedNameSyntax { Parent: BaseObjectCreationExpressionSyntax } => true,
        VariableDeclarationSyntax => true,
        _ => false,
    };

    /// <summary>A text in which BEGIN or START TRANSACTION may be SQL.</summary>
    public static bool IsSqlBegin(SyntaxToken token) =>
        (token.IsKind(SyntaxKind.StringLiteralToken) || token.IsKind(SyntaxKind.InterpolatedStringTextToken) || token.IsKind(SyntaxKind.SingleLineRawStringLiteralToken)
            || token.IsKind(SyntaxKind.MultiLineRawStringLiteralToken))
        && (token.Text.IndexOf("begin", StringComparison.OrdinalIgnoreCase) >= 0 || token.Text.IndexOf("start transaction", StringComparison.OrdinalIgnoreCase) >= 0);

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
