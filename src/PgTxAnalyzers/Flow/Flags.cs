using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Which flags tell paths apart: those that are asked more than once, by branches of a body and of the functions in it, or in a loop. Every other would only double the paths.
/// </summary>
internal static class Flags
{
    /// <summary>Flags of one body that are followed; each can double the number of paths.</summary>
    private const int MaxFlags = 6;

    /// <summary>Keyed by the graph, and gone with it.</summary>
    private static readonly ConditionalWeakTable<ControlFlowGraph, Asked> Cache = new();

    public static bool AskedTwice(ControlFlowGraph graph, IOperation flag) => Symbol(flag) is { } symbol
        && (Cache.GetValue(graph, Asked.In).Twice.Contains(symbol) || (graph.Parent is { } around && IsAsked(around, symbol)));

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

    /// <summary>A branch of the body compares the variable with null.</summary>
    public static bool IsAskedForNull(ControlFlowGraph graph, ISymbol variable) => Cache.GetValue(graph, Asked.In).ForNull.Contains(variable);

    private sealed class Asked
    {
        public HashSet<ISymbol> ForNull { get; } = new(SymbolEqualityComparer.Default);

        public HashSet<ISymbol> Once { get; } = new(SymbolEqualityComparer.Default);

        public HashSet<ISymbol> Twice { get; } = new(SymbolEqualityComparer.Default);

        public static Asked In(ControlFlowGraph graph)
        {
            var asked = new Asked();
            List<SyntaxNode>? functions = null;
            foreach (var block in graph.Blocks)
            {
                if (asked.ForNull.Count < MaxFlags && NullFacts.Asked(block.BranchValue) is { } compared)
                {
                    asked.ForNull.Add(compared);
                }

                // A field may be another one the next time round, and what a function in the body is told is not the body's to know.
                if (Symbol(block.BranchValue) is { } symbol
                    && (!asked.Once.Add(symbol) || (symbol is not IFieldSymbol && (IsInLoop(graph, block) || IsNamedIn(functions ??= Functions(graph), symbol))))
                    && asked.Twice.Count < MaxFlags)
                {
                    asked.Twice.Add(symbol);
                }
            }

            return asked;
        }

        /// <summary>Blocks stand in the order of the source: a jump back leaps over all that it repeats.</summary>
        private static bool IsInLoop(ControlFlowGraph graph, BasicBlock block)
        {
            for (var i = block.Ordinal; i < graph.Blocks.Length; i++)
            {
                if (JumpsTo(graph.Blocks[i].FallThroughSuccessor, block.Ordinal) || JumpsTo(graph.Blocks[i].ConditionalSuccessor, block.Ordinal))
                {
                    return true;
                }
            }

            return false;
        }

        private static bool JumpsTo(ControlFlowBranch? branch, int ordinal) => branch?.Destination is { } destination && destination.Ordinal <= ordinal;

        private static List<SyntaxNode> Functions(ControlFlowGraph graph) =>
            graph.OriginalOperation.Syntax.DescendantNodes().Where(n => n is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax).ToList();

        private static bool IsNamedIn(List<SyntaxNode> functions, ISymbol flag) =>
            functions.Any(f => f.DescendantNodes().Any(n => n is IdentifierNameSyntax name && name.Identifier.ValueText == flag.Name));
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
            IPropertyReferenceOperation { Property: var property } when IsSetting(property) => property,
            _ => null,
        };
    }

    /// <summary>
    /// <c>options.UseTransactions</c>, <c>command.Transactional</c>: it stays what it is while a body runs. It cannot be set once the object is made, or its class has nothing but such properties; of a unit of work
    /// that says whether it has begun, the next call makes something else.
    /// </summary>
    private static bool IsSetting(IPropertySymbol property) => property is { IsStatic: false, Parameters.IsEmpty: true, Type.SpecialType: SpecialType.System_Boolean, DeclaringSyntaxReferences: { Length: 1 } declared, ContainingType: { TypeKind: TypeKind.Class or TypeKind.Struct } type }
        && declared[0].GetSyntax() is var syntax && (syntax is ParameterSyntax || (syntax is PropertyDeclarationSyntax { AccessorList.Accessors: var accessors } && accessors.All(a => a is { Body: null, ExpressionBody: null })))
        && (property.SetMethod is null or { IsInitOnly: true } || type.GetMembers().All(m => m is not IMethodSymbol { MethodKind: MethodKind.Ordinary, IsImplicitlyDeclared: false }));
}
