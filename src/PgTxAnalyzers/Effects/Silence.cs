using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Which callees surely throw nothing: their bodies and what they call are in source, and nothing in them throws, no library's method, no delegate, no
/// <c>throw</c>. An empty stub is none that leaves its caller's transaction to a handler.
/// </summary>
internal sealed class Silence
{
    /// <summary>Calls that are looked into before a callee counts as one that may throw.</summary>
    private const int MaxDepth = 4;

    /// <summary>Calls of one body, beyond which it counts as one that may throw: each of them would have to be bound.</summary>
    private const int MaxCalls = 8;

    private readonly CompilationContext context;
    private readonly ConcurrentDictionary<IMethodSymbol, Body> bodies = new(SymbolEqualityComparer.Default);

    public Silence(CompilationContext context) => this.context = context;

    public bool IsKept(IMethodSymbol method, CancellationToken cancellation) => IsKept(method, MaxDepth, cancellation);

    private bool IsKept(IMethodSymbol method, int depth, CancellationToken cancellation)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        var own = bodies.TryGetValue(method, out var known) ? known : bodies.GetOrAdd(method, Look(method, cancellation));
        return !own.MayThrow && (own.Callees.Count == 0 || (depth > 0 && own.Callees.All(c => IsKept(c, depth - 1, cancellation))));
    }

    private Body Look(IMethodSymbol method, CancellationToken cancellation)
    {
        var callees = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
        foreach (var reference in (method.PartialImplementationPart ?? method).DeclaringSyntaxReferences)
        {
            var body = reference.GetSyntax(cancellation);
            if (body is TypeDeclarationSyntax)
            {
                continue;
            }

            var calls = new List<SyntaxNode>();
            foreach (var node in body.DescendantNodes())
            {
                if (node is ThrowStatementSyntax or ThrowExpressionSyntax)
                {
                    return Body.Throwing;
                }

                if (node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or ConstructorInitializerSyntax or MemberAccessExpressionSyntax { Parent: not InvocationExpressionSyntax } or MemberBindingExpressionSyntax { Parent: not InvocationExpressionSyntax })
                {
                    calls.Add(node);
                    if (calls.Count > MaxCalls)
                    {
                        return Body.Throwing;
                    }
                }
            }

            var model = context.Bodies.Model(body.SyntaxTree);
            foreach (var call in calls)
            {
                switch (model.GetSymbolInfo(call, cancellation).Symbol)
                {
                    case IPropertySymbol { GetMethod: { DeclaringSyntaxReferences.IsEmpty: false } getter }:
                        callees.UnionWith(context.Targets.Of(getter, Value.Nothing, false, cancellation));
                        break;
                    case IMethodSymbol { MethodKind: MethodKind.LocalFunction }:
                        break;
                    case IMethodSymbol callee when context.Targets.Of(callee, Value.Nothing, false, cancellation) is { IsEmpty: false } targets:
                        callees.UnionWith(targets);
                        break;
                    case IMethodSymbol:
                    case null when call is InvocationExpressionSyntax:
                        return Body.Throwing;
                }
            }
        }

        return new Body(false, callees);
    }

    private sealed class Body
    {
        public static readonly Body Throwing = new(true, new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default));

        public Body(bool mayThrow, HashSet<IMethodSymbol> callees) => (MayThrow, Callees) = (mayThrow, callees);

        public bool MayThrow { get; }

        public HashSet<IMethodSymbol> Callees { get; }
    }
}
