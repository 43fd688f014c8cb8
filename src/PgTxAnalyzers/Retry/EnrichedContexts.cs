using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Retry;

/// <summary>Aspire's <c>EnrichNpgsqlDbContext&lt;T&gt;(settings => …)</c>: it adds retries to a context that is registered elsewhere, unless its settings switch them off.</summary>
internal static class EnrichedContexts
{
    private static readonly string[] Members = { "EnrichNpgsqlDbContext", "EnrichAzureNpgsqlDbContext" };

    /// <summary>By the type argument and the setting's name: the member and its settings may be in a package that is not there.</summary>
    public static IEnumerable<(ITypeSymbol Context, Retrying Strategy)> In(RetryContext context) =>
        from name in Members
        from use in context.Uses.Of(name, CancellationToken.None)
        where use is GenericNameSyntax { TypeArgumentList.Arguments.Count: > 0 }
        let type = context.Model(use).GetTypeInfo(((GenericNameSyntax)use).TypeArgumentList.Arguments[0]).Type
        where type is not null && KnownTypes.IsDbContext(type)
        select (type, Strategy(NameUses.CallOf(use) as InvocationExpressionSyntax, context));

    private static Retrying Strategy(InvocationExpressionSyntax? call, RetryContext context)
    {
        // Called as a plain static method, its first argument is the builder, which is no delegate.
        var settings = call?.ArgumentList.Arguments.Select(a => a.Expression).LastOrDefault();
        if (settings is null || settings.IsKind(SyntaxKind.NullLiteralExpression) || (settings is not AnonymousFunctionExpressionSyntax && IsNoDelegate(settings, context.Model(settings))))
        {
            return Retrying.Yes;
        }

        return settings is AnonymousFunctionExpressionSyntax lambda ? OfBody(lambda.Body, context.Model(lambda))
            : context.Model(settings).GetSymbolInfo(settings).Symbol is IMethodSymbol { DeclaringSyntaxReferences: { Length: 1 } declared } && Body(declared[0].GetSyntax()) is { } body ? OfBody(body, context.Model(body))
            : Retrying.Unknown;
    }

    private static bool IsNoDelegate(ExpressionSyntax expression, SemanticModel model) => model.GetTypeInfo(expression).Type is { TypeKind: not (TypeKind.Delegate or TypeKind.Error) };

    private static SyntaxNode? Body(SyntaxNode declaration) => declaration switch
    {
        MethodDeclarationSyntax method => (SyntaxNode?)method.Body ?? method.ExpressionBody?.Expression,
        LocalFunctionStatementSyntax function => (SyntaxNode?)function.Body ?? function.ExpressionBody?.Expression,
        _ => null,
    };

    /// <summary>What is not a constant that is set on every way may be either: silence.</summary>
    private static Retrying OfBody(SyntaxNode body, SemanticModel model)
    {
        var set = body.DescendantNodesAndSelf().OfType<AssignmentExpressionSyntax>()
            .Where(a => a.Left is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "DisableRetry" }).ToList();
        if (set.Count == 0)
        {
            // Whoever is handed the settings may set it.
            return body.DescendantNodesAndSelf().OfType<ArgumentSyntax>().Any(a => a.Expression is IdentifierNameSyntax) ? Retrying.Unknown : Retrying.Yes;
        }

        return set.Count == 1 && (set[0] == body || set[0].Parent is ExpressionStatementSyntax { Parent: var block } && block == body) && model.GetConstantValue(set[0].Right) is { HasValue: true, Value: bool isOff }
            ? isOff ? Retrying.No : Retrying.Yes
            : Retrying.Unknown;
    }
}
