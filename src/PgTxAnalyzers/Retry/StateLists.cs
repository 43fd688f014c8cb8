using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Rules;

namespace PgTxAnalyzers.Retry;

/// <summary>Reads the list of additional SQLSTATEs that <c>EnableRetryOnFailure</c> is given.</summary>
internal static class StateLists
{
    /// <summary>Empty where no list is given; null where it cannot be read.</summary>
    public static ImmutableHashSet<string>? Read(InvocationExpressionSyntax call, IMethodSymbol method, RetryFile file)
    {
        foreach (var argument in call.ArgumentList.Arguments)
        {
            if (RetryScopes.ParameterOf(method, argument) is { Name: "errorCodesToAdd" })
            {
                return argument.Expression.IsKind(SyntaxKind.NullLiteralExpression) ? ImmutableHashSet<string>.Empty : OfList(argument.Expression, file);
            }
        }

        return ImmutableHashSet<string>.Empty;
    }

    private static ImmutableHashSet<string>? OfList(ExpressionSyntax list, RetryFile file)
    {
        if (list is IdentifierNameSyntax or MemberAccessExpressionSyntax)
        {
            var model = file.Model;
            var made = model.GetSymbolInfo(list, file.Cancellation).Symbol?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(file.Cancellation) switch
            {
                VariableDeclaratorSyntax { Initializer.Value: { } value } => value,
                PropertyDeclarationSyntax { Initializer.Value: { } value } => value,
                PropertyDeclarationSyntax { ExpressionBody.Expression: { } value } => value,
                _ => null,
            };
            return made is null or IdentifierNameSyntax ? null : OfList(made, file);
        }

        if (list.DescendantNodesAndSelf().Any(n => n is InvocationExpressionSyntax || n.IsKind(SyntaxKind.SpreadElement)))
        {
            return null;
        }

        var own = file.Retry.Model(list);
        var states = ImmutableHashSet.CreateBuilder<string>();
        foreach (var element in list.DescendantNodes().OfType<ExpressionSyntax>())
        {
            if (own.GetConstantValue(element, file.Cancellation) is { HasValue: true, Value: string state })
            {
                states.Add(state);
            }
        }

        return states.ToImmutable();
    }
}
