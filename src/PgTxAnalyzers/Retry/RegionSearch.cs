using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>Is a transaction begun anywhere in sight? One is enough, so the search ends at the first.</summary>
internal sealed class RegionSearch
{
    private readonly RetryContext context;
    private readonly object gate = new();
    private readonly System.Lazy<(string[] Names, int[] Hashes)> begins;
    private bool? exist;

    public RegionSearch(RetryContext context)
    {
        this.context = context;
        begins = new System.Lazy<(string[], int[])>(() => (context.Compilation.Models.BeginNames.ToArray(), context.Compilation.Models.BeginNames.Select(TreeWords.Hash).ToArray()));
    }

    public bool Exist(CancellationToken cancellation)
    {
        lock (gate)
        {
            return exist ??= Find(cancellation);
        }
    }

    private bool Find(CancellationToken cancellation) =>
        context.Compilation.Carried.Has(FactKind.Begins) || context.Compilation.Bodies.Sources.SelectMany(c => c.SyntaxTrees).Any(tree => HasBegin(tree, cancellation) || HasSqlBegin(tree, cancellation));

    private bool HasBegin(SyntaxTree tree, CancellationToken cancellation) =>
        NameIndex.WordsOf(tree, cancellation).ContainsAny(begins.Value.Hashes) && begins.Value.Names.Any(name => context.Uses.Of(tree, name, cancellation).Any(use => Begins(use, cancellation)));

    private bool Begins(SimpleNameSyntax use, CancellationToken cancellation) =>
        NameUses.CallOf(use) is { } call && context.FactOf(call, out _, cancellation).Role is ApiRole.Begin or ApiRole.Scope or ApiRole.TransactionRunner;

    private bool HasSqlBegin(SyntaxTree tree, CancellationToken cancellation) =>
        NameIndex.WordsOf(tree, cancellation).HasSqlBegin
        && tree.GetRoot(cancellation).DescendantTokens().Any(token => BodyUses.IsSqlBegin(token)
            && context.Compilation.Sql(token.ValueText).Statements is { IsDefaultOrEmpty: false } statements && statements.Any(s => s.Has(Postgres.SqlEffect.Begins)));
}
