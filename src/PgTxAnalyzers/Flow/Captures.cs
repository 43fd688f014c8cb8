using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Variables that live on because a delegate has captured them: <c>return new Batch(() => transaction.Dispose())</c> ends the transaction of a method that has returned.
/// </summary>
internal static class Captures
{
    private static readonly HashSet<Place> None = new();

    /// <summary>Of the variables of a block or a body that has ended, those that a delegate mentions which somebody still has.</summary>
    /// <param name="after">The state in which it ended.</param>
    /// <param name="isGone">A variable that goes with it: so does a delegate that such a one alone holds.</param>
    public static HashSet<Place> Outliving(State after, Func<Place, bool> isGone)
    {
        HashSet<string>? names = null;
        foreach (var entry in after.Values)
        {
            if (!isGone(entry.Key) && BodyOf(entry.Value) is { } body)
            {
                names ??= new HashSet<string>(StringComparer.Ordinal);
                names.UnionWith(body.DescendantNodes().OfType<IdentifierNameSyntax>().Select(n => n.Identifier.ValueText));
            }
        }

        return names is null ? None : new HashSet<Place>(after.Values.Keys.Where(k => isGone(k) && names.Contains(((Place.Variable)k).Symbol.Name)));
    }

    private static SyntaxNode? BodyOf(Value value) => value switch
    {
        Value.Lambda lambda => lambda.Function.Syntax,
        Value.MethodGroup { Owner: not null } local => local.Method.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(),
        _ => null,
    };
}
