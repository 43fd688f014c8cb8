using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;

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

    /// <param name="isReachable">Whether anything can run the function: what stands in one that nobody runs is not looked at either.</param>
    public static IEnumerable<(ControlFlowGraph Graph, IMethodSymbol Symbol)> Of(
        ControlFlowGraph graph, Func<ControlFlowGraph, IMethodSymbol, bool> isReachable, CancellationToken cancellation)
    {
        foreach (var (inner, symbol) in Directly(graph, cancellation))
        {
            if (!isReachable(inner, symbol))
            {
                continue;
            }

            yield return (inner, symbol);
            foreach (var nested in Of(inner, isReachable, cancellation))
            {
                yield return nested;
            }
        }
    }

    private static IEnumerable<(ControlFlowGraph Graph, IMethodSymbol Symbol)> Directly(ControlFlowGraph graph, CancellationToken cancellation)
    {
        foreach (var function in graph.LocalFunctions)
        {
            yield return (graph.GetLocalFunctionControlFlowGraph(function, cancellation), function);
        }

        foreach (var block in graph.Blocks)
        {
            foreach (var operation in BlockOperations.Of(block))
            {
                foreach (var lambda in operation.DescendantsAndSelf().OfType<IFlowAnonymousFunctionOperation>())
                {
                    yield return (graph.GetAnonymousFunctionControlFlowGraph(lambda, cancellation), lambda.Symbol);
                }
            }
        }
    }
}
