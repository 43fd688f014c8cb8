using System.Collections.Concurrent;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Which side of a condition says that a statement has changed nothing: <c>if (deleted == 0) return;</c>. What was not written is not lost, so a path that leaves there needs no commit.
/// </summary>
internal static class EmptyChange
{
    /// <summary>Keyed by the graph, and gone with it: the call whose result is all that a variable is ever given; null where it is given something else.</summary>
    private static readonly ConditionalWeakTable<ControlFlowGraph, ConcurrentDictionary<ILocalSymbol, SyntaxNode?>> Cache = new();

    /// <summary>The call whose result is asked, and the outcome of the condition on which it says that nothing happened; null where the condition asks something else.</summary>
    public static (SyntaxNode Call, bool When)? In(ControlFlowGraph graph, IOperation? condition) => condition switch
    {
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not => In(graph, not.Operand) is { } inner ? (inner.Call, !inner.When) : null,
        IBinaryOperation test when Number(test.RightOperand) is { } right => Of(graph, test.LeftOperand, IsEmptyWhen(test.OperatorKind, right)),
        IBinaryOperation test when Number(test.LeftOperand) is { } left => Of(graph, test.RightOperand, IsEmptyWhen(Flipped(test.OperatorKind), left)),
        IIsNullOperation test => Of(graph, test.Operand, true),
        IIsPatternOperation { Pattern: IConstantPatternOperation constant } test when Number(constant.Value) is { } value => Of(graph, test.Value, IsEmptyWhen(BinaryOperatorKind.Equals, value)),
        IIsPatternOperation { Pattern: INegatedPatternOperation { Pattern: IConstantPatternOperation constant } } test when Number(constant.Value) is { } value =>
            Of(graph, test.Value, IsEmptyWhen(BinaryOperatorKind.NotEquals, value)),
        ILocalReferenceOperation or IAwaitOperation or IInvocationOperation or IConversionOperation when condition.Type?.SpecialType == SpecialType.System_Boolean => Of(graph, condition, false),
        _ => null,
    };

    private static (SyntaxNode, bool)? Of(ControlFlowGraph graph, IOperation asked, bool? when) => when is { } side && Call(graph, asked) is { } call ? (call, side) : null;

    /// <summary>
    /// None, null and false are nothing; of anything else that is asked for (<c>affected == 1</c>), whoever did not get it leaves because of that.
    /// </summary>
    private static bool? IsEmptyWhen(BinaryOperatorKind kind, int value) => (kind, value) switch
    {
        (BinaryOperatorKind.Equals, _) => value == 0,
        (BinaryOperatorKind.NotEquals, _) => value != 0,
        (BinaryOperatorKind.LessThan, 1) or (BinaryOperatorKind.LessThanOrEqual, 0) => true,
        (BinaryOperatorKind.GreaterThanOrEqual, 1) or (BinaryOperatorKind.GreaterThan, 0) => false,
        _ => null,
    };

    private static BinaryOperatorKind Flipped(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.LessThan => BinaryOperatorKind.GreaterThan,
        BinaryOperatorKind.LessThanOrEqual => BinaryOperatorKind.GreaterThanOrEqual,
        BinaryOperatorKind.GreaterThan => BinaryOperatorKind.LessThan,
        BinaryOperatorKind.GreaterThanOrEqual => BinaryOperatorKind.LessThanOrEqual,
        _ => kind,
    };

    private static int? Number(IOperation operation) => operation switch
    {
        { ConstantValue: { HasValue: true, Value: var value } } => Number(value),
        IConversionOperation { OperatorMethod: null } lifted => Number(lifted.Operand),
        _ => null,
    };

    private static int? Number(object? constant) => constant switch
    {
        null or false or 0 or 0L => 0,
        true => 1,
        int number => number,
        long number => number is > int.MinValue and < int.MaxValue ? (int)number : null,
        _ => null,
    };

    private static SyntaxNode? Call(ControlFlowGraph graph, IOperation asked) => Bare(asked) switch
    {
        IInvocationOperation call => call.Syntax,
        ILocalReferenceOperation local => Cache.GetValue(graph, _ => new ConcurrentDictionary<ILocalSymbol, SyntaxNode?>(SymbolEqualityComparer.Default)).GetOrAdd(local.Local, l => OnlyCall(graph, l)),
        _ => null,
    };

    private static SyntaxNode? OnlyCall(ControlFlowGraph graph, ILocalSymbol local)
    {
        var given = graph.Blocks.SelectMany(b => b.Operations).SelectMany(o => o.DescendantsAndSelf()).Where(o => Gives(o, local)).Take(2).ToList();
        return given.Count == 1 && given[0] is ISimpleAssignmentOperation { Value: var value } && Bare(value) is IInvocationOperation call ? call.Syntax : null;
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
        IAssignmentOperation assignment => Is(assignment.Target, local),
        IIncrementOrDecrementOperation step => Is(step.Target, local),
        IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument => Is(argument.Value, local),
        _ => false,
    };

    private static bool Is(IOperation operation, ILocalSymbol local) => operation is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, local);
}
