using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Library members that run code of the project's own. Mediators: <c>sender.Send(request)</c> runs the handlers of the request's type, in source, or by what their project says
/// of them. <c>SaveChanges</c>: a context's own override.
/// </summary>
internal sealed partial class CallEvaluator
{
    private IReadOnlyList<Outcome> Dispatch(BodyRun run, CallSite call, State state)
    {
        // Without a region only a task that is kept for later could matter.
        if ((state.HasRegion || !Waiting.IsWaitedFor(call.Operation)) && run.Frame.Calls < context.MaxCallDepth && run.Frame.Depth < MaxFrames)
        {
            var outcomes = new List<Outcome>();
            var mediator = SymbolNames.RootOf(call.Method.ContainingType);
            foreach (var handler in context.Pipelines.HandlersOf(RequestType(call), mediator, cancellation))
            {
                if (run.Frame.CountOf(handler) == 0 && context.Relevance.Matters(handler, Within(run), cancellation) && context.Bodies.Graph(handler, cancellation) is { } graph)
                {
                    var arguments = handler.Parameters.Zip(call.Values, (p, v) => (p, v));
                    outcomes.AddRange(Enter(run, Callee(run, graph, handler, Self(Value.Nothing, handler), null), arguments, state, call.Operation));
                }
            }

            foreach (var target in context.Foreign.Handlers(RequestType(call), mediator, context.Models))
            {
                var handled = new CallSite(call.Operation, target.Method, Value.Nothing, null, ImmutableArray<IArgumentOperation>.Empty, call.Values);
                outcomes.AddRange(new ForeignCall(this, run, handled, target, RegionOps.Remade(state, call.Operation.Syntax, run.Frame.Depth)).Run());
            }

            if (outcomes.Count > 0)
            {
                return outcomes;
            }

            if (Dispatched is not null && !call.Arguments.IsEmpty)
            {
                Dispatched(call.Values[0], Request(call.Arguments[0].Value), mediator, call.Operation, state);
            }
        }

        return Unknown(run, call, state);
    }

    /// <summary>What a mediator runs for requests of a type, in source and in other projects.</summary>
    private IEnumerable<IMethodSymbol> HandlersOf(ITypeSymbol? request, string mediator) =>
        context.Pipelines.HandlersOf(request, mediator, cancellation).Concat(context.Foreign.Handlers(request, mediator, context.Models).Select(t => t.Method));

    /// <summary>
    /// What a context's override of <c>SaveChanges</c> reaches while the caller's transaction lives. What the call does to the state is what the library's does: of an
    /// override that returns early nobody has to know that it has saved nothing, and a count that is asked is that of this call.
    /// </summary>
    /// <returns>What its task still has to do.</returns>
    private ImmutableArray<Reach> RunOverride(BodyRun run, CallSite call, State state) =>
        state.HasRegion && (OverrideOf(call) is { } own ? Source(run, call with { Method = own }, state) : IsContract(call) ? Source(run, call, state) : null) is { } outcomes
            ? outcomes.Select(o => o.Value).OfType<Value.Pending>().SelectMany(p => p.Reaches).Where(r => r.Task is null).Distinct().ToImmutableArray()
            : ImmutableArray<Reach>.Empty;

    /// <summary>The context is known by an interface: whoever implements it may have an override, or a method of its own.</summary>
    private static bool IsContract(CallSite call) => call.Method.ContainingType.TypeKind == TypeKind.Interface;

    private static IMethodSymbol? OverrideOf(CallSite call)
    {
        if ((call.Receiver is Value.Connection { Type: { } made } ? made : call.ReceiverType) is not INamedTypeSymbol { TypeKind: TypeKind.Class } type || !Targets.IsOverridable(call.Method.OriginalDefinition))
        {
            return null;
        }

        if (!call.IsBase && Targets.Implementation(call.Method.OriginalDefinition, type) is { DeclaringSyntaxReferences.IsEmpty: false } own)
        {
            return own;
        }

        // EF Core's own goes on to the overload with `acceptAllChangesOnSuccess`, which may be the one that is overridden.
        return call.Method.Parameters.Any(p => p.Type.SpecialType == SpecialType.System_Boolean) || !call.Method.DeclaringSyntaxReferences.IsEmpty ? null
            : Targets.BasesOf(type).SelectMany(t => t.GetMembers(call.Method.Name)).OfType<IMethodSymbol>()
                .FirstOrDefault(m => m is { IsOverride: true, DeclaringSyntaxReferences.IsEmpty: false, Parameters: { IsEmpty: false } parameters } && parameters[0].Type.SpecialType == SpecialType.System_Boolean);
    }

    private static ITypeSymbol? RequestType(CallSite call) => call.Arguments.IsEmpty ? null : RequestType(call.Values[0], call.Arguments[0].Value);

    private static ITypeSymbol? RequestType(Value value, IOperation request) => value is Value.Instance { Exact: true, Type: { } type } ? type : Request(request).Type;

    private static IOperation Request(IOperation argument)
    {
        while (argument is IConversionOperation conversion)
        {
            argument = conversion.Operand;
        }

        return argument;
    }
}
