using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// A delegate need not capture what it works with: <c>pipeline.ExecuteAsync(static async (state, ct) => …, connection, ct)</c>. Its state is one object for all attempts, like a captured one.
/// </summary>
internal static class DelegateState
{
    /// <summary>What an expression names; where that is the state of a retried delegate, or a part of a tuple that is, what the runner is given for it.</summary>
    public static ISymbol? Behind(ExpressionSyntax expression, RetryContext context, CancellationToken cancellation)
    {
        var model = context.Model(expression);
        var symbol = model.GetSymbolInfo(expression, cancellation).Symbol;
        var given = symbol switch
        {
            IParameterSymbol state => Given(state, context, cancellation),
            IFieldSymbol { ContainingType: { IsTupleType: true } tuple } part when expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax owner }
                && model.GetSymbolInfo(owner, cancellation).Symbol is IParameterSymbol state && Given(state, context, cancellation) is TupleExpressionSyntax parts =>
                parts.Arguments.ElementAtOrDefault(Position(tuple, part))?.Expression,
            _ => null,
        };

        // What is made in the argument has no name to be known by.
        return given is not null && model.GetSymbolInfo(given, cancellation).Symbol is { } outside and (ILocalSymbol or IParameterSymbol or IFieldSymbol or IPropertySymbol) ? outside : symbol;
    }

    /// <summary>The argument whose type parameter is the one of the delegate's parameter: only of known runners, which hand it over as it is.</summary>
    private static ExpressionSyntax? Given(IParameterSymbol state, RetryContext context, CancellationToken cancellation)
    {
        if (state.ContainingSymbol is not IMethodSymbol { MethodKind: MethodKind.AnonymousFunction } || state.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is not ParameterSyntax declared
            || declared.FirstAncestorOrSelf<AnonymousFunctionExpressionSyntax>() is not { Parent: ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } taken }
            || context.FactOf(call, out var method, cancellation).Role is not (ApiRole.RetryRunner or ApiRole.StrategyRunner or ApiRole.TransactionRunner) || method is null
            || (RetryScopes.ParameterOf(method, taken)?.Type as INamedTypeSymbol)?.DelegateInvokeMethod?.Parameters.ElementAtOrDefault(state.Ordinal)?.Type is not ITypeParameterSymbol type)
        {
            return null;
        }

        return call.ArgumentList.Arguments.FirstOrDefault(argument => SymbolEqualityComparer.Default.Equals(RetryScopes.ParameterOf(method, argument)?.Type, type))?.Expression;
    }

    private static int Position(INamedTypeSymbol tuple, IFieldSymbol part) => tuple.TupleElements.ToList().FindIndex(element => element.Name == part.Name || element.CorrespondingTupleField?.Name == part.Name);
}
