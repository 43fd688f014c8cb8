using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Which callees can matter at all: those that reach a library's member that a model names, or run a delegate. A search over the calls in
/// their bodies, without any control-flow graph; each method is looked at once per compilation.
/// </summary>
internal sealed class Relevance
{
    private readonly CompilationContext context;
    private readonly ConcurrentDictionary<IMethodSymbol, Calls> calls = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, bool> verdicts = new(SymbolEqualityComparer.Default);

    public Relevance(CompilationContext context) => this.context = context;

    public bool Matters(IMethodSymbol method, CancellationToken cancellation)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        if (verdicts.TryGetValue(method, out var known))
        {
            return known;
        }

        // Breadth first, as deep as calls are followed: the nearest witness ends the search.
        var cameFrom = new Dictionary<IMethodSymbol, IMethodSymbol?>(SymbolEqualityComparer.Default) { [method] = null };
        var level = new List<IMethodSymbol> { method };
        var cutShort = false;
        for (var depth = 0; level.Count > 0; depth++)
        {
            if (depth > context.MaxCallDepth)
            {
                cutShort = true;
                break;
            }

            var next = new List<IMethodSymbol>();
            foreach (var current in level)
            {
                cancellation.ThrowIfCancellationRequested();
                var own = CallsOf(current, cancellation);
                if (own.Matters || (verdicts.TryGetValue(current, out var verdict) && verdict))
                {
                    for (IMethodSymbol? m = current; m is not null; m = cameFrom[m])
                    {
                        verdicts[m] = true;
                    }

                    return true;
                }

                foreach (var callee in own.Callees)
                {
                    if (!cameFrom.ContainsKey(callee) && !(verdicts.TryGetValue(callee, out var v) && !v))
                    {
                        cameFrom[callee] = current;
                        next.Add(callee);
                    }
                }
            }

            level = next;
        }

        if (cutShort)
        {
            verdicts[method] = false;
        }
        else
        {
            foreach (var visited in cameFrom.Keys)
            {
                verdicts[visited] = false;
            }
        }

        return false;
    }

    private Calls CallsOf(IMethodSymbol method, CancellationToken cancellation) =>
        calls.TryGetValue(method, out var known) ? known : calls.GetOrAdd(method, Look(method, cancellation));

    private Calls Look(IMethodSymbol method, CancellationToken cancellation)
    {
        var callees = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
        var implementation = method.PartialImplementationPart ?? method;
        foreach (var reference in implementation.DeclaringSyntaxReferences)
        {
            var body = reference.GetSyntax(cancellation);
            if (body is TypeDeclarationSyntax)
            {
                continue;
            }

            var model = context.Bodies.Model(body.SyntaxTree);
            if (NeverReturns(body, model))
            {
                return Calls.That;
            }

            foreach (var node in body.DescendantNodes())
            {
                cancellation.ThrowIfCancellationRequested();
                var called = node switch
                {
                    InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or ConstructorInitializerSyntax => model.GetSymbolInfo(node, cancellation).Symbol,
                    MemberAccessExpressionSyntax { Parent: not InvocationExpressionSyntax } or MemberBindingExpressionSyntax { Parent: not InvocationExpressionSyntax } => model.GetSymbolInfo(node, cancellation).Symbol as IPropertySymbol,
                    IdentifierNameSyntax { Parent: ArgumentSyntax or ArrowExpressionClauseSyntax or ReturnStatementSyntax } => model.GetSymbolInfo(node, cancellation).Symbol as IMethodSymbol,
                    YieldStatementSyntax => null,
                    _ => null,
                };
                if (called is null)
                {
                    if (node is UsingStatementSyntax or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 })
                    {
                        Disposals(node, model, callees, cancellation);
                    }

                    continue;
                }

                var receiver = (node as InvocationExpressionSyntax)?.Expression is MemberAccessExpressionSyntax access ? model.GetTypeInfo(access.Expression, cancellation).Type : null;
                if (called is IMethodSymbol { MethodKind: MethodKind.DelegateInvoke } || context.Models.Find(called, receiver).Role is not (ApiRole.None or ApiRole.Neutral or ApiRole.Lazy))
                {
                    return Calls.That;
                }

                if (called is IPropertySymbol { GetMethod: { } getter } && !getter.DeclaringSyntaxReferences.IsEmpty)
                {
                    Add(getter);
                }
                else if (called is IMethodSymbol callee)
                {
                    Add(callee);
                }
            }
        }

        return new Calls(false, callees);

        void Add(IMethodSymbol callee)
        {
            if (callee.MethodKind == MethodKind.LocalFunction)
            {
                return;
            }

            foreach (var target in context.Targets.Of(callee, Value.Nothing, false, cancellation))
            {
                callees.Add(target);
            }
        }
    }

    /// <summary>A helper that always throws ends its caller's path.</summary>
    private static bool NeverReturns(SyntaxNode declaration, SemanticModel model)
    {
        if (declaration is not BaseMethodDeclarationSyntax method)
        {
            return false;
        }

        if (method.ExpressionBody is { Expression: ThrowExpressionSyntax })
        {
            return true;
        }

        return method.Body is { Statements.Count: > 0 } block && block.DescendantNodes().Any(n => n is ThrowStatementSyntax)
            && model.AnalyzeControlFlow(block) is { Succeeded: true, EndPointIsReachable: false, ReturnStatements.IsEmpty: true };
    }

    /// <summary>The Dispose of what a using statement holds.</summary>
    private void Disposals(SyntaxNode node, SemanticModel model, HashSet<IMethodSymbol> callees, CancellationToken cancellation)
    {
        var declaration = node is UsingStatementSyntax statement ? statement.Declaration : ((LocalDeclarationStatementSyntax)node).Declaration;
        if (declaration is null || model.GetTypeInfo(declaration.Type, cancellation).Type is not { } type || type.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty)
        {
            return;
        }

        foreach (var dispose in type.GetMembers("Dispose").Concat(type.GetMembers("DisposeAsync")).OfType<IMethodSymbol>())
        {
            foreach (var target in context.Targets.Of(dispose, Value.Nothing, false, cancellation))
            {
                callees.Add(target);
            }
        }
    }

    private sealed class Calls
    {
        public static readonly Calls That = new(true, new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default));

        public Calls(bool matters, HashSet<IMethodSymbol> callees) => (Matters, Callees) = (matters, callees);

        /// <summary>The body itself calls something that a model names, or a delegate.</summary>
        public bool Matters { get; }

        public HashSet<IMethodSymbol> Callees { get; }
    }
}
