using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>What is done with an object at one place where it is named.</summary>
internal static class ObjectUses
{
    public static ObjectUse Of(IOperation reference)
    {
        for (var (current, parent) = (reference, reference.Parent); parent is not null; (current, parent) = (parent, parent.Parent))
        {
            switch (parent)
            {
                case IConversionOperation:
                    continue;
                case IMemberReferenceOperation member when member.Instance == current:
                    if (IsWritten(member))
                    {
                        return ObjectUse.Acts;
                    }

                    if (ImmutableTypes.Contains(member.Type))
                    {
                        return ObjectUse.Looks;
                    }

                    continue;
                case IConditionalAccessOperation access when access.Operation == current:
                    return access.WhenNotNull is IMemberReferenceOperation { Instance: IConditionalAccessInstanceOperation } inner && ImmutableTypes.Contains(inner.Type)
                        ? ObjectUse.Looks
                        : ObjectUse.Calls;
                case IInvocationOperation call when call.Instance == current:
                    return ObjectUse.Calls;
                case IArgumentOperation { Parent: IInvocationOperation { TargetMethod.IsExtensionMethod: true } call } argument when call.Arguments.IndexOf(argument) == 0:
                    return ObjectUse.Calls;
                case IIsPatternOperation { Pattern: IConstantPatternOperation or INegatedPatternOperation { Pattern: IConstantPatternOperation } }:
                    return ObjectUse.Looks;
                case IBinaryOperation { LeftOperand: var left, RightOperand: var right } when IsNull(left) || IsNull(right):
                    return ObjectUse.Looks;
                default:
                    return ObjectUse.Acts;
            }
        }

        return ObjectUse.Acts;
    }

    /// <summary>An object that others hold as well: one in a field or property, static or of this object, or given to the primary constructor. A local one is this method's until it is handed on.</summary>
    public static bool IsShared(IOperation? reference) => reference switch
    {
        IParameterReferenceOperation { Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } given => !DataLibrary.IsDataType(given.Type),
        IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol, Instance: null or IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } } member => !DataLibrary.IsDataType(member.Type),
        IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol } inner => !DataLibrary.IsDataType(inner.Type) && IsShared(inner.Instance),
        IConversionOperation conversion => IsShared(conversion.Operand),
        IConditionalAccessInstanceOperation { Parent: var parent } => Accessed(parent) is { } access && IsShared(access.Operation),
        _ => false,
    };

    /// <summary>The <c>?.</c> that an operation stands behind.</summary>
    private static IConditionalAccessOperation? Accessed(IOperation? operation)
    {
        while (operation is not null and not IConditionalAccessOperation)
        {
            operation = operation.Parent;
        }

        return operation as IConditionalAccessOperation;
    }

    public static bool IsWritten(IOperation reference) => reference.Parent switch
    {
        IAssignmentOperation assignment => assignment.Target == reference,
        IIncrementOrDecrementOperation => true,
        IArgumentOperation argument => argument.Parameter?.RefKind is RefKind.Ref or RefKind.Out,
        ITupleOperation tuple => IsWritten(tuple),
        IConversionOperation { Parent: IAssignmentOperation assignment } conversion => assignment.Target == conversion,
        _ => false,
    };

    private static bool IsNull(IOperation operation) =>
        operation.ConstantValue is { HasValue: true, Value: null } || operation is IConversionOperation { Operand.ConstantValue: { HasValue: true, Value: null } };
}
