using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Effects;

/// <summary>What a callee can throw, as far as its text says.</summary>
internal enum Throws : byte
{
    Nothing,

    /// <summary>What the database throws, and nothing else.</summary>
    OfDatabase,

    Anything,
}

/// <summary>
/// Which callees surely throw nothing: their bodies and what they call are in source, and nothing in them throws, no library's method, no delegate, no
/// <c>throw</c>. An empty stub is none that leaves its caller's transaction to a handler; and one that only works with the database none that is caught as an HTTP failure.
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

    public Throws Of(IMethodSymbol method, CancellationToken cancellation) => Of(method, MaxDepth, cancellation);

    private Throws Of(IMethodSymbol method, int depth, CancellationToken cancellation)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        var own = bodies.TryGetValue(method, out var known) ? known : bodies.GetOrAdd(method, Look(method, cancellation));
        return own.Throws == Throws.Anything || (own.Callees.Count > 0 && depth == 0) ? Throws.Anything
            : own.Callees.Select(c => Of(c, depth - 1, cancellation)).Append(own.Throws).Max();
    }

    private Body Look(IMethodSymbol method, CancellationToken cancellation)
    {
        var callees = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
        var throws = Throws.Nothing;
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
                // The disposal of a command, or of anything, may throw what it likes; so may whoever is enumerated.
                if (node is ThrowStatementSyntax or ThrowExpressionSyntax or CommonForEachStatementSyntax or UsingStatementSyntax or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } && !HoldsDatabase(node, cancellation))
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
                    case IMethodSymbol callee when IsDatabase(context.Models.Find(callee, RetryContext.ReceiverTypeOf(call, model, cancellation)).Role):
                        throws = Throws.OfDatabase;
                        break;
                    case IMethodSymbol:
                    case null when call is InvocationExpressionSyntax:
                        return Body.Throwing;
                }
            }
        }

        return new Body(throws, callees);
    }

    /// <summary>What the using statement disposes of is a transaction or a connection, and fails as they do.</summary>
    private bool HoldsDatabase(SyntaxNode node, CancellationToken cancellation) =>
        (node is UsingStatementSyntax statement ? statement.Declaration : (node as LocalDeclarationStatementSyntax)?.Declaration) is { } declaration
        && context.Bodies.Model(node.SyntaxTree).GetTypeInfo(declaration.Type, cancellation).Type is { } type && context.Shapes.Of(type) is Shape.Transaction or Shape.Connection;

    /// <summary>What the flow takes to fail as the database does.</summary>
    private static bool IsDatabase(ApiRole role) => role is ApiRole.Begin or ApiRole.Commit or ApiRole.Rollback or ApiRole.Savepoint or ApiRole.DisposeTransaction
        or ApiRole.Open or ApiRole.OpenNew or ApiRole.NewConnection or ApiRole.Close or ApiRole.NewCommand or ApiRole.Command or ApiRole.Reader;

    private sealed class Body
    {
        public static readonly Body Throwing = new(Throws.Anything, new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default));

        public Body(Throws throws, HashSet<IMethodSymbol> callees) => (Throws, Callees) = (throws, callees);

        public Throws Throws { get; }

        public HashSet<IMethodSymbol> Callees { get; }
    }
}
