using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>The cancellation token by which a retry is called off: the one that the unit names, else the one that the function has.</summary>
/// <param name="Text">How it is named; null where there is none.</param>
/// <param name="Uses">Where the unit names it.</param>
internal sealed record RetryToken(string? Text, IReadOnlyList<ExpressionSyntax> Uses)
{
    private static readonly RetryToken None = new(null, []);

    public static bool IsToken(ITypeSymbol? type) => type is { Name: "CancellationToken", ContainingNamespace: { Name: "Threading" } };

    public static RetryToken Of(IEnumerable<SyntaxNode> unit, SyntaxNode function, SemanticModel model, CancellationToken cancellationToken)
    {
        var nodes = unit.ToList();
        var named = nodes.SelectMany(n => n.DescendantNodesAndSelf()).OfType<ExpressionSyntax>()
            .Where(e => IsName(e) || e is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax })
            .Where(e => IsToken(model.GetTypeInfo(e, cancellationToken).Type) && IsFromOutside(e, nodes, model, cancellationToken)).ToList();
        if (named.Count > 0)
        {
            var text = named[0].ToString();
            return new RetryToken(text, named.Where(e => e.ToString() == text).ToList());
        }

        foreach (var outer in new[] { function }.Concat(function.Ancestors().Where(SyntaxSearch.IsFunction)))
        {
            foreach (var parameter in Parameters(outer).Select(p => model.GetDeclaredSymbol(p, cancellationToken)).OfType<IParameterSymbol>().Where(p => p.Name.Length > 0))
            {
                if (IsToken(parameter.Type))
                {
                    return new RetryToken(parameter.Name, []);
                }

                // `ConsumeContext.CancellationToken`, `IJobExecutionContext.CancellationToken`.
                if (parameter.Type.GetMembers("CancellationToken").Concat(parameter.Type.AllInterfaces.SelectMany(i => i.GetMembers("CancellationToken"))).OfType<IPropertySymbol>().Any(p => IsToken(p.Type)))
                {
                    return new RetryToken(parameter.Name + ".CancellationToken", []);
                }
            }

            if (outer is BaseMethodDeclarationSyntax || (outer is LocalFunctionStatementSyntax local && local.Modifiers.Any(m => m.ValueText == "static")))
            {
                break;
            }
        }

        return None;
    }

    private static IEnumerable<ParameterSyntax> Parameters(SyntaxNode function) => function switch
    {
        BaseMethodDeclarationSyntax method => method.ParameterList.Parameters,
        LocalFunctionStatementSyntax local => local.ParameterList.Parameters,
        ParenthesizedLambdaExpressionSyntax lambda => lambda.ParameterList.Parameters,
        SimpleLambdaExpressionSyntax lambda => [lambda.Parameter],
        _ => [],
    };

    private static bool IsName(ExpressionSyntax expression) =>
        expression is IdentifierNameSyntax { Parent: not NameColonSyntax } && !(expression.Parent is MemberAccessExpressionSyntax access && access.Name == expression);

    private static bool IsFromOutside(ExpressionSyntax expression, IReadOnlyList<SyntaxNode> unit, SemanticModel model, CancellationToken cancellationToken)
    {
        var root = expression is MemberAccessExpressionSyntax access ? access.Expression : expression;
        return model.GetSymbolInfo(root, cancellationToken).Symbol is IParameterSymbol or ILocalSymbol && model.GetSymbolInfo(root, cancellationToken).Symbol is { } symbol
            && symbol.DeclaringSyntaxReferences.All(r => r.SyntaxTree != root.SyntaxTree || !unit.Any(n => n.Span.Contains(r.Span)));
    }
}
