using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// What one method calls, as far as it may lead to a library's member of some roles: read from the nodes of its body, of which those are bound whose names may
/// lead there and whose meaning the declarations in sight do not give.
/// </summary>
internal sealed class CallSearch
{
    private readonly CompilationContext context;
    private readonly Func<ApiRole, bool> matters;
    private readonly NameReach names;
    private readonly IMethodSymbol method;
    private readonly CancellationToken cancellation;
    private HiddenCalls? hidden;

    /// <summary>Fields whose factories have been searched, by this search or by the one that it is part of: one may read another, or itself.</summary>
    private HashSet<ISymbol>? deferred;

    public CallSearch(CompilationContext context, Func<ApiRole, bool> matters, NameReach names, IMethodSymbol method, CancellationToken cancellation) =>
        (this.context, this.matters, this.names, this.method, this.cancellation) = (context, matters, names, method, cancellation);

    /// <summary>The methods in source that it may run; complete where <see cref="Matters()"/> is false.</summary>
    public HashSet<IMethodSymbol> Callees { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>The body itself calls something that a model names, or a delegate. Ends at the first such call.</summary>
    public bool Matters()
    {
        // What returns a proxy calls nothing that a name finds.
        if (matters(ApiRole.Proxy) && context.Proxies.IsContract(method.ReturnType))
        {
            return true;
        }

        var implementation = method.PartialImplementationPart ?? method;
        return implementation.DeclaringSyntaxReferences.Select(r => r.GetSyntax(cancellation)).Any(body => body is not TypeDeclarationSyntax && Matters(body));
    }

    private bool Matters(SyntaxNode body)
    {
        if (matters(ApiRole.Begin) && Completions.MayNeverReturn(body))
        {
            return true;
        }

        hidden ??= new HiddenCalls(method.ContainingType, names);
        var declarations = new DeclaredTypes(method, body);
        SemanticModel? model = null;
        foreach (var node in body.DescendantNodesAndSelf())
        {
            cancellation.ThrowIfCancellationRequested();
            if (node is UsingStatementSyntax or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } && names.IsDisposed)
            {
                AddDisposals(node, model ??= context.Bodies.Model(body.SyntaxTree));
                continue;
            }

            if (MayBeDeferred(node) is { } lazy && (model ??= context.Bodies.Model(body.SyntaxTree)).GetSymbolInfo(lazy, cancellation).Symbol is IFieldSymbol field && DeferredMatters(field))
            {
                return true;
            }

            var isCall = MayBeCall(node, declarations);
            if (!isCall && !hidden.MayBe(node))
            {
                continue;
            }

            if (node is InvocationExpressionSyntax simple && declarations.Resolve(simple) is { } declared && context.FactOf(declared.Method, declared.Receiver, cancellation).Role is var role)
            {
                if (matters(role) || context.Foreign.Matters(declared.Method) || Begins(declared.Method) || GoesToProxy(declared.Method, role))
                {
                    return true;
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

            if (isCall && Called(node, model) is { } called && MattersOrIsAdded(node, called, model))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>By its name alone: the value of a field is read that is made then.</summary>
    private ExpressionSyntax? MayBeDeferred(SyntaxNode node) =>
        node is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Value", Expression: var lazy } && TargetTyped.OwnName(lazy) is { } field && names.Contains(field) ? lazy : null;

    /// <summary>Of a field whose value is made where it is first asked for: what makes it, in the constructor or the initialiser.</summary>
    private bool DeferredMatters(IFieldSymbol field)
    {
        if (context.Shapes.DeferredBy(field.Type) is null || !(deferred ??= new(SymbolEqualityComparer.Default)).Add(field) || context.FieldDelegates.FactoryOf(field, cancellation) is not { } factory)
        {
            return false;
        }

        var maker = context.Bodies.Model(factory.SyntaxTree).GetEnclosingSymbol(factory.SpanStart, cancellation) as IMethodSymbol ?? method;
        var search = new CallSearch(context, matters, names, maker, cancellation) { deferred = deferred };
        var found = search.Matters(factory);
        Callees.UnionWith(search.Callees);
        return found;
    }

    /// <summary>By its type alone, though nobody in sight implements it.</summary>
    private bool Begins(IMethodSymbol called) => matters(ApiRole.Begin) && CallEvaluator.Promises(called, context.Shapes);

    /// <summary>By its name alone: the node may call something that matters, or leads there.</summary>
    private bool MayBeCall(SyntaxNode node, DeclaredTypes declarations) => node switch
    {
        InvocationExpressionSyntax call => CalledName.Of(call) is not { } name || names.Contains(name) || (call.Expression is IdentifierNameSyntax && declarations.IsLocal(name)),
        ObjectCreationExpressionSyntax { Type: var type } => type is not SimpleNameSyntax simple || names.Contains(simple.Identifier.ValueText),
        ImplicitObjectCreationExpressionSyntax or ConstructorInitializerSyntax => true,
        MemberAccessExpressionSyntax { Parent: not InvocationExpressionSyntax } access => names.Contains(access.Name.Identifier.ValueText),
        MemberBindingExpressionSyntax { Parent: not InvocationExpressionSyntax } binding => names.Contains(binding.Name.Identifier.ValueText),
        IdentifierNameSyntax { Parent: ArgumentSyntax or ArrowExpressionClauseSyntax or ReturnStatementSyntax } name => names.Contains(name.Identifier.ValueText),
        _ => false,
    };

    /// <summary>A name alone may stand for a method that is handed on, a member without parentheses for that or for a property that is read.</summary>
    private ISymbol? Called(SyntaxNode node, SemanticModel model) => (node, model.GetSymbolInfo(node, cancellation).Symbol) switch
    {
        (IdentifierNameSyntax, var symbol) => symbol as IMethodSymbol,
        (MemberAccessExpressionSyntax or MemberBindingExpressionSyntax, var symbol) => symbol is IPropertySymbol or IMethodSymbol ? symbol : null,
        (_, var symbol) => symbol,
    };

    private bool MattersOrIsAdded(SyntaxNode node, ISymbol called, SemanticModel model)
    {
        // `_tx?.Dispose()` calls IDisposable's: what it is depends on what it is called on.
        var receiver = RetryContext.ReceiverTypeOf(node, model, cancellation);
        var role = context.FactOf(called, receiver, cancellation).Role;
        var runs = called is IPropertySymbol property ? property.GetMethod : called as IMethodSymbol;
        if (runs is { MethodKind: MethodKind.DelegateInvoke } || matters(role) || (runs is not null && (context.Foreign.Matters(runs) || Begins(runs) || GoesToProxy(runs, role))))
        {
            return true;
        }

        if (role == ApiRole.Dispatch && called is IMethodSymbol && node is InvocationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments })
        {
            Callees.UnionWith(context.Pipelines.HandlersOf(model.GetTypeInfo(arguments[0].Expression, cancellation).Type, SymbolNames.RootOf(called.ContainingType), cancellation));
        }

        if (runs is not null && (called is IMethodSymbol || !runs.DeclaringSyntaxReferences.IsEmpty))
        {
            Add(runs);
        }

        return false;
    }

    private bool GoesToProxy(IMethodSymbol called, ApiRole role) => role == ApiRole.None && matters(ApiRole.Proxy) && context.Proxies.MayCarry(called);

    /// <summary>The Dispose of what a using statement holds.</summary>
    private void AddDisposals(SyntaxNode node, SemanticModel model)
    {
        var declaration = node is UsingStatementSyntax statement ? statement.Declaration : ((LocalDeclarationStatementSyntax)node).Declaration;
        if (declaration is null || model.GetTypeInfo(declaration.Type, cancellation).Type is not { } type || type.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty)
        {
            return;
        }

        foreach (var dispose in type.GetMembers("Dispose").Concat(type.GetMembers("DisposeAsync")).OfType<IMethodSymbol>())
        {
            Callees.UnionWith(context.Targets.Of(dispose, Value.Nothing, false, cancellation));
        }
    }

    private void Add(IMethodSymbol callee)
    {
        if (callee.MethodKind != MethodKind.LocalFunction)
        {
            Callees.UnionWith(context.Targets.Of(callee, Value.Nothing, false, cancellation));
        }
    }
}
