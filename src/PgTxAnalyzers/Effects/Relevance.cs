using System;
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
    private static readonly HashSet<IMethodSymbol> NoCallees = new(SymbolEqualityComparer.Default);

    private readonly CompilationContext context;
    private readonly Func<ApiRole, bool> matters;
    private readonly Lazy<NameReach> reach;
    private readonly ConcurrentDictionary<IMethodSymbol, Calls> calls = new(SymbolEqualityComparer.Default);

    /// <summary>
    /// How many calls away the nearest member is that matters; ~n: more than n. Facts about the code alone, so it is the same who has asked before,
    /// from how deep, and on which thread.
    /// </summary>
    private readonly ConcurrentDictionary<IMethodSymbol, int> nearest = new(SymbolEqualityComparer.Default);

    /// <param name="matters">The roles that are looked for.</param>
    public Relevance(CompilationContext context, Func<ApiRole, bool> matters)
    {
        (this.context, this.matters) = (context, matters);
        reach = new Lazy<NameReach>(() =>
        {
            var members = context.Models.Names(role => matters(role) || role == ApiRole.Dispatch);
            if (members.MeansTypes)
            {
                members.Names.UnionWith(context.Models.Names(IsOnReceiver).Names);
            }

            return NameReach.Of(context.Bodies.Sources, members, context.Foreign.Names, context.MaxCallDepth, default);
        });
    }

    /// <summary>Dapper's <c>QueryAsync</c> on another server's connection is a call of that server.</summary>
    private static bool IsOnReceiver(ApiRole role) => role is ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Begin;

    /// <summary>What may matter, by names alone.</summary>
    public NameReach Names => reach.Value;

    /// <param name="within">Calls below this one that are still followed: what lies deeper does not matter.</param>
    public bool Matters(IMethodSymbol method, int within, CancellationToken cancellation)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        if (nearest.TryGetValue(method, out var known) && (known >= 0 || ~known >= within))
        {
            return known >= 0 && known <= within;
        }

        // Breadth first: the nearest witness ends the search.
        var cameFrom = new Dictionary<IMethodSymbol, (IMethodSymbol? Caller, int Depth)>(SymbolEqualityComparer.Default) { [method] = (null, 0) };
        var level = new List<IMethodSymbol> { method };
        var (best, witness) = (int.MaxValue, method);
        for (var depth = 0; level.Count > 0 && depth <= within && depth < best; depth++)
        {
            var next = new List<IMethodSymbol>();
            foreach (var current in level)
            {
                cancellation.ThrowIfCancellationRequested();
                var own = CallsOf(current, cancellation);
                var distance = own.Matters ? 0 : nearest.TryGetValue(current, out var n) && n >= 0 ? n : -1;
                if (distance >= 0)
                {
                    (best, witness) = depth + distance < best ? (depth + distance, current) : (best, witness);
                    continue;
                }

                // Of what lies one call too deep nothing is found out, and nothing may be noted.
                foreach (var callee in depth < within ? own.Callees : NoCallees)
                {
                    if (!cameFrom.ContainsKey(callee) && !(nearest.TryGetValue(callee, out var d) && d < 0 && depth + 1 + ~d >= within))
                    {
                        cameFrom[callee] = (current, depth + 1);
                        next.Add(callee);
                    }
                }
            }

            level = next;
        }

        if (best > within)
        {
            foreach (var visited in cameFrom)
            {
                nearest.AddOrUpdate(visited.Key, ~(within - visited.Value.Depth), (_, old) => old >= 0 ? old : System.Math.Min(old, ~(within - visited.Value.Depth)));
            }

            return false;
        }

        for (IMethodSymbol? m = witness; m is not null; m = cameFrom[m].Caller)
        {
            nearest[m] = best - cameFrom[m].Depth;
        }

        return true;
    }

    private Calls CallsOf(IMethodSymbol method, CancellationToken cancellation) =>
        calls.TryGetValue(method, out var known) ? known : calls.GetOrAdd(method, Look(method, cancellation));

    private Calls Look(IMethodSymbol method, CancellationToken cancellation)
    {
        var callees = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
        var names = reach.Value;
        HiddenCalls? hidden = null;
        var implementation = method.PartialImplementationPart ?? method;
        foreach (var reference in implementation.DeclaringSyntaxReferences)
        {
            var body = reference.GetSyntax(cancellation);
            if (body is TypeDeclarationSyntax)
            {
                continue;
            }

            if (matters(ApiRole.Begin) && Completions.MayNeverReturn(body))
            {
                return Calls.That;
            }

            hidden ??= new HiddenCalls(method.ContainingType, names);
            var declarations = new DeclaredTypes(method, body);
            SemanticModel? model = null;
            foreach (var node in body.DescendantNodesAndSelf())
            {
                cancellation.ThrowIfCancellationRequested();
                if (node is UsingStatementSyntax or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } && names.IsDisposed)
                {
                    Disposals(node, model ??= context.Bodies.Model(body.SyntaxTree), callees, cancellation);
                    continue;
                }

                var isCall = MayBeCall(node, declarations, names);
                if (!isCall && !hidden.MayBe(node))
                {
                    continue;
                }

                if (node is InvocationExpressionSyntax simple && declarations.Resolve(simple) is { } declared)
                {
                    var role = context.Models.Find(declared.Method, declared.Receiver).Role;
                    if (matters(role) || context.Foreign.Matters(declared.Method))
                    {
                        return Calls.That;
                    }

                    if (role != ApiRole.Dispatch)
                    {
                        Add(declared.Method);
                        continue;
                    }
                }

                model ??= context.Bodies.Model(body.SyntaxTree);
                foreach (var callee in hidden.Of(node, model, cancellation))
                {
                    Add(callee);
                }

                var called = !isCall ? null : node is IdentifierNameSyntax ? model.GetSymbolInfo(node, cancellation).Symbol as IMethodSymbol
                    : node is MemberAccessExpressionSyntax or MemberBindingExpressionSyntax ? model.GetSymbolInfo(node, cancellation).Symbol as IPropertySymbol
                    : model.GetSymbolInfo(node, cancellation).Symbol;
                if (called is null)
                {
                    continue;
                }

                var receiver = (node as InvocationExpressionSyntax)?.Expression is MemberAccessExpressionSyntax access ? model.GetTypeInfo(access.Expression, cancellation).Type : null;
                if (called is IMethodSymbol { MethodKind: MethodKind.DelegateInvoke } || matters(context.Models.Find(called, receiver).Role)
                    || (called is IMethodSymbol known && context.Foreign.Matters(known))
                    || (called is IPropertySymbol { GetMethod: { } read } && context.Foreign.Matters(read)))
                {
                    return Calls.That;
                }

                if (node is InvocationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } && called is IMethodSymbol && context.Models.Find(called, receiver).Role == ApiRole.Dispatch)
                {
                    callees.UnionWith(context.Pipelines.HandlersOf(model.GetTypeInfo(arguments[0].Expression, cancellation).Type, called.ContainingType, cancellation));
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
            if (callee.MethodKind != MethodKind.LocalFunction)
            {
                callees.UnionWith(context.Targets.Of(callee, Value.Nothing, false, cancellation));
            }
        }
    }

    /// <summary>By its name alone: the node may call something that matters, or leads there.</summary>
    private static bool MayBeCall(SyntaxNode node, DeclaredTypes declarations, NameReach names) => node switch
    {
        InvocationExpressionSyntax call => CalledName.Of(call) is not { } name || names.Contains(name) || (call.Expression is IdentifierNameSyntax && declarations.IsLocal(name)),
        ObjectCreationExpressionSyntax { Type: var type } => type is not SimpleNameSyntax simple || names.Contains(simple.Identifier.ValueText),
        ImplicitObjectCreationExpressionSyntax or ConstructorInitializerSyntax => true,
        MemberAccessExpressionSyntax { Parent: not InvocationExpressionSyntax } access => names.Contains(access.Name.Identifier.ValueText),
        MemberBindingExpressionSyntax { Parent: not InvocationExpressionSyntax } binding => names.Contains(binding.Name.Identifier.ValueText),
        IdentifierNameSyntax { Parent: ArgumentSyntax or ArrowExpressionClauseSyntax or ReturnStatementSyntax } name => names.Contains(name.Identifier.ValueText),
        _ => false,
    };

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
