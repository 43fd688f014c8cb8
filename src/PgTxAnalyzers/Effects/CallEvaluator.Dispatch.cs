using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>Mediators: <c>sender.Send(request)</c> runs the handlers of the request's type: in source, or by what their project says of them.</summary>
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

            foreach (var target in context.Foreign.Handlers(RequestType(call), call.Method.ContainingType, context.Models))
            {
                var handled = new CallSite(call.Operation, target.Method, Value.Nothing, null, ImmutableArray<IArgumentOperation>.Empty, call.Values);
                outcomes.AddRange(new ForeignCall(this, run, handled, target, RegionOps.Remade(state, call.Operation.Syntax, run.Frame.Depth)).Run());
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
