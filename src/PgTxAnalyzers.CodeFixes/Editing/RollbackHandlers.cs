using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Says whether the handlers of a <c>try</c> do nothing but end the region and throw on. A call may leave such a <c>try</c>: where it fails
/// without the region, there is nothing to end. Any other handler would no longer see the failure.
/// </summary>
internal static class RollbackHandlers
{
    public static bool OnlyEndTheRegion(TryStatementSyntax statement, Region region, SemanticModel model, CancellationToken cancellationToken)
    {
        foreach (var handler in statement.Catches)
        {
            var statements = handler.Block.Statements;
            if (handler.Filter is not null || statements.Count == 0 || statements.Last() is not ThrowStatementSyntax { Expression: null })
            {
                return false;
            }

            if (!statements.Take(statements.Count - 1).All(inner => EndsRegion(inner, region, model, cancellationToken)))
            {
                return false;
            }
        }

        return statement.Finally is null || statement.Finally.Block.Statements.All(inner => EndsRegion(inner, region, model, cancellationToken));
    }

    /// <summary>True where a handler names the transaction: it would try to roll back what has been committed.</summary>
    public static bool NameTheRegion(TryStatementSyntax statement, Region region, SemanticModel model, CancellationToken cancellationToken) =>
        statement.Catches.SelectMany(handler => handler.Block.DescendantNodes()).OfType<IdentifierNameSyntax>()
            .Any(name => region.IsRegionSymbol(model.GetSymbolInfo(name, cancellationToken).Symbol));

    /// <summary>The statement does nothing but end the region, or see whether there is one to end.</summary>
    public static bool EndsRegion(StatementSyntax statement, Region region, SemanticModel model, CancellationToken cancellationToken) => statement switch
    {
        EmptyStatementSyntax => true,
        BlockSyntax block => block.Statements.All(inner => EndsRegion(inner, region, model, cancellationToken)),
        ExpressionStatementSyntax { Expression: var expression } => IsEnd(expression, region, model, cancellationToken),
        IfStatementSyntax { Else: null } condition => IsTest(condition.Condition, region, model, cancellationToken) && EndsRegion(condition.Statement, region, model, cancellationToken),
        TryStatementSyntax { Finally: null } guarded => EndsRegion(guarded.Block, region, model, cancellationToken) && guarded.Catches.All(handler => handler.Filter is null && handler.Block.Statements.Count == 0),
        _ => false,
    };

    private static bool IsEnd(ExpressionSyntax expression, Region region, SemanticModel model, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (expression)
            {
                case AwaitExpressionSyntax wait:
                    expression = wait.Expression;
                    continue;
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } configured }:
                    expression = configured.Expression;
                    continue;
                case ConditionalAccessExpressionSyntax { WhenNotNull: InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding } } access:
                    return IsEndName(binding.Name) && IsOfRegion(access.Expression, region, model, cancellationToken);
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access }:
                    return IsEndName(access.Name) && IsOfRegion(access.Expression, region, model, cancellationToken);
                default:
                    return false;
            }
        }
    }

    private static bool IsEndName(SimpleNameSyntax name) => name.Identifier.ValueText
        is "Rollback" or "RollbackAsync" or "RollbackTransaction" or "RollbackTransactionAsync" or "Dispose" or "DisposeAsync" or "Close" or "CloseAsync";

    /// <summary>The transaction, the connection, or <c>db.Database</c>.</summary>
    private static bool IsOfRegion(ExpressionSyntax expression, Region region, SemanticModel model, CancellationToken cancellationToken) =>
        region.IsRegionSymbol(model.GetSymbolInfo(expression, cancellationToken).Symbol)
        || (expression is PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } sure && IsOfRegion(sure.Operand, region, model, cancellationToken))
        || (expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Database" } access && IsOfRegion(access.Expression, region, model, cancellationToken));

    private static bool IsTest(ExpressionSyntax condition, Region region, SemanticModel model, CancellationToken cancellationToken) => condition switch
    {
        IsPatternExpressionSyntax pattern => IsOfRegion(pattern.Expression, region, model, cancellationToken),
        BinaryExpressionSyntax { Right.RawKind: (int)SyntaxKind.NullLiteralExpression } binary => IsOfRegion(binary.Left, region, model, cancellationToken),
        _ => false,
    };
}
