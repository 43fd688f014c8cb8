using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>Handlers as the source has them.</summary>
internal sealed partial class BodyRun
{
    /// <summary>Those that have been entered by a failure in a transaction.</summary>
    private readonly Dictionary<ControlFlowRegion, CatchClauseSyntax> clauses = new();

    public State Handled(ControlFlowRegion handler, State state)
    {
        if (!state.Regions.Any(r => r.Broken))
        {
            return state;
        }

        var clause = ClauseOf(handler);
        if (clause is not null)
        {
            clauses[handler] = clause;
        }

        return state.Update(r => r.Broken, r => r with { SwallowedBy = clause });
    }

    /// <summary>An exception leaves the handler: it has swallowed nothing, though a finally behind it may run in the broken transaction.</summary>
    public State LetOut(ControlFlowRegion handler, State state) =>
        clauses.TryGetValue(handler, out var clause) ? state.Update(r => r.SwallowedBy == clause, r => r with { SwallowedBy = null }) : state;

    /// <summary>
    /// The clause of a handler. An empty one has no operation to tell it by; so the try is found from the operation that threw, by how many tries with handlers
    /// stand between the two, and the clause by its number.
    /// </summary>
    private CatchClauseSyntax? ClauseOf(ControlFlowRegion handler)
    {
        var around = handler.EnclosingRegion!;
        var levels = 0;
        for (var region = walker.Current.EnclosingRegion; region is not null && region != around; region = region.EnclosingRegion)
        {
            if (region.Kind == ControlFlowRegionKind.Try && region.EnclosingRegion is { Kind: ControlFlowRegionKind.TryAndCatch } && region.EnclosingRegion != around)
            {
                levels++;
            }
        }

        var syntax = walker.Current.Operations.FirstOrDefault()?.Syntax ?? walker.Current.BranchValue?.Syntax;
        if (syntax is null)
        {
            return null;
        }

        SyntaxNode below = syntax;
        foreach (var ancestor in syntax.Ancestors())
        {
            if (ancestor is TryStatementSyntax { Catches.Count: > 0 } attempt && attempt.Block == below && levels-- == 0)
            {
                var number = around.NestedRegions.IndexOf(handler) - 1;
                return number >= 0 && number < attempt.Catches.Count ? attempt.Catches[number] : null;
            }

            below = ancestor;
        }

        return null;
    }
}
