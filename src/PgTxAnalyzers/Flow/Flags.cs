using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>Which flags tell paths apart: those that more than one branch of a body asks. Every other would only double the paths.</summary>
internal static class Flags
{
    /// <summary>Flags of one body that are followed; each can double the number of paths.</summary>
    private const int MaxFlags = 6;

    /// <summary>Keyed by the graph, and gone with it.</summary>
    private static readonly ConditionalWeakTable<ControlFlowGraph, HashSet<ISymbol>> Cache = new();

    public static bool AskedTwice(ControlFlowGraph graph, IOperation flag) =>
        Symbol(flag) is { } symbol && Cache.GetValue(graph, Count).Contains(symbol);

    private static HashSet<ISymbol> Count(ControlFlowGraph graph) =>
        new(graph.Blocks.Select(b => Symbol(b.BranchValue)).OfType<ISymbol>().GroupBy(s => s, SymbolEqualityComparer.Default)
            .Where(g => g.Count() > 1).Select(g => g.Key!).Take(MaxFlags), SymbolEqualityComparer.Default);

    private static ISymbol? Symbol(IOperation? condition)
    {
        while (condition is IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not)
        {
            condition = not.Operand;
        }

        return condition switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            IFieldReferenceOperation field => field.Field,
            _ => null,
        };
    }
}
