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

    /// <summary>Keyed by the function's text, and gone with it: the names in it, and in the local functions that it names.</summary>
    private static readonly ConditionalWeakTable<SyntaxNode, HashSet<string>> Names = new();

    /// <summary>Keyed by a member's text: the local functions in it.</summary>
    private static readonly ConditionalWeakTable<SyntaxNode, List<LocalFunctionStatementSyntax>> LocalFunctions = new();

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

            foreach (var variable in Of(function, after.Values.Keys).Where(isGone))
            {
                (captured ??= new HashSet<Place>()).Add(variable);
            }
        }

        return captured ?? None;
    }

    /// <summary>Of the places, the variables of the bodies around a function that it mentions. (Few stand around it: its text is asked only where one does.)</summary>
    public static IEnumerable<Place> Of(IMethodSymbol function, IEnumerable<Place> places) =>
        places.Where(p => p is Place.Variable { Symbol: (ILocalSymbol or IParameterSymbol) and var variable } && StandsIn(function, variable.ContainingSymbol) && Mentions(function, variable.Name));

    /// <summary>(A function without a text of its own, as a clause of a query, may mention all.)</summary>
    private static bool Mentions(IMethodSymbol function, string name) =>
        function.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not { } body || Names.GetValue(body, NamesIn).Contains(name);

    private static HashSet<string> NamesIn(SyntaxNode body)
    {
        var names = new HashSet<string>(NamesOf(body), StringComparer.Ordinal);
        var others = LocalFunctions.GetValue(MemberOf(body), FunctionsIn);
        var named = new HashSet<LocalFunctionStatementSyntax>();
        while (others.FirstOrDefault(f => names.Contains(f.Identifier.ValueText) && !named.Contains(f)) is { } next)
        {
            named.Add(next);
            names.UnionWith(NamesOf(next));
        }

        return names;
    }

    private static IEnumerable<string> NamesOf(SyntaxNode body) => body.DescendantNodes().OfType<SimpleNameSyntax>().Select(n => n.Identifier.ValueText);

    private static List<LocalFunctionStatementSyntax> FunctionsIn(SyntaxNode member) => member.DescendantNodes().OfType<LocalFunctionStatementSyntax>().ToList();

    /// <summary>The member that the function stands in; of top-level statements, all of them.</summary>
    private static SyntaxNode MemberOf(SyntaxNode function)
    {
        var member = function.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? function;
        return member is GlobalStatementSyntax { Parent: { } program } ? program : member;
    }

    /// <summary>The lambda or local function that the value is, or that it comes to.</summary>
    public static IMethodSymbol? FunctionOf(Value value) => value switch
    {
        Value.Lambda lambda => lambda.Function.Symbol,
        Value.MethodGroup { Owner: not null } local => local.Method,
        Value.Deferred deferred => FunctionOf(deferred.Factory),
        Value.Pending pending => FunctionOf(pending.Result),
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
