using System.Collections.Concurrent;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Which call's answer a value is: what the call returned, awaited and converted, a member of that, or a part of a tuple. By a local that is given nothing else.
/// </summary>
internal static class Answers
{
    /// <summary>Keyed by the graph, and gone with it: the call whose result is all that a variable is ever given; null where it is given something else.</summary>
    private static readonly ConditionalWeakTable<ControlFlowGraph, ConcurrentDictionary<ILocalSymbol, SyntaxNode?>> Cache = new();

    /// <summary>The call whose result the value is as a whole.</summary>
    public static SyntaxNode? Whole(ControlFlowGraph graph, IOperation asked) => Bare(asked) switch
    {
        IInvocationOperation call => call.Syntax,
        ILocalReferenceOperation local => Cache.GetValue(graph, _ => new ConcurrentDictionary<ILocalSymbol, SyntaxNode?>(SymbolEqualityComparer.Default)).GetOrAdd(local.Local, l => OnlyCall(graph, l)),
        _ => null,
    };

    /// <summary>The call about whose result a condition asks something: <c>!answer.Accepted</c>, <c>outcome == Outcome.Missing</c>.</summary>
    public static SyntaxNode? AskedIn(ControlFlowGraph graph, IOperation? condition) => condition switch
    {
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not => AskedIn(graph, not.Operand),
        IBinaryOperation { RightOperand.ConstantValue.HasValue: true } test => Of(graph, test.LeftOperand),
        IBinaryOperation { LeftOperand.ConstantValue.HasValue: true } test => Of(graph, test.RightOperand),
        IIsNullOperation test => Of(graph, test.Operand),
        IIsPatternOperation test => Of(graph, test.Value),
        IIsTypeOperation test => Of(graph, test.ValueOperand),
        not null => Of(graph, condition),
        null => null,
    };

    /// <summary>The call of whose result the value is the whole or a part.</summary>
    public static SyntaxNode? Of(ControlFlowGraph graph, IOperation asked)
    {
        var value = Bare(asked);

        // `switch (answer)`, `answer?.Id`: the graph keeps the value between blocks.
        if (value is IFlowCaptureReferenceOperation kept && Captured(graph, kept) is { } captured)
        {
            value = Bare(captured);
        }

        return value switch
        {
            IMemberReferenceOperation { Instance: { } owner, Member: IPropertySymbol or IFieldSymbol } => Of(graph, owner),
            _ => Whole(graph, value),
        };
    }

    private static IOperation? Captured(ControlFlowGraph graph, IFlowCaptureReferenceOperation kept)
    {
        var given = graph.Blocks.SelectMany(b => b.Operations).OfType<IFlowCaptureOperation>().Where(c => c.Id.Equals(kept.Id)).Take(2).ToList();
        return given.Count == 1 && given[0].Value is not IFlowCaptureReferenceOperation ? given[0].Value : null;
    }

    private static SyntaxNode? OnlyCall(ControlFlowGraph graph, ILocalSymbol local)
    {
        var given = graph.Blocks.SelectMany(b => b.Operations).SelectMany(o => o.DescendantsAndSelf()).Where(o => Gives(o, local)).Take(2).ToList();
        return given.Count == 1 && given[0] is IAssignmentOperation { Value: var value } and (ISimpleAssignmentOperation or IDeconstructionAssignmentOperation) && Bare(value) is IInvocationOperation call ? call.Syntax : null;
    }

    /// <summary>What is waited for and converted.</summary>
    private static IOperation Bare(IOperation value) => value switch
    {
        IConversionOperation { OperatorMethod: null } conversion => Bare(conversion.Operand),
        IParenthesizedOperation parenthesized => Bare(parenthesized.Operand),
        IAwaitOperation awaited => Bare(awaited.Operation),
        IInvocationOperation { Instance: { } task } call when Waiting.IsPassThrough(call.TargetMethod) => Bare(task),
        _ => value,
    };

    private static bool Gives(IOperation operation, ILocalSymbol local) => operation switch
    {
        IDeconstructionAssignmentOperation parts => parts.Target.DescendantsAndSelf().Any(o => Is(o, local)),
        IAssignmentOperation assignment => Is(assignment.Target, local),
        IIncrementOrDecrementOperation step => Is(step.Target, local),
        IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument => Is(argument.Value, local),
        _ => false,
    };

    private static bool Is(IOperation operation, ILocalSymbol local) => operation is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, local);
}
