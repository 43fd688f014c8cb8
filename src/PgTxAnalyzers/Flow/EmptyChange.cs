using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Which side of a condition says that a statement has changed nothing: <c>if (deleted == 0) return;</c>. What was not written is not lost, so a path that leaves there needs no commit.
/// </summary>
internal static class EmptyChange
{
    /// <summary>What is asked, and the outcome of the condition on which it says that nothing happened; null where the condition asks something else.</summary>
    public static (IOperation Asked, bool When)? In(ControlFlowGraph graph, IOperation? condition) => condition switch
    {
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not => In(graph, not.Operand) is { } inner ? (inner.Asked, !inner.When) : null,
        IBinaryOperation test when Number(test.RightOperand) is { } right => Of(test.LeftOperand, IsEmptyWhen(test.OperatorKind, right)),
        IBinaryOperation test when Number(test.LeftOperand) is { } left => Of(test.RightOperand, IsEmptyWhen(Flipped(test.OperatorKind), left)),
        IIsNullOperation test => Of(test.Operand, true),
        IIsPatternOperation { Pattern: IConstantPatternOperation constant } test when Number(constant.Value) is { } value => Of(test.Value, IsEmptyWhen(BinaryOperatorKind.Equals, value)),
        IIsPatternOperation { Pattern: INegatedPatternOperation { Pattern: IConstantPatternOperation constant } } test when Number(constant.Value) is { } value =>
            Of(test.Value, IsEmptyWhen(BinaryOperatorKind.NotEquals, value)),
        IIsPatternOperation test => IsObject(test.Pattern) is { } isObject ? Of(test.Value, !isObject) : null,
        IBinaryOperation or null => null,
        IInvocationOperation { TargetMethod: { Name: "IsNullOrEmpty" or "IsNullOrWhiteSpace", ContainingType.SpecialType: SpecialType.System_String }, Arguments: { Length: 1 } text } => Of(text[0].Value, true),
        { Type.SpecialType: SpecialType.System_Boolean } => In(graph, Answers.Comparison(graph, condition)) ?? Of(condition, false),
        _ => null,
    };

    /// <summary>What the members of an enumeration mean, nobody knows: it is no count.</summary>
    private static (IOperation, bool)? Of(IOperation asked, bool? when) => when is { } side && asked.Type?.TypeKind != TypeKind.Enum ? (asked, side) : null;

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

    /// <summary>The pattern holds for an object (<c>is string status</c>, <c>is { }</c>), or for none; null where it asks more.</summary>
    private static bool? IsObject(IPatternOperation pattern) => pattern switch
    {
        INegatedPatternOperation negated => !IsObject(negated.Pattern),
        IDeclarationPatternOperation { MatchesNull: false } or ITypePatternOperation or IRecursivePatternOperation { DeconstructionSubpatterns.IsEmpty: true, PropertySubpatterns.IsEmpty: true } => true,
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

    /// <summary>A constant that says that there is nothing: null, 0 or false.</summary>
    public static bool IsNothing(IOperation? value) => value is not null && (Number(value) == 0 || (value is IDefaultValueOperation or IConversionOperation { Operand: IDefaultValueOperation }));

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
}
