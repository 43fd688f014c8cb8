using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Effects;

/// <summary>The graphs of the lambdas and local functions in a graph, at any depth.</summary>
internal static class NestedBodies
{
    public static IEnumerable<(ControlFlowGraph Graph, IMethodSymbol Symbol)> Of(ControlFlowGraph graph, CancellationToken cancellation)
    {
        foreach (var function in graph.LocalFunctions)
        {
            var inner = graph.GetLocalFunctionControlFlowGraph(function, cancellation);
            yield return (inner, function);
            foreach (var nested in Of(inner, cancellation))
            {
                yield return nested;
            }
        }

        foreach (var block in graph.Blocks)
        {
            foreach (var operation in block.Operations.Concat(block.BranchValue is { } value ? new[] { value } : System.Array.Empty<IOperation>()))
            {
                foreach (var lambda in operation.DescendantsAndSelf().OfType<IFlowAnonymousFunctionOperation>())
                {
                    var inner = graph.GetAnonymousFunctionControlFlowGraph(lambda, cancellation);
                    yield return (inner, lambda.Symbol);
                    foreach (var nested in Of(inner, cancellation))
                    {
                        yield return nested;
                    }
                }
            }
        }
    }
}
