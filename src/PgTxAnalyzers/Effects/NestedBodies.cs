using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Effects;

/// <summary>The graphs of the lambdas and local functions in a graph, at any depth.</summary>
internal static class NestedBodies
{
    /// <summary>
    /// Can somebody else run it? Not a local function, or a lambda kept in a local, whose name is only ever called: where no call runs, it does not.
    /// </summary>
    public static bool IsHandedOut(SyntaxNode function)
    {
        var name = function switch
        {
            LocalFunctionStatementSyntax local => local.Identifier.ValueText,
            AnonymousFunctionExpressionSyntax { Parent: EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } } => variable.Identifier.ValueText,
            _ => null,
        };
        var scope = function.Ancestors().FirstOrDefault(a => a is BlockSyntax or CompilationUnitSyntax or SwitchSectionSyntax);
        return name is null || scope is null || scope.DescendantNodes().Any(n =>
            n is IdentifierNameSyntax id && id.Identifier.ValueText == name && id.Parent is not InvocationExpressionSyntax);
    }

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
