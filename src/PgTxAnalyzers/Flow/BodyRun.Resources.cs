using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>What a body says about resources beside its states: what it hands out element by element, and in which transactions it has worked.</summary>
internal sealed partial class BodyRun
{
    /// <summary>The transactions on whose connection a database operation has surely run.</summary>
    public HashSet<RegionId> Worked { get; } = new();

    /// <summary>An iterator: a result that was open when it handed out an element.</summary>
    public Region? Yields { get; private set; }

    private readonly HashSet<(SyntaxNode, ReachKind, int)> said = new();

    /// <summary>What is said about a call beside its sinks is said once, whatever the ways that lead to it: recursion has very many.</summary>
    private bool IsFirst(Held fact) => !fact.Regions.IsEmpty && said.Add((fact.Place ?? fact.Reach.Sink.At, fact.Reach.Says, fact.Regions.Length));

    /// <summary>A call that was made while the connection was open, now that the connection is used again.</summary>
    public void HoldAgain(Reach reach, Region connection)
    {
        var place = reach.HeldAt ?? reach.Chain[0].At;
        var said = reach with { Says = ReachKind.UsedAgain };

        // What a local function reaches for its caller's connection stands on its call, as for a transaction.
        var isOnCall = Frame.IsLexical && Frame.ReportsFrom > connection.Owner && Frame.Graph.OriginalOperation.Syntax.Contains(place);
        if (Frame.IsInRoot(place) && !isOnCall)
        {
            Add(new Held(said, ImmutableArray.Create(connection), place));
        }
        else
        {
            Hold(said, place, new[] { connection });
        }
    }

    private IReadOnlyList<Outcome> Yield(IReturnOperation operation, State state)
    {
        var paths = Children(operation, state);
        Yields ??= paths.SelectMany(p => p.State.Regions)
            .FirstOrDefault(r => r.Owner == Frame.Depth && r.Resource is { Kind: not (ResourceKind.Connection or ResourceKind.Task or ResourceKind.Elements or ResourceKind.Unit), IsDrained: false });
        return paths;
    }
}
