using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>Methods that a repeated unit calls, one call deep: what they do with the unit's context.</summary>
internal sealed class HelperBodies
{
    private readonly RepeatedUnit unit;
    private readonly RetryContext context;
    private readonly CancellationToken cancellation;

    public HelperBodies(RepeatedUnit unit, RetryContext context, CancellationToken cancellation) => (this.unit, this.context, this.cancellation) = (unit, context, cancellation);

    /// <summary>The context that a call changes and saves with, as its caller names it, and the save; null where it has none, or one of its own.</summary>
    public (string Owner, InvocationExpressionSyntax Save)? SaveOf(InvocationExpressionSyntax call)
    {
        if (Only(call) is not var (method, target, body))
        {
            return null;
        }

        // What is only added or updated may be the caller's entity, which a second attempt adds or updates all the same.
        var inner = new RepeatedUnit(unit.Scope with { Unit = body }, body, context, cancellation);
        foreach (var save in inner.Calls.Where(c => CalledName.Of(c) is "SaveChanges" or "SaveChangesAsync"))
        {
            // In a scope of the method's own it is found there.
            if (context.FactOf(save, out _, cancellation).Role == ApiRole.Save && RetryContext.ReceiverOf(save) is { } owner && context.Model(save).GetSymbolInfo(owner, cancellation).Symbol is { } db
                && context.Scopes.Around(save, out _, cancellation) is null && OutsideOf(db, owner, call, method, target) is var (name, outer)
                && unit.IsOutside(outer) && inner.ChangesLoaded(db) && !unit.IsCleared(outer) && !inner.IsCleared(db))
            {
                return (name, save);
            }
        }

        return null;
    }

    /// <summary>
    /// The call hands out an entity that a query of this context has loaded and tracks. By type: the query's result is what the set holds, and nobody is given it on the way out.
    /// </summary>
    public bool Loads(InvocationExpressionSyntax call, ISymbol db)
    {
        // What is read without tracking, or taken out of the tracker, the second attempt reads anew.
        if (Only(call) is not var (method, target, body) || body.DescendantNodes().Any(n => n is IdentifierNameSyntax { Identifier.ValueText: "AsNoTracking" or "AsNoTrackingWithIdentityResolution" or "Detached" }))
        {
            return false;
        }

        var model = context.Model(body);
        return body.DescendantNodes(n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax) || n == body).OfType<InvocationExpressionSyntax>().Any(query =>
            context.FactOf(query, out _, cancellation).Role == ApiRole.Query && EfWork.ContextExpression(query, model, cancellation) is { } owner && model.GetSymbolInfo(owner, cancellation).Symbol is { } inner
            && OutsideOf(inner, owner, call, method, target) is var (_, outer) && SymbolEqualityComparer.Default.Equals(outer, db)
            && owner.Parent is ExpressionSyntax set && SymbolEqualityComparer.Default.Equals(Held(model.GetTypeInfo(query, cancellation).Type), Held(model.GetTypeInfo(set.Parent is InvocationExpressionSyntax made && made.Expression == set ? made : set, cancellation).Type))
            && IsReturned(query, body));
    }

    /// <summary>The entity of a set, or of a task.</summary>
    private static ITypeSymbol? Held(ITypeSymbol? type) => type is INamedTypeSymbol { TypeArguments: { Length: 1 } held } ? held[0] : type;

    /// <summary>It stands in what the method returns, or in the declaration of a local that it returns; not as an argument of what makes something else of it.</summary>
    private static bool IsReturned(ExpressionSyntax query, SyntaxNode body)
    {
        var holder = query.Ancestors().FirstOrDefault(a => a is ArgumentSyntax or ReturnStatementSyntax or ArrowExpressionClauseSyntax or VariableDeclaratorSyntax or StatementSyntax);
        return holder is ReturnStatementSyntax or ArrowExpressionClauseSyntax
            || (holder is VariableDeclaratorSyntax { Identifier.ValueText: var name } && body.DescendantNodes().OfType<ReturnStatementSyntax>().Any(r => r.Expression is IdentifierNameSyntax { Identifier.ValueText: var returned } && returned == name));
    }

    /// <summary>The one method that the call leads to. Of several implementations one may do something else; a lambda in the unit runs when somebody calls it.</summary>
    private (IMethodSymbol Method, IMethodSymbol Target, SyntaxNode Body)? Only(InvocationExpressionSyntax call) =>
        !call.Ancestors().TakeWhile(a => a != unit.Text).Any(a => a is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)
        && context.FactOf(call, out var method, cancellation).Role == ApiRole.None && method is not null
        && context.Compilation.Targets.Of(method, Flow.Value.Nothing, false, cancellation) is { Length: 1 } targets && BodyOf(targets[0]) is { } body ? (method, targets[0], body) : null;

    /// <summary>A method that one of the calls leads to empties a change tracker.</summary>
    public bool Clear(IEnumerable<InvocationExpressionSyntax> calls) => calls
        .Where(call => context.FactOf(call, out var method, cancellation).Role == ApiRole.None && method is not null)
        .SelectMany(call => context.Compilation.Targets.Of((IMethodSymbol)context.Model(call).GetSymbolInfo(call, cancellation).Symbol!, Flow.Value.Nothing, false, cancellation))
        .Select(BodyOf).OfType<SyntaxNode>().SelectMany(body => body.DescendantNodes().OfType<InvocationExpressionSyntax>())
        .Any(inner => CalledName.Of(inner) == "Clear" && RetryContext.ReceiverOf(inner) is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ChangeTracker" });

    /// <summary>What the caller knows the context by: the argument, or the member of the object that both belong to.</summary>
    private (string Name, ISymbol Outer)? OutsideOf(ISymbol db, ExpressionSyntax owner, InvocationExpressionSyntax call, IMethodSymbol method, IMethodSymbol target)
    {
        if (db is IParameterSymbol { ContainingSymbol: var holder } parameter && SymbolEqualityComparer.Default.Equals(holder, target))
        {
            var handed = call.ArgumentList.Arguments.FirstOrDefault(argument => RetryScopes.ParameterOf(method, argument)?.Ordinal == parameter.Ordinal)?.Expression;
            return handed is not null && method.ReducedFrom is null && DelegateState.Behind(handed, context, cancellation) is { } outer ? (handed.ToString(), outer) : null;
        }

        // A parameter of a primary constructor is a member like a field.
        var isOwn = call.Expression is SimpleNameSyntax or MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } && owner is IdentifierNameSyntax or MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax };
        return isOwn && db is IFieldSymbol or IPropertySymbol or IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } ? (owner.ToString(), db) : null;
    }

    private SyntaxNode? BodyOf(IMethodSymbol target) =>
        target.DeclaringSyntaxReferences.Length == 1 && target.DeclaringSyntaxReferences[0].GetSyntax(cancellation) is MethodDeclarationSyntax or LocalFunctionStatementSyntax ? target.DeclaringSyntaxReferences[0].GetSyntax(cancellation) : null;
}
