using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Retry;

/// <summary>Whether a policy of Polly repeats what the database refuses. One whose making is not in sight is believed to.</summary>
internal static class Policies
{
    private static readonly HashSet<string> Retries = new(StringComparer.Ordinal)
    {
        "AddRetry", "Retry", "RetryAsync", "RetryForever", "RetryForeverAsync", "WaitAndRetry", "WaitAndRetryAsync", "WaitAndRetryForever", "WaitAndRetryForeverAsync",
    };

    private static readonly HashSet<string> Others = new(StringComparer.Ordinal)
    {
        "AddTimeout", "AddCircuitBreaker", "AddConcurrencyLimiter", "AddRateLimiter", "AddHedging", "AddFallback", "Timeout", "TimeoutAsync", "CircuitBreaker", "CircuitBreakerAsync",
        "Bulkhead", "BulkheadAsync", "NoOp", "NoOpAsync", "Fallback", "FallbackAsync", "Cache", "CacheAsync",
    };

    private static readonly HashSet<string> Handles = new(StringComparer.Ordinal) { "Handle", "Or", "HandleInner", "OrInner" };

    public static bool Covers(ExpressionSyntax? policy, SemanticModel model, RetryContext context, CancellationToken cancellation)
    {
        if (policy is null || Making(policy, model, cancellation) is not { } making)
        {
            return true;
        }

        var names = making.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().ToList();
        if (!names.Any(n => Retries.Contains(n.Identifier.ValueText)))
        {
            // Only a timeout or a breaker: nothing is repeated. What mentions neither is made elsewhere.
            return !names.Any(n => Others.Contains(n.Identifier.ValueText));
        }

        var handled = names.OfType<GenericNameSyntax>().Where(n => Handles.Contains(n.Identifier.ValueText) && n.TypeArgumentList.Arguments.Count == 1).ToList();
        var making2 = context.Model(making);
        return handled.Count == 0 || handled.Any(n => Concerns(making2.GetTypeInfo(n.TypeArgumentList.Arguments[0], cancellation).Type));
    }

    /// <summary>The exception is one of the driver's, or stands above or beside it.</summary>
    public static bool Concerns(ITypeSymbol? type) =>
        type is null or IErrorTypeSymbol || Handler.Of(type) != Caught.Nothing || KnownTypes.Is(type, "System", "TimeoutException")
        || KnownTypes.DerivesFrom(type, "Npgsql", "NpgsqlException") || type.TypeKind == TypeKind.TypeParameter;

    /// <summary>The expression that makes the policy, where it stands beside a name.</summary>
    public static SyntaxNode? Making(ExpressionSyntax policy, SemanticModel model, CancellationToken cancellation)
    {
        if (policy is InvocationExpressionSyntax)
        {
            var called = model.GetSymbolInfo(policy, cancellation).Symbol;
            return called is IMethodSymbol { DeclaringSyntaxReferences: { Length: > 0 } own } ? own[0].GetSyntax(cancellation) : policy;
        }

        var symbol = model.GetSymbolInfo(policy, cancellation).Symbol;
        return symbol?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
        {
            VariableDeclaratorSyntax { Initializer.Value: { } value } => value,
            PropertyDeclarationSyntax { Initializer.Value: { } value } => value,
            PropertyDeclarationSyntax { ExpressionBody.Expression: { } value } => value,
            _ => null,
        };
    }
}
