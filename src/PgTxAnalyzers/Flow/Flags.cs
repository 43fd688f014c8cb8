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
    private static readonly ConditionalWeakTable<ControlFlowGraph, Asked> Cache = new();

    public static bool AskedTwice(ControlFlowGraph graph, IOperation flag) => Symbol(flag) is { } symbol && Cache.GetValue(graph, Asked.In).Twice.Contains(symbol);

    /// <summary>A branch of the body, or of one around it, asks the flag: its constants matter.</summary>
    public static bool IsAsked(ControlFlowGraph graph, ISymbol flag)
    {
        for (var g = graph; g is not null; g = g.Parent)
        {
            if (Cache.GetValue(g, Asked.In).Once.Contains(flag))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Asked
    {
        public HashSet<ISymbol> Once { get; } = new(SymbolEqualityComparer.Default);

        public HashSet<ISymbol> Twice { get; } = new(SymbolEqualityComparer.Default);

        public static Asked In(ControlFlowGraph graph)
        {
            var asked = new Asked();
            foreach (var symbol in graph.Blocks.Select(b => Symbol(b.BranchValue)).OfType<ISymbol>())
            {
                if (!asked.Once.Add(symbol) && asked.Twice.Count < MaxFlags)
                {
                    asked.Twice.Add(symbol);
                }
            }

            return asked;
        }
    }

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
