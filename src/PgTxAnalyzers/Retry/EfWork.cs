using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>What a stretch of code asks of EF Core, and what of the driver itself.</summary>
internal static class EfWork
{
    /// <summary>
    /// The types of the contexts whose queries and saves stand in the code (those go through the strategy), and whether the driver is called directly as
    /// well (that does not).
    /// </summary>
    public static (IReadOnlyList<ITypeSymbol> Wrapped, bool HasRaw) In(SyntaxNode code, RetryContext context, CancellationToken cancellation)
    {
        var wrapped = new List<ITypeSymbol>();
        var raw = false;
        foreach (var call in code.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            var fact = context.FactOf(call, out var method, cancellation);
            if (fact.Role is ApiRole.Query or ApiRole.Save && method is not null && KnownTypes.IsEfCore(method))
            {
                if (ContextOf(call, context.Model(call), cancellation) is { } type)
                {
                    wrapped.Add(type);
                }
            }
            else
            {
                raw |= fact.Role is ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Open or ApiRole.OpenNew or ApiRole.Copy or ApiRole.Begin or ApiRole.Commit;
            }
        }

        return (wrapped, raw);
    }

    /// <summary>The context at the root of <c>db.Orders.Where(…).CountAsync()</c>; null where the chain begins with something else.</summary>
    public static ITypeSymbol? ContextOf(ExpressionSyntax call, SemanticModel model, CancellationToken cancellation)
    {
        for (ExpressionSyntax? e = call; e is not null; e = Inner(e))
        {
            if (model.GetTypeInfo(e, cancellation).Type is { } type && KnownTypes.IsDbContext(type))
            {
                return type;
            }
        }

        return null;
    }

    /// <summary>The expression itself that names the context; of a store that knows its context as <c>TContext : DbContext</c>, too.</summary>
    public static ExpressionSyntax? ContextExpression(ExpressionSyntax call, SemanticModel model, CancellationToken cancellation)
    {
        for (ExpressionSyntax? e = call; e is not null; e = Inner(e))
        {
            if (model.GetTypeInfo(e, cancellation).Type is { } type && (KnownTypes.IsDbContext(type) || type is ITypeParameterSymbol { ConstraintTypes: var bounds } && bounds.Any(KnownTypes.IsDbContext)))
            {
                return e;
            }
        }

        return null;
    }

    private static ExpressionSyntax? Inner(ExpressionSyntax expression) => expression switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } => access.Expression,
        MemberAccessExpressionSyntax access => access.Expression,
        ParenthesizedExpressionSyntax p => p.Expression,
        PostfixUnaryExpressionSyntax bang => bang.Operand,
        AwaitExpressionSyntax wait => wait.Expression,
        _ => null,
    };
}
