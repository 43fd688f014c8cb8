using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// The first work with the driver itself (Npgsql, ADO.NET, Dapper) that a body reaches without a retry scope on the way. What EF Core runs is
/// PGTX201's. A search over names says first which methods can lead there; only calls of those are bound, and each body once.
/// </summary>
internal sealed class UnprotectedWork
{
    /// <summary>Methods that one search from an entry point looks into.</summary>
    private const int MaxMethods = 1000;

    /// <summary>Rounds of the search over names: a command that is wrapped in more methods is not looked for.</summary>
    private const int MaxWrapping = 8;

    private static readonly string[] Members =
    {
        "OpenConnection", "OpenConnectionAsync", "Open", "OpenAsync", "ExecuteNonQuery", "ExecuteNonQueryAsync", "ExecuteReader", "ExecuteReaderAsync", "ExecuteScalar", "ExecuteScalarAsync",
        "Execute", "ExecuteAsync", "Query", "QueryAsync", "QueryFirst", "QueryFirstAsync", "QueryFirstOrDefault", "QueryFirstOrDefaultAsync", "QuerySingle", "QuerySingleAsync",
        "QuerySingleOrDefault", "QuerySingleOrDefaultAsync", "QueryMultiple", "QueryMultipleAsync", "QueryUnbufferedAsync", "BeginBinaryImport", "BeginBinaryImportAsync",
        "BeginTextImport", "BeginTextImportAsync", "BeginBinaryExport", "BeginBinaryExportAsync",
    };

    /// <summary>A file without one of these words works with no driver; members of other names (Execute, Query, Open) are too common to count alone.</summary>
    private static readonly int[] Files = new[]
    {
        "NpgsqlConnection", "NpgsqlDataSource", "NpgsqlCommand", "NpgsqlBatch", "Dapper", "IDbConnection", "DbConnection", "DbDataSource", "DbCommand", "IDbCommand", "GetDbConnection",
        "OpenConnectionAsync", "ExecuteNonQueryAsync", "ExecuteReaderAsync", "ExecuteScalarAsync", "QueryAsync", "QueryFirstAsync", "QueryFirstOrDefaultAsync", "QuerySingleAsync",
        "QuerySingleOrDefaultAsync", "QueryMultipleAsync",
    }.Select(TreeWords.Hash).ToArray();

    private readonly RetryContext context;
    private readonly ConcurrentDictionary<IMethodSymbol, Body> bodies = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, bool> leadsNowhere = new(SymbolEqualityComparer.Default);
    private readonly object gate = new();
    private ImmutableHashSet<string>? names;

    public UnprotectedWork(RetryContext context) => this.context = context;

    /// <summary>By names alone: a body that mentions none of them does no such work.</summary>
    public bool MayBeIn(SyntaxNode body, CancellationToken cancellation)
    {
        var all = Names(cancellation);
        return !all.IsEmpty && body.DescendantNodes().Any(n => n is SimpleNameSyntax name && all.Contains(name.Identifier.ValueText));
    }

    /// <summary>The first call in a body's own text that leads there, with the chain below it; null where none does.</summary>
    public (ExpressionSyntax Call, ImmutableArray<string> Chain)? In(SyntaxNode body, CancellationToken cancellation)
    {
        foreach (var (call, method, isWork) in Look(body, cancellation).Calls)
        {
            if (isWork)
            {
                return (call, ImmutableArray.Create(Effects.Names.Of(method)));
            }

            if (Chain(method, cancellation) is { } chain)
            {
                return (call, chain.Insert(0, Effects.Names.Of(method)));
            }
        }

        return null;
    }

    /// <summary>Breadth first, so that the shortest way is said. What a search without a result has seen leads nowhere for the next one either.</summary>
    private ImmutableArray<string>? Chain(IMethodSymbol method, CancellationToken cancellation)
    {
        var cameFrom = new Dictionary<IMethodSymbol, (IMethodSymbol Body, IMethodSymbol Called)>(SymbolEqualityComparer.Default);
        var seen = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
        var queue = new Queue<IMethodSymbol>();
        foreach (var target in TargetsOf(method, cancellation))
        {
            if (!leadsNowhere.ContainsKey(target) && seen.Add(target))
            {
                queue.Enqueue(target);
            }
        }

        while (queue.Count > 0 && seen.Count < MaxMethods)
        {
            cancellation.ThrowIfCancellationRequested();
            var current = queue.Dequeue();
            foreach (var (_, called, isWork) in Of(current, cancellation).Calls)
            {
                if (isWork)
                {
                    var chain = ImmutableArray.Create(Effects.Names.Of(called));
                    for (var m = current; cameFrom.TryGetValue(m, out var step); m = step.Body)
                    {
                        chain = chain.Insert(0, Effects.Names.Of(step.Called));
                    }

                    return chain;
                }

                foreach (var target in TargetsOf(called, cancellation))
                {
                    if (!leadsNowhere.ContainsKey(target) && seen.Add(target))
                    {
                        cameFrom[target] = (current, called);
                        queue.Enqueue(target);
                    }
                }
            }
        }

        if (queue.Count == 0)
        {
            foreach (var visited in seen)
            {
                leadsNowhere[visited] = true;
            }
        }

        return null;
    }

    private ImmutableArray<IMethodSymbol> TargetsOf(IMethodSymbol method, CancellationToken cancellation) =>
        context.Compilation.Targets.Of(method, Flow.Value.Nothing, false, cancellation);

    private Body Of(IMethodSymbol method, CancellationToken cancellation) =>
        bodies.TryGetValue(method, out var known) ? known : bodies.GetOrAdd(method, method.DeclaringSyntaxReferences.Select(r => r.GetSyntax(cancellation))
            .Where(s => s is not TypeDeclarationSyntax).Select(s => Look(s, cancellation)).FirstOrDefault(b => !b.Calls.IsEmpty) ?? Body.Empty);

    /// <summary>The calls of a body's own text that are work or may lead to some, and that no scope protects. The types below a program are not its text.</summary>
    private Body Look(SyntaxNode body, CancellationToken cancellation)
    {
        var all = Names(cancellation);
        var calls = ImmutableArray.CreateBuilder<(ExpressionSyntax, IMethodSymbol, bool)>();
        foreach (var node in all.IsEmpty ? Enumerable.Empty<SyntaxNode>() : body.DescendantNodes(n => n is not (BaseTypeDeclarationSyntax or BaseNamespaceDeclarationSyntax)))
        {
            cancellation.ThrowIfCancellationRequested();
            if (node is not InvocationExpressionSyntax call || NameOf(call) is not { } name || !all.Contains(name))
            {
                continue;
            }

            var fact = context.FactOf(call, out var method, cancellation);
            if (method is null || !(IsWork(fact, method) || fact.Role == ApiRole.None) || (fact.Role == ApiRole.None && TargetsOf(method, cancellation).IsEmpty) || IsProtected(call, body, cancellation))
            {
                continue;
            }

            calls.Add((call, method, IsWork(fact, method)));
        }

        return calls.Count == 0 ? Body.Empty : new Body(calls.ToImmutable());
    }

    private static bool IsWork(ApiFact fact, IMethodSymbol method) =>
        fact.Role is ApiRole.Open or ApiRole.OpenNew or ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Copy && !KnownTypes.IsEfCore(method)
        && method.ContainingNamespace?.ToDisplayString() is { } space && (space == "Dapper" || space == "System.Data" || space == "System.Data.Common" || space.StartsWith("Npgsql", StringComparison.Ordinal));

    /// <summary>A scope stands around it, or it stands in a function that does not run here.</summary>
    private bool IsProtected(SyntaxNode call, SyntaxNode body, CancellationToken cancellation)
    {
        var at = call;
        while (true)
        {
            var scope = context.Scopes.Around(at, out var boundary, cancellation);
            if (scope is null)
            {
                return boundary is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax && boundary != body && body.Span.Contains(boundary.Span);
            }

            if (scope.CoversLost)
            {
                return true;
            }

            var outer = scope.At is CatchClauseSyntax ? scope.At.Parent?.Parent : scope.At;
            if (outer is null || outer == at || outer == body || !body.Span.Contains(outer.Span))
            {
                return false;
            }

            at = outer;
        }
    }

    private ImmutableHashSet<string> Names(CancellationToken cancellation)
    {
        lock (gate)
        {
            return names ??= Find(cancellation);
        }
    }

    private ImmutableHashSet<string> Find(CancellationToken cancellation)
    {
        var trees = context.Compilation.Bodies.Sources.SelectMany(c => c.SyntaxTrees).Where(t => NameIndex.WordsOf(t, cancellation).ContainsAny(Files)).ToList();
        var found = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        var fresh = trees.SelectMany(tree => Members.SelectMany(name => context.Uses.Of(tree, name, cancellation))).Select(DeclarationOf).OfType<string>().Distinct().ToList();
        if (fresh.Count == 0 && !trees.Any(IsProgram))
        {
            return ImmutableHashSet<string>.Empty;
        }

        found.UnionWith(Members);
        for (var round = 0; round < MaxWrapping && fresh.Count > 0; round++)
        {
            fresh.RemoveAll(found.Contains);
            found.UnionWith(fresh);
            fresh = fresh.SelectMany(name => context.Uses.Of(name, cancellation)).Select(DeclarationOf).OfType<string>().Where(name => !found.Contains(name)).Distinct().ToList();
        }

        return found.ToImmutable();
    }

    private static bool IsProgram(SyntaxTree tree) => tree.GetRoot() is CompilationUnitSyntax unit && unit.Members.Any(m => m is GlobalStatementSyntax);

    private static string? DeclarationOf(SimpleNameSyntax use) =>
        NameUses.CallOf(use) is null && use.Parent is not ArgumentSyntax ? null
        : use.Ancestors().Select(a => a switch
        {
            LocalFunctionStatementSyntax local => local.Identifier.ValueText,
            MethodDeclarationSyntax method => method.Identifier.ValueText,
            _ => null,
        }).FirstOrDefault(name => name is not null);

    private static string? NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => null,
    };

    private sealed class Body
    {
        public static readonly Body Empty = new(ImmutableArray<(ExpressionSyntax, IMethodSymbol, bool)>.Empty);

        public Body(ImmutableArray<(ExpressionSyntax Call, IMethodSymbol Method, bool IsWork)> calls) => Calls = calls;

        public ImmutableArray<(ExpressionSyntax Call, IMethodSymbol Method, bool IsWork)> Calls { get; }
    }
}
