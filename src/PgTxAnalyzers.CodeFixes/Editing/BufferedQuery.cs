using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Dapper's <c>Query</c> has read all rows when it returns, unless <c>buffered: false</c> or a <c>CommandDefinition</c> says otherwise (Dapper documentation,
/// "Buffered vs unbuffered readers"). Any other <c>IEnumerable</c> may run its command when it is enumerated.
/// </summary>
internal static class BufferedQuery
{
    /// <summary>True for a sequence whose local is given the rows of such a query.</summary>
    public static bool IsIn(ISymbol local, SemanticModel model, CancellationToken cancellationToken) =>
        local.DeclaringSyntaxReferences.All(reference => reference.SyntaxTree == model.SyntaxTree
            && reference.GetSyntax(cancellationToken) is VariableDeclaratorSyntax { Initializer.Value: { } value } && Is(value, model, cancellationToken));

    /// <summary>The rows themselves, or a local that is given them.</summary>
    public static bool Is(ExpressionSyntax value, SemanticModel model, CancellationToken cancellationToken) => value switch
    {
        IdentifierNameSyntax name => model.GetSymbolInfo(name, cancellationToken).Symbol is ILocalSymbol local && IsIn(local, model, cancellationToken),
        AwaitExpressionSyntax wait => Is(wait.Expression, model, cancellationToken),
        ParenthesizedExpressionSyntax inner => Is(inner.Expression, model, cancellationToken),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } configured } => Is(configured.Expression, model, cancellationToken),
        InvocationExpressionSyntax call => model.GetOperation(call, cancellationToken) is IInvocationOperation operation
            && operation.TargetMethod is { Name: "Query" or "QueryAsync", ContainingType: { Name: "SqlMapper", ContainingNamespace.Name: "Dapper" } }
            && !operation.Arguments.Any(argument => argument.Parameter?.Name == "buffered" && argument.ArgumentKind == ArgumentKind.Explicit || argument.Parameter?.Type.Name == "CommandDefinition"),
        _ => false,
    };
}
