using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// A context that is given the connection of somebody else works inside that one's unit, and often in its transaction. A strategy of its own would repeat a part of the unit on a
/// connection that is broken: whether to retry is the owner's question.
/// </summary>
internal static class BorrowedConnection
{
    /// <summary>The connection that <c>UseNpgsql</c> is given is another context's, a transaction's, or the container's, which everybody in the scope shares.</summary>
    public static bool IsGiven(InvocationExpressionSyntax call, IMethodSymbol method, SemanticModel model) =>
        call.ArgumentList.Arguments.Any(a => KnownTypes.Is(RetryScopes.ParameterOf(method, a)?.Type, "System.Data.Common", "DbConnection") && IsBorrowed(a.Expression, model, followLocal: true));

    private static bool IsBorrowed(ExpressionSyntax expression, SemanticModel model, bool followLocal) => model.GetSymbolInfo(expression).Symbol switch
    {
        IMethodSymbol { Name: "GetDbConnection" } getter => KnownTypes.IsEfCore(getter),
        IMethodSymbol { Name: "GetService" or "GetRequiredService" or "GetKeyedService" or "GetRequiredKeyedService", ContainingType: { } type } =>
            type.ContainingNamespace?.ToDisplayString() == "Microsoft.Extensions.DependencyInjection" || KnownTypes.Is(type, "System", "IServiceProvider"),
        IPropertySymbol { Name: "Connection" or "DbConnection", ContainingType: { } type } => KnownTypes.DerivesFrom(type, "System.Data.Common", "DbTransaction") || KnownTypes.Is(type, "System.Data", "IDbTransaction"),
        ILocalSymbol local when followLocal && local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: var value } => IsBorrowed(value, model, followLocal: false),
        _ => expression is CastExpressionSyntax cast && IsBorrowed(cast.Expression, model, followLocal),
    };
}
