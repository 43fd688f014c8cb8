using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Which results say by being there, or not, how a helper came out: <c>if (await CommitAsync(tx) is { } error) return error;</c>. Only what the language itself says is believed.
/// </summary>
internal static class NullFacts
{
    /// <summary>The expression is an object: it is made here, or its declaration says that it is never null.</summary>
    public static bool IsObject(IOperation value) => value switch
    {
        IConversionOperation { OperatorMethod: null, IsTryCast: false } conversion => IsObject(conversion.Operand),
        IParenthesizedOperation parenthesized => IsObject(parenthesized.Operand),
        IObjectCreationOperation { Type.IsReferenceType: true } or IAnonymousObjectCreationOperation or IArrayCreationOperation or IInterpolatedStringOperation => true,
        IAwaitOperation { Operation: IInvocationOperation { TargetMethod.ReturnType: INamedTypeSymbol { TypeArguments.Length: 1 } task } } => IsObjectIn(task),

        // A task stands for its result, whoever awaits it: that there is a task says nothing of what comes out of it.
        IInvocationOperation { TargetMethod.ReturnType: INamedTypeSymbol task } when Names.IsAwaitable(task) => task.TypeArguments.Length == 1 && IsObjectIn(task),
        IInvocationOperation { TargetMethod: { ReturnType.IsReferenceType: true } method } => method.ReturnNullableAnnotation == NullableAnnotation.NotAnnotated,
        _ => false,
    };

    private static bool IsObjectIn(INamedTypeSymbol task) => task.TypeArguments[0].IsReferenceType && task.TypeArgumentNullableAnnotations[0] == NullableAnnotation.NotAnnotated;

    /// <summary>The variable that a condition compares with null; null where it does something else.</summary>
    public static ISymbol? Asked(IOperation? condition) => condition switch
    {
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not => Asked(not.Operand),
        _ => (Test(condition).Operand as ILocalReferenceOperation)?.Local,
    };

    /// <summary>What a condition compares with null, and how it comes out where it is null; no operand: it does something else.</summary>
    public static (IOperation? Operand, bool WhenNull) Test(IOperation? condition)
    {
        switch (condition)
        {
            case IIsNullOperation test:
                return (Unconverted(test.Operand), true);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } test when IsNull(test.RightOperand) || IsNull(test.LeftOperand):
                return (Unconverted(IsNull(test.RightOperand) ? test.LeftOperand : test.RightOperand), test.OperatorKind == BinaryOperatorKind.Equals);
            case IIsPatternOperation test when IsNullPattern(test.Pattern):
                var (pattern, isNegated) = (test.Pattern, false);
                for (; pattern is INegatedPatternOperation negated; pattern = negated.Pattern)
                {
                    isNegated = !isNegated;
                }

                return (Unconverted(test.Value), pattern is IConstantPatternOperation != isNegated);
            default:
                return default;
        }
    }

    private static bool IsNullPattern(IPatternOperation pattern) => pattern switch
    {
        INegatedPatternOperation negated => IsNullPattern(negated.Pattern),
        IConstantPatternOperation constant => IsNull(constant.Value),
        IRecursivePatternOperation { DeconstructionSubpatterns.IsEmpty: true, PropertySubpatterns.IsEmpty: true } => true,
        _ => false,
    };

    private static bool IsNull(IOperation operation) => operation.ConstantValue is { HasValue: true, Value: null };

    /// <summary>Not through `as`, which is null for an object of another type too.</summary>
    private static IOperation Unconverted(IOperation operation) => operation is IConversionOperation { OperatorMethod: null, IsTryCast: false } conversion ? Unconverted(conversion.Operand) : operation;
}
