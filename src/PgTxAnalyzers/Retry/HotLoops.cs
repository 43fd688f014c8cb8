using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Rules;

namespace PgTxAnalyzers.Retry;

/// <summary>Loops around a handler: what waits in them, what bounds them.</summary>
internal static class HotLoops
{
    /// <summary>A loop that is no retry swallows the failure and goes round again at once.</summary>
    public static bool IsSwallowedAtOnce(TryStatementSyntax attempt, CatchClauseSyntax clause, RetryFile file) =>
        clause.Filter is null

        // A handler that lets some failures out, by what they say, may let this one out.
        && !clause.Block.DescendantNodes().Any(n => n is ThrowStatementSyntax or ThrowExpressionSyntax)
        && RetryLoop.LoopAround(attempt) is { } loop and not CommonForEachStatementSyntax and not ForStatementSyntax { Condition: not null }
        && RetryLoop.Of(attempt, file.Model, file.Cancellation) is null
        && RetryLoop.GoesRoundAgain(clause, attempt, loop, file.Model)
        && !Waits(new RepeatedText(loop, loop.Span), file);

    /// <summary>
    /// Something in the loop takes time: a wait, an external call, a method that cannot be looked into here. What is tried does not count, since it fails at once.
    /// </summary>
    public static bool Waits(RepeatedText again, RetryFile file, BlockSyntax? tried = null)
    {
        foreach (var call in again.Nodes.OfType<InvocationExpressionSyntax>())
        {
            var fact = file.Retry.FactOf(call, out var method, file.Cancellation);
            if (fact.Role is ApiRole.Wait or ApiRole.Sink && !IsZero(call, file))
            {
                return true;
            }

            // What a filter asks in one expression is a question, and no pause.
            if (call.FirstAncestorOrSelf<CatchFilterClauseSyntax>() is not null && method is not null && !FailureTest.Read(call, file.Model, file.Cancellation).IsUnread)
            {
                continue;
            }

            // A method of the project's own beside the work may well wait.
            var isInTry = call.Ancestors().TakeWhile(a => a != again.Node).Any(a => a is BlockSyntax { Parent: TryStatementSyntax } || a == tried);
            if (!isInTry && method is not null && (!method.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty || method.MethodKind == MethodKind.DelegateInvoke))
            {
                return true;
            }

            if (!isInTry && method is null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary><c>Task.Delay(0)</c>, <c>Thread.Sleep(TimeSpan.Zero)</c>.</summary>
    private static bool IsZero(InvocationExpressionSyntax call, RetryFile file) =>
        call.ArgumentList.Arguments.Count > 0 && IsZero(call.ArgumentList.Arguments[0].Expression, file.Model);

    public static bool IsZero(ExpressionSyntax expression, SemanticModel model) =>
        model.GetConstantValue(expression) is { HasValue: true, Value: 0 }
        || expression.IsKind(SyntaxKind.DefaultLiteralExpression)
        || (expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Zero" } access && KnownTypes.Is(model.GetTypeInfo(access).Type, "System", "TimeSpan"));

    /// <summary>The loop ends: by a count, by a condition, by a token that somebody cancels.</summary>
    public static bool IsBounded(RetryLoop retry, RetryFile file)
    {
        if (retry.Extent is not { } again || retry.Loop is CommonForEachStatementSyntax)
        {
            return true;
        }

        // A jump on a condition gives up where that does not hold.
        if (retry.Label is not null && retry.Catch.Block.Statements.LastOrDefault() is not GotoStatementSyntax)
        {
            return true;
        }

        var condition = retry.Loop switch { WhileStatementSyntax w => w.Condition, DoStatementSyntax d => d.Condition, ForStatementSyntax f => f.Condition, _ => null };
        if (condition is not null && !condition.IsKind(SyntaxKind.TrueLiteralExpression))
        {
            return true;
        }

        if (retry.Catch.Filter is { } filter && filter.DescendantNodes().Any(n => IsCount(n) && !IsQuestion(n, file)))
        {
            return true;
        }

        // A handler that gives up on a condition, or a deadline.
        if (retry.Catch.Block.DescendantNodes().Any(n => n is ThrowStatementSyntax or ReturnStatementSyntax or BreakStatementSyntax or ThrowExpressionSyntax))
        {
            return true;
        }

        return again.Nodes.OfType<IdentifierNameSyntax>().Any(name =>
            file.Model.GetSymbolInfo(name, file.Cancellation).Symbol is ILocalSymbol or IParameterSymbol or IFieldSymbol
            && KnownTypes.Is(file.Model.GetTypeInfo(name, file.Cancellation).Type, "System.Threading", "CancellationToken"));
    }

    /// <summary>A method that is one expression, and counts nothing in it.</summary>
    private static bool IsQuestion(SyntaxNode node, RetryFile file) =>
        node is InvocationExpressionSyntax call && TurnedAway.Helper(call, file.Model, file.Cancellation) is var (body, _) && !body.DescendantNodesAndSelf().Any(IsCount);

    private static bool IsCount(SyntaxNode node) => node.Kind() is SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression or SyntaxKind.GreaterThanExpression
        or SyntaxKind.GreaterThanOrEqualExpression or SyntaxKind.PostDecrementExpression or SyntaxKind.PreDecrementExpression or SyntaxKind.PreIncrementExpression
        or SyntaxKind.PostIncrementExpression or SyntaxKind.RelationalPattern or SyntaxKind.InvocationExpression;
}
