using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// <c>db.Orders.Add(order);</c> and its kin: EF Core notes the change and sends nothing before <c>SaveChanges</c>
/// (EF Core documentation, "Change tracking").
/// </summary>
internal static class TrackingCall
{
    public static bool Is(StatementSyntax statement, SemanticModel model)
    {
        if (statement is not ExpressionStatementSyntax { Expression: var expression })
        {
            return false;
        }

        var call = (expression is AwaitExpressionSyntax wait ? wait.Expression : expression) as InvocationExpressionSyntax;
        return call is { Expression: MemberAccessExpressionSyntax }
            && model.GetSymbolInfo(call).Symbol is IMethodSymbol method && Is(method)
            && !call.ArgumentList.DescendantNodes().Any(node => node is InvocationExpressionSyntax or AwaitExpressionSyntax);
    }

    public static bool Is(IMethodSymbol method) =>
        method.Name is "Add" or "AddAsync" or "AddRange" or "AddRangeAsync" or "Attach" or "AttachRange" or "Update" or "UpdateRange" or "Remove" or "RemoveRange" && IsOfContext(method);

    /// <summary>A member of EF Core's contexts and sets.</summary>
    public static bool IsOfContext(IMethodSymbol method) => DataLibrary.IsInLibrary(method) && DataLibrary.IsContextType(method.ContainingType);
}
