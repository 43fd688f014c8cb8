using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Retry;

/// <summary>What a scope has to be good for.</summary>
internal enum Need : byte
{
    /// <summary>EF Core's own strategy: it alone lets a transaction be begun under it.</summary>
    Strategy,

    /// <summary>A lost connection.</summary>
    Lost,

    /// <summary>A serialisation failure.</summary>
    Conflict,
}

/// <summary>Is a place only ever run inside a retry scope? Its own text decides; else all callers in reach.</summary>
internal sealed class Coverage
{
    /// <summary>Calls from the place up to the scope, beyond which none is looked for.</summary>
    private const int MaxDepth = 8;

    /// <summary>Callers of one method that are looked at.</summary>
    private const int MaxCallers = 64;

    private readonly RetryContext context;
    private readonly ConcurrentDictionary<(ISymbol Method, Need Need), bool> verdicts = new();

    public Coverage(RetryContext context) => this.context = context;

    public bool IsCovered(SyntaxNode place, Need need, CancellationToken cancellation) => IsCovered(place, need, ImmutableHashSet<ISymbol>.Empty.WithComparer(SymbolEqualityComparer.Default), cancellation);

    private bool IsCovered(SyntaxNode place, Need need, ImmutableHashSet<ISymbol> below, CancellationToken cancellation)
    {
        var node = place;
        while (context.Scopes.Around(node, out var boundary, cancellation) is var scope)
        {
            if (scope is null)
            {
                return IsFunctionCovered(boundary, need, below, cancellation);
            }

            if (Serves(scope, need))
            {
                return true;
            }

            // A scope that is no help here: perhaps one around it is.
            if (scope.At.Parent is not { } outer)
            {
                return false;
            }

            node = scope.At is CatchClauseSyntax ? outer.Parent ?? outer : scope.At;
            if (node == place)
            {
                return false;
            }
        }

        return false;
    }

    private static bool Serves(RetryScope scope, Need need) => need switch
    {
        Need.Strategy => scope.Kind == RetryKind.Strategy,
        Need.Lost => scope.CoversLost,
        _ => scope.CoversConflict,
    };

    private bool IsFunctionCovered(SyntaxNode function, Need need, ImmutableHashSet<ISymbol> below, CancellationToken cancellation)
    {
        var model = context.Model(function);
        switch (function)
        {
            case AnonymousFunctionExpressionSyntax { Parent: EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } } when model.GetDeclaredSymbol(variable, cancellation) is ILocalSymbol local:
                return AllUsesCovered(UsesIn(variable.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? function.SyntaxTree.GetRoot(cancellation), local, model, cancellation), local, need, below, cancellation);
            case LocalFunctionStatementSyntax when model.GetDeclaredSymbol(function, cancellation) is IMethodSymbol own:
                return AllUsesCovered(UsesIn(function.Parent?.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? function.SyntaxTree.GetRoot(cancellation), own, model, cancellation), own, need, below, cancellation);
            case BaseMethodDeclarationSyntax when model.GetDeclaredSymbol(function, cancellation) is IMethodSymbol method:
                return IsCalledCovered(method, need, below, cancellation);
            default:
                return false;
        }
    }

    private static IEnumerable<SyntaxNode> UsesIn(SyntaxNode member, ISymbol symbol, SemanticModel model, CancellationToken cancellation) =>
        member.DescendantNodes().OfType<IdentifierNameSyntax>().Where(n =>
            n.Identifier.ValueText == symbol.Name && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(n, cancellation).Symbol?.OriginalDefinition, symbol));

    /// <summary>All callers of a method in reach come through a scope, and there are some.</summary>
    public bool IsCalledCovered(IMethodSymbol method, Need need, CancellationToken cancellation) =>
        IsCalledCovered(method, need, ImmutableHashSet<ISymbol>.Empty.WithComparer(SymbolEqualityComparer.Default), cancellation);

    private bool IsCalledCovered(IMethodSymbol method, Need need, ImmutableHashSet<ISymbol> below, CancellationToken cancellation)
    {
        if (below.IsEmpty && verdicts.TryGetValue((method, need), out var known))
        {
            return known;
        }

        var covered = QueueRetries.Cover(method, context, cancellation) && need != Need.Strategy
            ? true
            : AllUsesCovered(CallersOf(method, cancellation), method, need, below, cancellation);
        if (below.IsEmpty)
        {
            verdicts[(method, need)] = covered;
        }

        return covered;
    }

    private bool AllUsesCovered(IEnumerable<SyntaxNode> uses, ISymbol function, Need need, ImmutableHashSet<ISymbol> below, CancellationToken cancellation)
    {
        // A recursion adds no way in.
        if (below.Contains(function))
        {
            return true;
        }

        if (below.Count >= MaxDepth)
        {
            return false;
        }

        var any = function is IMethodSymbol method && IsCoveredBelow(method, need);
        foreach (var use in uses.Take(MaxCallers))
        {
            any = true;
            if (!IsCovered(use, need, below.Add(function), cancellation))
            {
                return false;
            }
        }

        return any;
    }

    /// <summary>A referenced project calls the member that the method implements or overrides, and always in a scope.</summary>
    private bool IsCoveredBelow(IMethodSymbol method, Need need)
    {
        var kind = CoveredCalls.KindOf(need);
        if (!context.Compilation.Carried.Of(kind).Any() || method.ContainingType is not { } type)
        {
            return false;
        }

        for (var m = method.OverriddenMethod; m is not null; m = m.OverriddenMethod)
        {
            if (context.Compilation.Carried.Has(kind, ProjectFacts.IdOf(m)))
            {
                return true;
            }
        }

        return type.AllInterfaces.SelectMany(i => i.GetMembers()).OfType<IMethodSymbol>()
            .Any(m => context.Compilation.Carried.Has(kind, ProjectFacts.IdOf(m)) && SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(m), method));
    }

    /// <summary>Calls and method groups of a method in all sources, also through the interface or the base class that it implements.</summary>
    public IEnumerable<SyntaxNode> CallersOf(IMethodSymbol method, CancellationToken cancellation)
    {
        var isConstructor = method.MethodKind == MethodKind.Constructor;
        foreach (var name in context.Uses.Of(isConstructor ? method.ContainingType.Name : method.Name, cancellation))
        {
            var node = isConstructor ? NameUses.CallOf(name) : name;
            if (node is null || name.Parent is NameColonSyntax || IsNameOf(name))
            {
                continue;
            }

            var info = context.Model(name).GetSymbolInfo(node, cancellation);
            foreach (var called in info.Symbol is { } one ? ImmutableArray.Create(one) : info.CandidateSymbols)
            {
                if (called is IMethodSymbol m && Reaches(m, method, cancellation))
                {
                    yield return node;
                    break;
                }
            }
        }
    }

    private static bool IsNameOf(SyntaxNode name) =>
        name.FirstAncestorOrSelf<ArgumentSyntax>() is { Parent.Parent: InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" } } };

    private bool Reaches(IMethodSymbol called, IMethodSymbol method, CancellationToken cancellation)
    {
        var definition = (called.ReducedFrom ?? called).OriginalDefinition;
        return SymbolEqualityComparer.Default.Equals(definition, method.OriginalDefinition)
            || context.Compilation.Targets.Of(definition, Flow.Value.Nothing, false, cancellation).Any(t => SymbolEqualityComparer.Default.Equals(t, method.OriginalDefinition));
    }
}
