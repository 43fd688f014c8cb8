using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Rules.TransactionApi;

/// <summary>
/// A return that is reached because something has failed: a flag that is not set (<c>!answer.IsSuccessStatusCode</c>), nothing found. There the rollback by <c>using</c> may be meant, and a commit would keep half of the work.
/// What a comparison decides (<c>stock &lt; wanted</c>) is a case like any other.
/// </summary>
internal sealed class FailurePath(SyntaxNode begin, IReadOnlyList<StatementSyntax> commits, SemanticModel model, CancellationToken cancellationToken)
{
    private static readonly HashSet<string> Refusals = ["BadRequest", "Unauthorized", "Forbid", "NotFound", "Conflict", "UnprocessableEntity", "UnprocessableContent", "Problem", "ValidationProblem", "InternalServerError"];

    public bool Ends(ReturnStatementSyntax end)
    {
        bool? refuses = end.Expression is null ? null : IsRefusal(end.Expression);
        foreach (var node in end.AncestorsAndSelf().TakeWhile(node => !SyntaxSearch.IsFunction(node)))
        {
            // `if (paid) { …; commit; return true; } return false;`: what is behind is the other branch.
            var left = node is StatementSyntax statement && statement.IsInList()
                ? statement.Siblings().TakeWhile(s => s != statement).OfType<IfStatementSyntax>().Where(test => test.Else is null && commits.Any(commit => test.Statement.Span.Contains(commit.Span)) && model.AnalyzeControlFlow(test.Statement) is { Succeeded: true, EndPointIsReachable: false })
                : [];
            if (left.Any(test => IsBehindBegin(test) && IsFailure(test.Condition, isTrue: false, refuses))
                || (node.Parent is IfStatementSyntax branch && node == branch.Statement && IsBehindBegin(branch) && IsFailure(branch.Condition, isTrue: true, refuses))
                || (node.Parent is ElseClauseSyntax { Parent: IfStatementSyntax other } && IsBehindBegin(other) && IsFailure(other.Condition, isTrue: false, refuses)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The path beside a commit: a branch that it stands in is not gone into because something has failed. It is the other form of <c>if (!ok) return;</c>.</summary>
    public bool IsBeside(StatementSyntax commit)
    {
        for (SyntaxNode node = commit; node.Parent is { } parent && !SyntaxSearch.IsFunction(node); node = parent)
        {
            if ((parent is IfStatementSyntax test && node == test.Statement && IsBehindBegin(test) && IsFailure(test.Condition, isTrue: false, refuses: null))
                || (parent is ElseClauseSyntax { Parent: IfStatementSyntax other } && IsBehindBegin(other) && IsFailure(other.Condition, isTrue: true, refuses: null)))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsBehindBegin(SyntaxNode node) => node.SpanStart > begin.SpanStart;

    /// <summary>That the condition is so may mean a failure. A flag that is set says nothing by itself; with a refusal as the answer it does (<c>if (result.IsFailed) return null;</c>).</summary>
    /// <param name="condition">Of an <c>if</c>.</param>
    /// <param name="isTrue">How it is on the path.</param>
    /// <param name="refuses">Whether the answer is a refusal; null where nothing is answered.</param>
    private bool IsFailure(ExpressionSyntax condition, bool isTrue, bool? refuses) => condition switch
    {
        ParenthesizedExpressionSyntax inner => IsFailure(inner.Expression, isTrue, refuses),
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression } not => IsFailure(not.Operand, !isTrue, refuses),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression or (int)SyntaxKind.LogicalOrExpression } both => IsFailure(both.Left, isTrue, refuses) || IsFailure(both.Right, isTrue, refuses),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression or (int)SyntaxKind.NotEqualsExpression } test => IsFailedTest(test, test.IsKind(SyntaxKind.EqualsExpression) == isTrue, refuses),
        IsPatternExpressionSyntax { Pattern: ConstantPatternSyntax constant } => IsFailedValue(constant.Expression, isTrue, refuses),
        IsPatternExpressionSyntax { Pattern: UnaryPatternSyntax { Pattern: ConstantPatternSyntax constant } } => IsFailedValue(constant.Expression, !isTrue, refuses),
        BinaryExpressionSyntax or IsPatternExpressionSyntax or LiteralExpressionSyntax => false,
        _ => refuses == true || (!isTrue && !IsRead(condition)),
    };

    /// <summary>The database has said it, directly or into a variable: that no row is there is a case like any other, unless the answer is a refusal.</summary>
    private bool IsRead(ExpressionSyntax flag) => Asks(flag)
        || (model.GetSymbolInfo(flag, cancellationToken).Symbol is ILocalSymbol local && flag.EnclosingFunction()?.DescendantNodes().Any(node => node switch
        {
            VariableDeclaratorSyntax { Initializer.Value: var value } variable => Asks(value) && SymbolEqualityComparer.Default.Equals(model.GetDeclaredSymbol(variable, cancellationToken), local),
            AssignmentExpressionSyntax { Right: var value } assignment => Asks(value) && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(assignment.Left, cancellationToken).Symbol, local),
            _ => false,
        }) == true);

    private bool Asks(ExpressionSyntax value) => value.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>()
        .Any(call => call.Expression is MemberAccessExpressionSyntax access && DataLibrary.IsDataType(model.GetTypeInfo(access.Expression, cancellationToken).Type));

    private bool IsFailedTest(BinaryExpressionSyntax test, bool isEqual, bool? refuses) =>
        IsFailedValue(model.GetConstantValue(test.Left, cancellationToken).HasValue ? test.Left : test.Right, isEqual, refuses);

    /// <summary>Something is null or false, or, where the answer is a refusal, not what it should be.</summary>
    private bool IsFailedValue(ExpressionSyntax value, bool isEqual, bool? refuses) => model.GetConstantValue(value, cancellationToken) switch
    {
        // What is not there yet may be made: with an answer that is none of failure the path is one of success.
        { HasValue: true, Value: null } => isEqual ? refuses != false : refuses == true,
        { HasValue: true, Value: bool set } => set != isEqual || refuses == true,
        _ => !isEqual && refuses == true,
    };

    /// <summary>False, null, an exception, or ASP.NET Core's answer that something went wrong.</summary>
    private bool IsRefusal(ExpressionSyntax returned)
    {
        if (returned.IsKind(SyntaxKind.DefaultLiteralExpression) || returned is DefaultExpressionSyntax || model.GetConstantValue(returned, cancellationToken) is { HasValue: true, Value: null or false })
        {
            return true;
        }

        return KnownTypes.DerivesFrom(model.GetTypeInfo(returned, cancellationToken).Type, "System", "Exception")
            || returned.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>().Any(call => model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method
                && Refusals.Contains(method.Name) && DataLibrary.IsIn(method, ["Microsoft.AspNetCore"]));
    }
}
