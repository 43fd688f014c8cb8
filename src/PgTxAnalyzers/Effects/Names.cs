using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Effects;

/// <summary>Names as a message says them, and what can be awaited.</summary>
internal static class Names
{
    /// <summary><c>HttpClient.PostAsync</c>, <c>new TcpClient</c>, or the bare name of a local function.</summary>
    public static string Of(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } => "new " + symbol.ContainingType.Name,
        IMethodSymbol { MethodKind: MethodKind.LocalFunction } => symbol.Name,
        IMethodSymbol { MethodKind: MethodKind.AnonymousFunction } => "a lambda",
        IMethodSymbol { ReducedFrom: { } extension } => extension.ContainingType.Name + "." + symbol.Name,
        IMethodSymbol { AssociatedSymbol: { } property } => property.ContainingType.Name + "." + property.Name,
        _ => symbol.ContainingType is { } type ? type.Name + "." + symbol.Name : symbol.Name,
    };

    /// <summary>The value can be awaited, or enumerated asynchronously: the work may go on after the call.</summary>
    public static bool IsAwaitable(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { Name: "Task" or "ValueTask" or "IAsyncEnumerable" or "ConfiguredTaskAwaitable" or "AsyncPageable" })
        {
            return true;
        }

        foreach (var member in type.GetMembers("GetAwaiter"))
        {
            if (member is IMethodSymbol { Parameters.IsEmpty: true })
            {
                return true;
            }
        }

        return false;
    }
}
