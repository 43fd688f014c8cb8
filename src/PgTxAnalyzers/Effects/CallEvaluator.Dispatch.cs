using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>Mediators: <c>sender.Send(request)</c> runs the handlers in source of the request's type.</summary>
internal sealed partial class CallEvaluator
{
    private IReadOnlyList<Outcome> Dispatch(BodyRun run, CallSite call, State state)
    {
        // Without a region only a task that is kept for later could matter.
        if ((state.HasRegion || !Waiting.IsWaitedFor(call.Operation)) && run.Frame.Calls < context.MaxCallDepth && run.Frame.Depth < MaxFrames)
        {
            var outcomes = new List<Outcome>();
            foreach (var handler in context.Pipelines.HandlersOf(RequestType(call), call.Method.ContainingType, cancellation))
            {
                if (run.Frame.CountOf(handler) == 0 && context.Relevance.Matters(handler, context.MaxCallDepth - run.Frame.Calls - 1, cancellation) && context.Bodies.Graph(handler, cancellation) is { } graph)
                {
                    var arguments = handler.Parameters.Zip(call.Values, (p, v) => (p, v));
                    outcomes.AddRange(Enter(run, Callee(run, graph, handler, Self(Value.Nothing, handler), null), arguments, state, call.Operation));
                }
            }

            if (outcomes.Count > 0)
            {
                return outcomes;
            }
        }

        return Unknown(run, call, state);
    }

    private static ITypeSymbol? RequestType(CallSite call)
    {
        if (call.Arguments.IsEmpty)
        {
            return null;
        }

        var request = call.Arguments[0].Value;
        while (request is IConversionOperation conversion)
        {
            request = conversion.Operand;
        }

        return call.Values[0] is Value.Instance { Exact: true, Type: { } type } ? type : request.Type;
    }
}
