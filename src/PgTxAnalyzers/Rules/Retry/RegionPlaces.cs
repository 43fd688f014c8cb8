using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>Where findings about regions can stand, and what they can point to.</summary>
internal static class RegionPlaces
{
    /// <summary>In the text of the body that is looked at: what is elsewhere is reported when that body is the root.</summary>
    public static bool IsIn(SyntaxNode root, SyntaxNode node) => root.SyntaxTree == node.SyntaxTree && root.Span.Contains(node.Span);

    /// <summary>Further places; those in other projects have no location that this compilation may report.</summary>
    public static IEnumerable<Location> Also(RootFacts facts, params SyntaxNode?[] places) =>
        places.Where(p => p is not null && facts.Context!.Compilation.ContainsSyntaxTree(p.SyntaxTree)).Select(p => p!.GetLocation());

    /// <summary>A statement as a message says it.</summary>
    public static string Say(Cause work) => $"'{work.Text}'";
}
