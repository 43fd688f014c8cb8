using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.TransactionApi;

/// <summary>
/// PGTX707: <c>catch { await transaction.RollbackAsync(); throw; }</c>. On a broken connection the rollback throws ObjectDisposedException, and that is what the
/// caller sees: the 57P01 that its retry waits for is gone.
/// </summary>
internal sealed class PGTX707RollbackHidesFailure : RetryRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX707",
        "Rollback in the handler hides the failure",
        "When the connection is lost the caller sees ObjectDisposedException instead of 57P01, and no retry recognises it: the rollback at line {0}{1} throws before the handler throws again",
        "TransactionApi",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "After a lost connection Npgsql has disposed of the transaction, and RollbackAsync throws ObjectDisposedException. Dispose never throws and rolls back by itself: leave it to using, or give the rollback a try of its own.",
        RuleHelp.LinkFor("PGTX707"));

    /// <summary>Methods between the handler and the rollback.</summary>
    private const int MaxDepth = 3;

    public override DiagnosticDescriptor Descriptor => Rule;

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("throw");

    public override IEnumerable<Diagnostic> Examine(RetryFile file)
    {
        var found = new Dictionary<CatchClauseSyntax, Diagnostic>();
        foreach (var name in file.Retry.RollbackNames.In(file.Model.SyntaxTree, file.Cancellation))
        {
            foreach (var call in file.Calls(name).OfType<InvocationExpressionSyntax>())
            {
                if (HandlerOf(call) is { } handler && !found.ContainsKey(handler) && IsForLost(handler, file) && RollsBack(call, file, 0))
                {
                    var line = call.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
                    var direct = file.Retry.FactOf(call, out var method, file.Cancellation).Role == ApiRole.Rollback;
                    found.Add(handler, Diagnostic.Create(
                        Rule, handler.CatchKeyword.GetLocation(), new[] { call.GetLocation() }, line, direct ? "" : $" (in {method!.ContainingType.Name}.{method.Name})"));
                }
            }
        }

        return found.OrderBy(f => f.Key.SpanStart).Select(f => f.Value);
    }

    /// <summary>The handler that the call stands in, where it throws again and nothing around the call stops what that throws.</summary>
    private static CatchClauseSyntax? HandlerOf(InvocationExpressionSyntax call)
    {
        foreach (var ancestor in call.Ancestors())
        {
            switch (ancestor)
            {
                case CatchClauseSyntax clause:
                    return clause.Block.DescendantNodes(n => n is not AnonymousFunctionExpressionSyntax).Any(n => n is ThrowStatementSyntax again && n.SpanStart > call.Span.End && TellsOf(again, clause)) ? clause : null;

                // Its own try, or a look at the connection first.
                case TryStatementSyntax { Catches.Count: > 0 } guard when guard.Block.Span.Contains(call.Span):
                case IfStatementSyntax { Condition: var condition } when condition.DescendantNodesAndSelf().Any(n => n is IdentifierNameSyntax { Identifier.ValueText: "State" or "FullState" or "Connection" }):
                case AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax:
                    return null;
            }
        }

        return null;
    }

    /// <summary>An exception of its own that is not given the caught one, `throw new HubException(e.Message)`, would have told no retry of a lost connection either.</summary>
    private static bool TellsOf(ThrowStatementSyntax again, CatchClauseSyntax clause) =>
        again.Expression is not BaseObjectCreationExpressionSyntax made
        || made.DescendantNodes().OfType<IdentifierNameSyntax>().Any(n => n.Identifier.ValueText == clause.Declaration?.Identifier.ValueText && n.Parent is not MemberAccessExpressionSyntax);

    /// <summary>A handler for a constraint violation is never entered with a broken connection; one whose filter asks a method that cannot be read may be such a handler.</summary>
    private static bool IsForLost(CatchClauseSyntax clause, RetryFile file) =>
        Handler.Of(clause, file.Model, file.Cancellation) != Caught.Nothing
        && (clause.Filter is null || FailureTest.Read(clause.Filter.FilterExpression, file.Model, file.Cancellation) is { AdmitsLost: true } test && (!test.IsUnread || test.NamesLost));

    private static bool RollsBack(InvocationExpressionSyntax call, RetryFile file, int depth)
    {
        var fact = file.Retry.FactOf(call, out var method, file.Cancellation);
        if (IsDropped(call, method))
        {
            return false;
        }

        if (fact.Role == ApiRole.Rollback)
        {
            return true;
        }

        return fact.Role == ApiRole.None && method is not null && depth < MaxDepth
            && file.Retry.Compilation.Targets.Of(method, Flow.Value.Nothing, false, file.Cancellation).Any(target => target.DeclaringSyntaxReferences.Any(reference =>
                reference.GetSyntax(file.Cancellation).DescendantNodes().OfType<InvocationExpressionSyntax>().Any(inner => IsUnguarded(inner) && RollsBack(inner, file, depth + 1))));
    }

    /// <summary>A task of which nobody takes the exception, <c>tx?.RollbackAsync();</c>: it replaces nothing.</summary>
    private static bool IsDropped(InvocationExpressionSyntax call, IMethodSymbol? method) =>
        method is not null && Effects.Names.IsAwaitable(method.ReturnType)
        && call.Ancestors().FirstOrDefault(a => a is not ConditionalAccessExpressionSyntax) is ExpressionStatementSyntax or AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "_" } };

    private static bool IsUnguarded(InvocationExpressionSyntax call)
    {
        foreach (var ancestor in call.Ancestors())
        {
            switch (ancestor)
            {
                case TryStatementSyntax { Catches.Count: > 0 } guard when guard.Block.Span.Contains(call.Span):
                case IfStatementSyntax { Condition: var condition } when condition.DescendantNodesAndSelf().Any(n => n is IdentifierNameSyntax { Identifier.ValueText: "State" or "FullState" or "Connection" }):
                case CatchClauseSyntax or AnonymousFunctionExpressionSyntax:
                    return false;
                case MemberDeclarationSyntax:
                    return true;
            }
        }

        return true;
    }
}
