using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Retry;

/// <summary>The names by which a transaction is rolled back: the libraries', and those of methods that mention one of them.</summary>
internal sealed class RollbackNames
{
    /// <summary>Methods that a rollback may be wrapped in.</summary>
    private const int MaxWrapping = 3;

    private static readonly string[] Libraries = { "Rollback", "RollbackAsync", "RollbackTransaction", "RollbackTransactionAsync" };

    private readonly RetryContext context;
    private readonly object gate = new();
    private ImmutableHashSet<string>? names;

    public RollbackNames(RetryContext context) => this.context = context;

    /// <summary>Those that stand in a file.</summary>
    public IEnumerable<string> In(SyntaxTree tree, CancellationToken cancellation)
    {
        var words = NameIndex.WordsOf(tree, cancellation);
        return All(cancellation).Where(name => words.ContainsAny(new[] { TreeWords.Hash(name) })).OrderBy(name => name, StringComparer.Ordinal);
    }

    private ImmutableHashSet<string> All(CancellationToken cancellation)
    {
        lock (gate)
        {
            return names ??= Find(cancellation);
        }
    }

    private ImmutableHashSet<string> Find(CancellationToken cancellation)
    {
        var found = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        if (!context.Uses.Anywhere(Libraries, cancellation))
        {
            return found.ToImmutable();
        }

        IReadOnlyCollection<string> fresh = Libraries;
        for (var round = 0; round <= MaxWrapping && fresh.Count > 0; round++)
        {
            found.UnionWith(fresh);
            if (round == MaxWrapping)
            {
                break;
            }

            fresh = fresh.SelectMany(name => context.Uses.Of(name, cancellation))
                .Where(use => NameUses.CallOf(use) is not null && use.FirstAncestorOrSelf<CatchClauseSyntax>() is null)
                .Select(use => use.FirstAncestorOrSelf<MethodDeclarationSyntax>()?.Identifier.ValueText).OfType<string>()
                .Where(name => !found.Contains(name)).Distinct().ToList();
        }

        return found.ToImmutable();
    }
}
