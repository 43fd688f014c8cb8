using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Retry;

/// <summary>Reads the options action of <c>UseNpgsql</c>: does it give the context a strategy that retries?</summary>
internal static class StrategyOptions
{
    /// <summary>Helpers that the builder is handed through.</summary>
    private const int MaxDepth = 4;

    public static Retrying Read(InvocationExpressionSyntax call, IMethodSymbol method, RetryContext context)
    {
        if (ReplacesStrategy(call))
        {
            return Retrying.Yes;
        }

        var said = ActionOf(call, method) is { } action ? OfAction(action, context.Model(call), context, 0) : Retrying.No;
        return said == Retrying.No && IsHandedOut(call, context.Model(call)) ? Retrying.Unknown : said;
    }

    /// <summary><c>configure?.Invoke(options)</c> beside the call: whoever gave the delegate may set a strategy on the same options.</summary>
    private static bool IsHandedOut(InvocationExpressionSyntax call, SemanticModel model) =>
        RetryContext.ReceiverOf(call) is IdentifierNameSyntax options
        && call.FirstAncestorOrSelf<SyntaxNode>(n => n is AnonymousFunctionExpressionSyntax or MemberDeclarationSyntax or LocalFunctionStatementSyntax)?.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Any(i => i.ArgumentList.Arguments.Any(a => a.Expression is IdentifierNameSyntax given && given.Identifier.ValueText == options.Identifier.ValueText)
                && model.GetSymbolInfo(i).Symbol is IMethodSymbol { MethodKind: MethodKind.DelegateInvoke }) == true;

    /// <summary>The argument for <c>Action&lt;NpgsqlDbContextOptionsBuilder&gt;</c>; null where none is given.</summary>
    public static ExpressionSyntax? ActionOf(InvocationExpressionSyntax call, IMethodSymbol method)
    {
        foreach (var argument in call.ArgumentList.Arguments)
        {
            if (RetryScopes.ParameterOf(method, argument)?.Type is INamedTypeSymbol { TypeKind: TypeKind.Delegate, TypeArguments: { Length: 1 } types } && IsBuilder(types[0]))
            {
                return argument.Expression.IsKind(SyntaxKind.NullLiteralExpression) ? null : argument.Expression;
            }
        }

        return null;
    }

    /// <summary><c>ReplaceService&lt;IExecutionStrategyFactory, …&gt;()</c> on the same options.</summary>
    private static bool ReplacesStrategy(InvocationExpressionSyntax call) =>
        (call.Ancestors().FirstOrDefault(a => a is AnonymousFunctionExpressionSyntax or MemberDeclarationSyntax) ?? call)
            .DescendantNodes().Any(n => n is IdentifierNameSyntax { Identifier.ValueText: "IExecutionStrategyFactory" });

    private static Retrying OfAction(ExpressionSyntax action, SemanticModel model, RetryContext context, int depth)
    {
        if (action is AnonymousFunctionExpressionSyntax lambda)
        {
            return OfBody(lambda.Body, model, context, depth);
        }

        switch (model.GetSymbolInfo(action).Symbol)
        {
            case IMethodSymbol group:
                return OfMethod(group, context, depth);
            case ILocalSymbol local when local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: AnonymousFunctionExpressionSyntax held }:
                return OfBody(held.Body, model, context, depth);
            default:
                // A parameter or a field: the user of this code decides.
                return Retrying.Unknown;
        }
    }

    private static Retrying OfMethod(IMethodSymbol method, RetryContext context, int depth)
    {
        var definition = (method.ReducedFrom ?? method).OriginalDefinition;
        if (depth >= MaxDepth || definition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not { } body)
        {
            return Retrying.Unknown;
        }

        return OfBody(body, context.Model(body), context, depth + 1);
    }

    private static Retrying OfBody(SyntaxNode body, SemanticModel model, RetryContext context, int depth)
    {
        var result = Retrying.No;
        foreach (var call in body.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>())
        {
            if (model.GetSymbolInfo(call).Symbol is not IMethodSymbol method)
            {
                continue;
            }

            var found = OfCall(call, method, context, depth);
            if (found == Retrying.Yes)
            {
                return Retrying.Yes;
            }

            result = found == Retrying.Unknown ? Retrying.Unknown : result;
        }

        return result;
    }

    private static Retrying OfCall(InvocationExpressionSyntax call, IMethodSymbol method, RetryContext context, int depth)
    {
        var takesBuilder = method.MethodKind == MethodKind.DelegateInvoke ? method.Parameters.Any(p => IsBuilder(p.Type))
            : IsBuilder(method.ContainingType) || (method.ReducedFrom ?? method).Parameters.Any(p => IsBuilder(p.Type));
        if (!takesBuilder)
        {
            return Retrying.No;
        }

        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            return Retrying.Unknown;
        }

        if (!method.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty || method.ReducedFrom is { DeclaringSyntaxReferences.IsEmpty: false })
        {
            return OfMethod(method, context, depth);
        }

        if (method.Name is "EnableRetryOnFailure" or "ExecutionStrategy")
        {
            return Retrying.Yes;
        }

        // The provider and its plug-ins have no other member that retries; a company's own library may.
        var assembly = method.ContainingAssembly?.Name ?? "";
        return assembly.StartsWith("Npgsql", StringComparison.Ordinal) || assembly.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal)
            || assembly.StartsWith("Pgvector", StringComparison.Ordinal) || assembly.StartsWith("EFCore.", StringComparison.Ordinal)
            ? Retrying.No
            : Retrying.Unknown;
    }

    /// <summary><c>NpgsqlDbContextOptionsBuilder</c>, or its relational base.</summary>
    private static bool IsBuilder(ITypeSymbol? type)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            if (t.Name is "NpgsqlDbContextOptionsBuilder" or "RelationalDbContextOptionsBuilder" && t.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty)
            {
                return true;
            }
        }

        return type is ITypeParameterSymbol parameter && parameter.ConstraintTypes.Any(IsBuilder);
    }
}
