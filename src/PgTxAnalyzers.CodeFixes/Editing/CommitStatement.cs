using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Recognises the statement that ends a region with success: by the API, or <c>COMMIT</c> sent as text.</summary>
internal static class CommitStatement
{
    public static bool Is(StatementSyntax statement, Region region, SemanticModel model, CancellationToken cancellationToken)
    {
        if (statement is not ExpressionStatementSyntax { Expression: var expression } || Call(expression) is not { Expression: MemberAccessExpressionSyntax access } call)
        {
            return false;
        }

        if (!region.IsRegionSymbol(Root(access.Expression, model, cancellationToken)))
        {
            return false;
        }

        return access.Name.Identifier.ValueText switch
        {
            "Complete" => region.IsScope,
            "Commit" or "CommitAsync" or "CommitTransaction" or "CommitTransactionAsync" => call.ArgumentList.Arguments.All(argument => !IsText(argument)),
            _ => region.Transaction is null && call.ArgumentList.Arguments.Any(argument => IsText(argument) && SaysCommit(argument)),
        };
    }

    /// <summary>The call of a statement, without the await and the <c>ConfigureAwait</c> around it.</summary>
    private static InvocationExpressionSyntax? Call(ExpressionSyntax expression) => expression switch
    {
        AwaitExpressionSyntax wait => Call(wait.Expression),
        ParenthesizedExpressionSyntax inner => Call(inner.Expression),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" or "GetAwaiter" or "GetResult" or "Wait" } configured } => Call(configured.Expression),
        InvocationExpressionSyntax call => call,
        _ => null,
    };

    private static ISymbol? Root(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken) => expression switch
    {
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Database" } access => Root(access.Expression, model, cancellationToken),
        PostfixUnaryExpressionSyntax sure => Root(sure.Operand, model, cancellationToken),
        _ => model.GetSymbolInfo(expression, cancellationToken).Symbol,
    };

    private static bool IsText(ArgumentSyntax argument) => argument.Expression.IsKind(SyntaxKind.StringLiteralExpression);

    private static bool SaysCommit(ArgumentSyntax argument)
    {
        var statements = SqlText.Classify(((LiteralExpressionSyntax)argument.Expression).Token.ValueText).Statements;
        return statements.Length == 1 && statements[0].Kind == SqlKind.Commit;
    }
}
