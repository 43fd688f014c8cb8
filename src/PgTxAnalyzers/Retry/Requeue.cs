using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Retry;

/// <summary>A retry by way of the queue: the handler puts the item that failed back to where it came from, at once or later.</summary>
internal static class Requeue
{
    private static readonly string[] Writes = { "TryWrite", "WriteAsync", "Enqueue", "Post", "SendAsync", "TryAdd", "Add", "Push" };

    private static readonly string[] Queues = { "System.Threading.Channels", "System.Collections.Concurrent", "System.Collections.Generic", "System.Threading.Tasks.Dataflow" };

    /// <summary>A handler around the call, in the same function, gives what the call's block works on to a queue, itself or by a method of the project's own.</summary>
    public static bool IsAround(ExpressionSyntax call, RetryContext context, CancellationToken cancellation)
    {
        foreach (var attempt in RetryLoop.TriesAround(call, isInFunction: true))
        {
            // By names first: most handlers write to a log, and are not bound.
            foreach (var (clause, back) in attempt.Catches.SelectMany(c => c.Block.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(i => MayPutBack(i, c, attempt, context, cancellation)), (c, i) => (c, i)))
            {
                var model = context.Model(attempt);
                if (Handler.TakesDriver(clause, model, cancellation) && PutsBack(back, attempt, model, context, cancellation))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The names of a call allow it: a write, or a method of the project's own, that is given what the try works on.</summary>
    private static bool MayPutBack(InvocationExpressionSyntax call, CatchClauseSyntax clause, TryStatementSyntax attempt, RetryContext context, CancellationToken cancellation) =>
        CalledName.Of(call) is { } name
        && call.ArgumentList.Arguments.Any(a => a.Expression is IdentifierNameSyntax { Identifier.ValueText: var item } && item != clause.Declaration?.Identifier.ValueText && IsMentioned(item, attempt))
        && (Writes.Contains(name) || context.Declares(name, cancellation));

    private static bool IsMentioned(string name, TryStatementSyntax attempt) =>
        attempt.Block.DescendantNodes().OfType<IdentifierNameSyntax>().Any(n => n.Identifier.ValueText == name);

    private static bool PutsBack(InvocationExpressionSyntax call, TryStatementSyntax attempt, SemanticModel model, RetryContext context, CancellationToken cancellation) =>
        call.ArgumentList.Arguments.Any(a => a.Expression is IdentifierNameSyntax item && IsItem(item, attempt, model, cancellation))
        && model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol method
        && (IsWrite(method) || (method.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is { } body && WritesIn(body, context, cancellation)));

    private static bool WritesIn(SyntaxNode body, RetryContext context, CancellationToken cancellation) =>
        body.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(i => CalledName.Of(i) is { } name && Writes.Contains(name) && context.Model(i).GetSymbolInfo(i, cancellation).Symbol is IMethodSymbol method && IsWrite(method));

    private static bool IsWrite(IMethodSymbol method) =>
        Writes.Contains(method.Name) && method.ContainingType is { DeclaringSyntaxReferences.IsEmpty: true, ContainingNamespace: { } space } && Queues.Contains(space.ToDisplayString());

    private static bool IsItem(IdentifierNameSyntax name, TryStatementSyntax attempt, SemanticModel model, CancellationToken cancellation) =>
        model.GetSymbolInfo(name, cancellation).Symbol is ILocalSymbol or IParameterSymbol && IsMentioned(name.Identifier.ValueText, attempt);
}
