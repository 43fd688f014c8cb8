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
        foreach (var attempt in call.Ancestors().TakeWhile(a => a is not (MemberDeclarationSyntax or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)).OfType<TryStatementSyntax>())
        {
            // By syntax first: an item is a variable that comes from outside of the try and is worked on in it.
            if (!attempt.Block.Span.Contains(call.Span) || !attempt.Catches.Any(c => c.Block.DescendantNodes().Any(n => n is InvocationExpressionSyntax)))
            {
                continue;
            }

            var model = context.Model(attempt);
            foreach (var clause in attempt.Catches)
            {
                if (Handler.Of(clause, model, cancellation) is Caught.Everything or Caught.Driver && clause.Block.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(i => PutsBack(i, attempt, model, context, cancellation)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool PutsBack(InvocationExpressionSyntax call, TryStatementSyntax attempt, SemanticModel model, RetryContext context, CancellationToken cancellation) =>
        call.ArgumentList.Arguments.Any(a => a.Expression is IdentifierNameSyntax item && IsItem(item, attempt, model, cancellation))
        && model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol method
        && (IsWrite(method) || (method.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is { } body && WritesIn(body, context, cancellation)));

    private static bool WritesIn(SyntaxNode body, RetryContext context, CancellationToken cancellation) =>
        body.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(i => CalledName.Of(i) is { } name && Writes.Contains(name) && context.Model(i).GetSymbolInfo(i, cancellation).Symbol is IMethodSymbol method && IsWrite(method));

    private static bool IsWrite(IMethodSymbol method) =>
        Writes.Contains(method.Name) && method.ContainingType is { DeclaringSyntaxReferences.IsEmpty: true, ContainingNamespace: { } space } && Queues.Contains(space.ToDisplayString());

    private static bool IsItem(IdentifierNameSyntax name, TryStatementSyntax attempt, SemanticModel model, CancellationToken cancellation) =>
        model.GetSymbolInfo(name, cancellation).Symbol is ILocalSymbol or IParameterSymbol
        && attempt.Block.DescendantNodes().OfType<IdentifierNameSyntax>().Any(n => n.Identifier.ValueText == name.Identifier.ValueText);
}
