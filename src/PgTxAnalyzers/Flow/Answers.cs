using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Which calls' answers a value is made of: what a call returned, awaited and converted, a member of that, a part of a tuple, what a library's member says of it
/// (<c>reader.ReadAsync()</c>, <c>rows.FirstOrDefault()</c>). By locals that are given nothing else.
/// </summary>
internal static class Answers
{
    /// <summary>Locals and calls from a value back to what it is made of.</summary>
    private const int MaxSteps = 8;

    /// <summary>Keyed by the graph, and gone with it: all that a variable is ever given; null where there is more than one such place.</summary>
    private static readonly ConditionalWeakTable<ControlFlowGraph, ConcurrentDictionary<ILocalSymbol, IOperation?>> Cache = new();

    /// <summary>The calls, the last one first.</summary>
    /// <param name="graph">The body's.</param>
    /// <param name="value">The value.</param>
    /// <param name="isPart">Some step is a member, whose meaning nobody knows.</param>
    public static IReadOnlyList<SyntaxNode> Of(ControlFlowGraph graph, IOperation value, out bool isPart)
    {
        isPart = false;
        var calls = new List<SyntaxNode>();
        for (var (current, step) = ((IOperation?)value, 0); current is not null && step < MaxSteps; step++)
        {
            switch (current)
            {
                case IConversionOperation { OperatorMethod: null } conversion:
                    current = conversion.Operand;
                    break;
                case IParenthesizedOperation parenthesized:
                    current = parenthesized.Operand;
                    break;
                case IAwaitOperation awaited:
                    current = awaited.Operation;
                    break;
                case IMemberReferenceOperation { Instance: { } owner, Member: IPropertySymbol or IFieldSymbol }:
                    isPart = true;
                    current = owner;
                    break;
                case IInvocationOperation call:
                    calls.Add(call.Syntax);
                    current = call.TargetMethod.DeclaringSyntaxReferences.IsEmpty ? call.Instance ?? (call.TargetMethod.IsExtensionMethod ? call.Arguments.FirstOrDefault()?.Value : null) : null;
                    break;

                // `switch (answer)`, `answer?.Id`: the graph keeps the value between blocks.
                case IFlowCaptureReferenceOperation kept:
                    current = Captured(graph, kept);
                    break;
                case ILocalReferenceOperation local:
                    current = Given(graph, local);
                    break;
                default:
                    current = null;
                    break;
            }
        }

        return calls;
    }

    /// <summary><c>var ok = rows == 1;</c>: the comparison that a local is all that it is ever given; null: it is given something else.</summary>
    public static IOperation? Comparison(ControlFlowGraph graph, IOperation condition) =>
        condition is ILocalReferenceOperation local && Given(graph, local) is (IBinaryOperation or IUnaryOperation or IIsNullOperation or IIsPatternOperation) and var comparison ? comparison : null;

    /// <summary>What a condition asks something about: <c>!answer.Accepted</c>, <c>outcome == Outcome.Missing</c>.</summary>
    public static IOperation? Asked(IOperation? condition) => condition switch
    {
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not => Asked(not.Operand),
        IBinaryOperation { RightOperand.ConstantValue.HasValue: true } test => test.LeftOperand,
        IBinaryOperation { LeftOperand.ConstantValue.HasValue: true } test => test.RightOperand,
        IIsNullOperation test => test.Operand,
        IIsPatternOperation test => test.Value,
        IIsTypeOperation test => test.ValueOperand,
        _ => condition,
    };

    private static IOperation? Captured(ControlFlowGraph graph, IFlowCaptureReferenceOperation kept)
    {
        var given = graph.Blocks.SelectMany(b => b.Operations).OfType<IFlowCaptureOperation>().Where(c => c.Id.Equals(kept.Id)).Take(2).ToList();
        return given.Count == 1 ? given[0].Value : null;
    }

    private static IOperation? Given(ControlFlowGraph graph, ILocalReferenceOperation local) =>
        Cache.GetValue(graph, _ => new ConcurrentDictionary<ILocalSymbol, IOperation?>(SymbolEqualityComparer.Default)).GetOrAdd(local.Local, l => OnlyValue(graph, l));

    private static IOperation? OnlyValue(ControlFlowGraph graph, ILocalSymbol local)
    {
        var all = graph.Blocks.SelectMany(b => b.Operations).SelectMany(o => o.DescendantsAndSelf()).ToList();

        // `row = await Query(new { id })`: the graph keeps the variable itself before it evaluates what that is given.
        var kept = all.OfType<IFlowCaptureOperation>().Where(c => Is(c.Value, local)).Select(c => c.Id).ToList();
        // `int? id = null; try { id = … } catch { }`: nothing beside it is nothing as well.
        var given = all.Where(o => Gives(o, local, kept) && !EmptyChange.IsNothing((o as ISimpleAssignmentOperation)?.Value)).Take(2).ToList();
        return given.Count == 1 && given[0] is IAssignmentOperation { Value: var value } and (ISimpleAssignmentOperation or IDeconstructionAssignmentOperation) ? value : null;
    }

    private static bool Gives(IOperation operation, ILocalSymbol local, List<CaptureId> kept) => operation switch
    {
        IDeconstructionAssignmentOperation parts => parts.Target.DescendantsAndSelf().Any(o => IsTarget(o, local, kept)),
        IAssignmentOperation assignment => IsTarget(assignment.Target, local, kept),
        IIncrementOrDecrementOperation step => IsTarget(step.Target, local, kept),
        IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument => IsTarget(argument.Value, local, kept),
        _ => false,
    };

    private static bool IsTarget(IOperation target, ILocalSymbol local, List<CaptureId> kept) => Is(target, local) || (target is IFlowCaptureReferenceOperation { Id: var id } && kept.Contains(id));

    private static bool Is(IOperation operation, ILocalSymbol local) => operation is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, local);
}
