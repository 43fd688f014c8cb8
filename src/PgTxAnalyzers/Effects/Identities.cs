using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Whether a place names one object. Equal places are equal objects for everything that may fall silent by mistake; a finding that says
/// "the same connection" asks here first.
/// </summary>
internal static class Identities
{
    public static bool IsSure(Place place) => place switch
    {
        // "Some object of this type": a receiver of which nothing is known, an element of a list.
        Place.Variable v => v.Symbol is not ITypeSymbol && IsStored(v.Symbol),
        Place.Member m => IsStored(m.Symbol) && IsSure(m.Owner),
        _ => true,
    };

    /// <summary>Reading it twice gives the same object: a property without a body in sight may open a connection at each read.</summary>
    private static bool IsStored(ISymbol symbol) =>
        symbol is not IPropertySymbol property || property.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(f => SymbolEqualityComparer.Default.Equals(f.AssociatedSymbol, property));
}
