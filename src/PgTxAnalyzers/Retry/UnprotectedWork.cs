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
/// PGTX201's. A search over names says first which methods can lead there; only those are bound.
/// </summary>
internal sealed class UnprotectedWork
{
    /// <summary>Calls from the entry point down.</summary>
    private const int MaxDepth = 8;

    /// <summary>Rounds of the search over names: a command that is wrapped in more methods is not looked for.</summary>
    private const int MaxWrapping = 8;

    /// <summary>Without one of these words in any source there is no work with the driver.</summary>
    private static readonly string[] Libraries =
    {
        "NpgsqlConnection", "NpgsqlDataSource", "NpgsqlCommand", "NpgsqlBatch", "Dapper", "IDbConnection", "DbConnection", "DbDataSource", "DbCommand", "IDbCommand", "GetDbConnection",
    };

    private static readonly string[] Members =
    {
        "OpenConnection", "OpenConnectionAsync", "Open", "OpenAsync", "ExecuteNonQuery", "ExecuteNonQueryAsync", "ExecuteReader", "ExecuteReaderAsync", "ExecuteScalar", "ExecuteScalarAsync",
        "Execute", "ExecuteAsync", "Query", "QueryAsync", "QueryFirst", "QueryFirstAsync", "QueryFirstOrDefault", "QueryFirstOrDefaultAsync", "QuerySingle", "QuerySingleAsync",
        "QuerySingleOrDefault", "QuerySingleOrDefaultAsync", "QueryMultiple", "QueryMultipleAsync", "QueryUnbufferedAsync", "BeginBinaryImport", "BeginBinaryImportAsync",
        "BeginTextImport", "BeginTextImportAsync", "BeginBinaryExport", "BeginBinaryExportAsync",
    };

    private readonly RetryContext context;
    private readonly ConcurrentDictionary<IMethodSymbol, ImmutableArray<string>> methods = new(SymbolEqualityComparer.Default);
    private readonly object gate = new();
    private ImmutableHashSet<string>? names;

    public UnprotectedWork(RetryContext context) => this.context = context;

    /// <summary>The first call in a body's own text that leads there, with the chain below it; null where none does.</summary>
    public (ExpressionSyntax Call, ImmutableArray<string> Chain)? In(SyntaxNode body, CancellationToken cancellation) =>
        Names(cancellation).IsEmpty ? null : In(body, 0, ImmutableHashSet<IMethodSymbol>.Empty.WithComparer(SymbolEqualityComparer.Default), cancellation);

    private (ExpressionSyntax, ImmutableArray<string>)? In(SyntaxNode body, int depth, ImmutableHashSet<IMethodSymbol> above, CancellationToken cancellation)
    {
        foreach (var node in body.DescendantNodes())
        {
            cancellation.ThrowIfCancellationRequested();
            if (node is not InvocationExpressionSyntax call || NameOf(call) is not { } name || !Names(cancellation).Contains(name))
            {
                continue;
            }

            var fact = context.FactOf(call, out var method, cancellation);
            if (method is null || Chain(call, fact, method, depth, above, cancellation) is not { } chain || IsProtected(call, body, cancellation))
            {
                continue;
            }

            return (call, chain);
        }

        return null;
    }

    private ImmutableArray<string>? Chain(InvocationExpressionSyntax call, ApiFact fact, IMethodSymbol method, int depth, ImmutableHashSet<IMethodSymbol> above, CancellationToken cancellation)
    {
        if (IsWork(fact, method))
        {
            return ImmutableArray.Create(Effects.Names.Of(method));
        }

        if (fact.Role != ApiRole.None || depth >= MaxDepth)
        {
            return null;
        }

        foreach (var target in context.Compilation.Targets.Of(method, Flow.Value.Nothing, false, cancellation))
        {
            if (!above.Contains(target) && Below(target, depth, above, cancellation) is { IsDefaultOrEmpty: false } chain)
            {
                return chain.Insert(0, Effects.Names.Of(method));
            }
        }

        return null;
    }

    private ImmutableArray<string> Below(IMethodSymbol method, int depth, ImmutableHashSet<IMethodSymbol> above, CancellationToken cancellation)
    {
        if (methods.TryGetValue(method, out var known))
        {
            return known;
        }

        var found = ImmutableArray<string>.Empty;
        foreach (var reference in method.DeclaringSyntaxReferences)
        {
            var body = reference.GetSyntax(cancellation);
            if (body is not TypeDeclarationSyntax && In(body, depth + 1, above.Add(method), cancellation) is { } work)
            {
                found = work.Item2;
                break;
            }
        }

        // An answer that was cut short by a recursion or by the bound is none to keep.
        return found.IsEmpty && depth > 0 ? found : methods.GetOrAdd(method, found);
    }

    private static bool IsWork(ApiFact fact, IMethodSymbol method) =>
        fact.Role is ApiRole.Open or ApiRole.OpenNew or ApiRole.Command or ApiRole.Copy && !KnownTypes.IsEfCore(method)
        && method.ContainingNamespace?.ToDisplayString() is { } space && (space == "Dapper" || space == "System.Data" || space == "System.Data.Common" || space.StartsWith("Npgsql", StringComparison.Ordinal));

    /// <summary>A scope stands around it, or it stands in a lambda that does not run here.</summary>
    private bool IsProtected(SyntaxNode call, SyntaxNode body, CancellationToken cancellation)
    {
        var at = call;
        while (true)
        {
            var scope = context.Scopes.Around(at, out var boundary, cancellation);
            if (scope is null)
            {
                // The search ends at the body itself, or at a function in it that somebody else runs.
                return boundary != body && body.Span.Contains(boundary.Span) && boundary is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax && boundary != body;
            }

            if (scope.CoversLost)
            {
                return true;
            }

            if (scope.At.Parent is not { } outer || scope.At == at)
            {
                return false;
            }

            at = scope.At is CatchClauseSyntax ? outer.Parent ?? outer : scope.At;
            if (!body.Span.Contains(at.Span) || at == body)
            {
                return false;
            }
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
        if (!context.Uses.Anywhere(Libraries, cancellation))
        {
            return ImmutableHashSet<string>.Empty;
        }

        var found = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        IReadOnlyCollection<string> fresh = Members;
        for (var round = 0; round < MaxWrapping && fresh.Count > 0; round++)
        {
            found.UnionWith(fresh);
            fresh = fresh.SelectMany(name => context.Uses.Of(name, cancellation)).Select(DeclarationOf).OfType<string>().Where(name => !found.Contains(name)).Distinct().ToList();
        }

        found.UnionWith(fresh);
        return found.ToImmutable();
    }

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
}
