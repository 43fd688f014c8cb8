using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// Where a name stands in the sources in sight: what a search for callers and for configuration begins with. A file whose words do not have
/// the name is not walked; one that is walked is walked once for all names.
/// </summary>
internal sealed class NameUses
{
    private readonly BodyCatalog bodies;
    private readonly ConcurrentDictionary<string, ImmutableArray<SimpleNameSyntax>> all = new(StringComparer.Ordinal);

    /// <summary>Per tree, shared by the compilations that see it, so that an edit walks one file. It holds no tree alive: the trees are its keys, and what a value holds is its own key.</summary>
    private static readonly ConditionalWeakTable<SyntaxTree, Dictionary<string, List<SimpleNameSyntax>>> Trees = new();

    public NameUses(BodyCatalog bodies) => this.bodies = bodies;

    /// <summary>Whether a word stands in any source, as code, text or comment.</summary>
    public bool Anywhere(IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        var hashes = names.Select(TreeWords.Hash).ToArray();
        return bodies.Sources.Any(c => c.SyntaxTrees.Any(t => NameIndex.WordsOf(t, cancellation).ContainsAny(hashes)));
    }

    /// <summary>The places in all sources, in the order of the trees.</summary>
    public ImmutableArray<SimpleNameSyntax> Of(string name, CancellationToken cancellation)
    {
        if (all.TryGetValue(name, out var known))
        {
            return known;
        }

        var hash = new[] { TreeWords.Hash(name) };
        var found = ImmutableArray.CreateBuilder<SimpleNameSyntax>();
        foreach (var tree in bodies.Sources.SelectMany(c => c.SyntaxTrees))
        {
            cancellation.ThrowIfCancellationRequested();
            if (NameIndex.WordsOf(tree, cancellation).ContainsAny(hash))
            {
                found.AddRange(Of(tree, name, cancellation));
            }
        }

        return all.GetOrAdd(name, found.ToImmutable());
    }

    /// <summary>The places in one file.</summary>
    public IEnumerable<SimpleNameSyntax> Of(SyntaxTree tree, string name, CancellationToken cancellation) =>
        Index(tree, cancellation).TryGetValue(name, out var uses) ? uses : Enumerable.Empty<SimpleNameSyntax>();

    private Dictionary<string, List<SimpleNameSyntax>> Index(SyntaxTree tree, CancellationToken cancellation)
    {
        if (Trees.TryGetValue(tree, out var known))
        {
            return known;
        }

        var index = new Dictionary<string, List<SimpleNameSyntax>>(StringComparer.Ordinal);
        foreach (var node in tree.GetRoot(cancellation).DescendantNodes())
        {
            if (node is SimpleNameSyntax name)
            {
                var text = name.Identifier.ValueText;
                if (!index.TryGetValue(text, out var uses))
                {
                    index.Add(text, uses = new List<SimpleNameSyntax>());
                }

                uses.Add(name);
            }
        }

        return Trees.GetValue(tree, _ => index);
    }

    /// <summary>The invocation or creation whose callee the name is; null for a mere mention.</summary>
    public static ExpressionSyntax? CallOf(SimpleNameSyntax name)
    {
        ExpressionSyntax callee = name;
        switch (name.Parent)
        {
            case MemberAccessExpressionSyntax access when access.Name == name:
                callee = access;
                break;
            case MemberBindingExpressionSyntax binding:
                callee = binding;
                break;
            case QualifiedNameSyntax { Parent: BaseObjectCreationExpressionSyntax qualified }:
                return qualified;
        }

        return callee.Parent switch
        {
            InvocationExpressionSyntax invocation when invocation.Expression == callee => invocation,
            ObjectCreationExpressionSyntax creation when creation.Type == name => creation,
            _ => null,
        };
    }
}
