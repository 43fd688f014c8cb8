using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Variables that live on because a delegate has captured them: <c>return new Batch(() => transaction.Dispose())</c> ends the transaction of a method that has returned.
/// </summary>
internal static class Captures
{
    private static readonly HashSet<Place> None = new();

    /// <summary>Keyed by the function's text, and gone with it: the names in it.</summary>
    private static readonly ConditionalWeakTable<SyntaxNode, HashSet<string>> Names = new();

    /// <summary>Of the variables of a block or a body that has ended, those that a delegate mentions which somebody still has.</summary>
    /// <param name="after">The state in which it ended.</param>
    /// <param name="isGone">A variable that goes with it: so does a delegate that such a one alone holds.</param>
    public static HashSet<Place> Outliving(State after, Func<Place, bool> isGone)
    {
        HashSet<Place>? captured = null;
        foreach (var entry in after.Values)
        {
            if (FunctionOf(entry.Value) is not { } function || isGone(entry.Key))
            {
                continue;
            }

            // Few variables stand around the function: its text is asked only where one does.
            foreach (var other in after.Values)
            {
                if (other.Key is Place.Variable variable && StandsIn(function, variable.Symbol.ContainingSymbol) && isGone(variable) && Mentions(function, variable.Symbol.Name))
                {
                    (captured ??= new HashSet<Place>()).Add(variable);
                }
            }
        }

        return captured ?? None;
    }

    private static bool Mentions(IMethodSymbol function, string name) =>
        function.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is { } body && Names.GetValue(body, NamesIn).Contains(name);

    private static HashSet<string> NamesIn(SyntaxNode body) =>
        new(body.DescendantNodes().OfType<IdentifierNameSyntax>().Select(n => n.Identifier.ValueText), StringComparer.Ordinal);

    private static IMethodSymbol? FunctionOf(Value value) => value switch
    {
        Value.Lambda lambda => lambda.Function.Symbol,
        Value.MethodGroup { Owner: not null } local => local.Method,
        Value.Deferred deferred => FunctionOf(deferred.Factory),
        _ => null,
    };

    /// <summary>The function was made in this one, or in another function that was.</summary>
    private static bool StandsIn(IMethodSymbol function, ISymbol? owner)
    {
        for (var around = function.ContainingSymbol as IMethodSymbol; around is not null; around = around.ContainingSymbol as IMethodSymbol)
        {
            if (SymbolEqualityComparer.Default.Equals(around, owner))
            {
                return true;
            }
        }

        return false;
    }
}
