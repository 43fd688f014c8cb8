using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Flow;

/// <summary>How C# code waits for a task: <c>await</c>, <c>.Result</c>, <c>.Wait()</c>, <c>.GetAwaiter().GetResult()</c>, <c>WhenAll</c>.</summary>
internal static class Waiting
{
    /// <summary>Returns the same work in another wrapping.</summary>
    public static bool IsPassThrough(IMethodSymbol method) =>
        method.Name is "ConfigureAwait" or "AsTask" or "GetAwaiter" or "WaitAsync" or "Unwrap" or "Preserve" or "WithCancellation"
        && IsTask(method.ReducedFrom is null && method.IsExtensionMethod && method.Parameters.Length > 0 ? method.Parameters[0].Type : method.ContainingType);

    /// <summary>Waits for its receiver or its arguments before it returns.</summary>
    public static bool Blocks(IMethodSymbol method) =>
        method.Name is "Wait" or "WaitAll" or "WaitAny" or "RunSynchronously" && IsTask(method.ContainingType)
        || method.Name == "GetResult" && method.ContainingType.Name.Contains("Awaiter");

    /// <summary>A task that completes with its arguments.</summary>
    public static bool Combines(IMethodSymbol method) =>
        method.Name is "WhenAll" or "WhenAny" or "WhenEach" or "FromResult" && IsTask(method.ContainingType);

    /// <summary>Goes on when one of its arguments has completed, whichever that is.</summary>
    public static bool IsFirstOf(IMethodSymbol method) => method.Name is "WhenAny" or "WaitAny" or "WhenEach" && IsTask(method.ContainingType);

    /// <summary>A task that completes after the one that it is called on.</summary>
    public static bool Continues(IMethodSymbol method) => method is { Name: "ContinueWith", IsStatic: false } && IsTask(method.ContainingType);

    public static bool IsTask(ITypeSymbol? type) =>
        type is { Name: "Task" or "ValueTask" or "ConfiguredTaskAwaitable" or "ConfiguredValueTaskAwaitable" or "IAsyncEnumerable" or "ConfiguredCancelableAsyncEnumerable"
            or "TaskExtensions" or "TaskAsyncEnumerableExtensions" }
        || type is { Name: "IAsyncDisposable" or "AsyncUnaryCall" };

    /// <summary>An array, a list or another collection whose elements can be awaited.</summary>
    public static bool HoldsTasks(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol array => Names.IsAwaitable(array.ElementType),
        INamedTypeSymbol named => named.TypeArguments.Any(Names.IsAwaitable),
        _ => false,
    };

    /// <summary>Is what this operation makes waited for in the same expression?</summary>
    public static bool IsWaitedFor(IOperation operation)
    {
        for (var parent = operation.Parent; parent is not null; parent = parent.Parent)
        {
            switch (parent)
            {
                case IAwaitOperation:
                    return true;
                case IPropertyReferenceOperation { Property.Name: "Result" } property when IsTask(property.Property.ContainingType):
                    return true;
                // The others may still run: which of them holds up whoever waits is decided there.
                case IInvocationOperation call when IsFirstOf(call.TargetMethod):
                    return false;
                case IInvocationOperation call when Blocks(call.TargetMethod):
                    return true;
                case IConversionOperation or IArgumentOperation or IArrayCreationOperation or IArrayInitializerOperation:
                    continue;
                case var list when list.Kind.ToString() == "CollectionExpression":
                    continue;
                case IInvocationOperation call when IsPassThrough(call.TargetMethod) || Combines(call.TargetMethod) || Continues(call.TargetMethod):
                    continue;
                default:
                    return false;
            }
        }

        return false;
    }
}
