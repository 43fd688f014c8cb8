using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>Calls of members whose implementation may stand in a project that is compiled later.</summary>
internal sealed partial class CallEvaluator
{
    private IReadOnlyList<Outcome> Obliged(BodyRun run, CallSite call, State state, IReadOnlyList<Outcome> outcomes)
    {
        var method = (call.Method.ReducedFrom ?? call.Method).OriginalDefinition;

        // A transaction that is passed on is the implementation's own business: it has a parameter for it.
        if (!Facts.Obliges || !state.HasRegion || !LooseEnds.CanBeImplementedLater(method) || call.Values.Any(v => v is Value.Transaction) || method.GetDocumentationCommentId() is not { } member)
        {
            return outcomes;
        }

        // What is in sight has been followed. Who awaits only what is, owes nothing, and its flow stays as small as it was.
        if (!context.Targets.Of(method, Value.Nothing, false, cancellation).IsEmpty || context.Foreign.Matters(method))
        {
            return outcomes;
        }

        var at = call.Operation.Syntax;
        var reach = new Reach(SinkKind.None, false, ImmutableArray.Create(new Step(Names.Of(method), at))) { Member = member };
        if (Names.IsAwaitable(method.ReturnType) && !Waiting.IsWaitedFor(call.Operation))
        {
            return outcomes.Select(o => new Outcome(o.State, Reaches.Pending(ImmutableArray.Create(reach), o.Value))).ToList();
        }

        run.Hold(reach, at, state.Live);
        return outcomes;
    }
}
