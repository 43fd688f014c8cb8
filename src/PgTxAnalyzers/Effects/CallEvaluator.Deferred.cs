using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// <c>Lazy&lt;NpgsqlTransaction&gt;</c>: whoever asks for its value first runs the factory, so a read of <c>Value</c> may begin. Its place holds the factory until
/// then, and what came out of it from then on.
/// </summary>
internal sealed partial class CallEvaluator
{
    /// <summary>What <c>new Lazy&lt;T&gt;(factory)</c> makes; null for any other call.</summary>
    private Value? Deferring(CallSite call) =>
        call.Method.MethodKind == MethodKind.Constructor && context.Shapes.DeferredBy(call.Method.ContainingType) is not null && call.Values.FirstOrDefault(v => v is Value.Lambda or Value.MethodGroup) is { } factory
            ? new Value.Deferred(factory)
            : null;

    /// <returns>Null: it is no member of such an object, or its factory is not in sight.</returns>
    private IReadOnlyList<Outcome>? Deferred(BodyRun run, IPropertyReferenceOperation property, Value receiver, State state)
    {
        if (property.Property.Name is not ("Value" or "IsValueCreated") || context.Shapes.DeferredBy(property.Property.ContainingType) is null || run.PlaceOf(property.Instance) is not { } place)
        {
            return null;
        }

        if (property.Property.Name == "IsValueCreated")
        {
            // Of an object that came from outside, somebody may have asked before.
            return BodyRun.Single(state, receiver is Value.Deferred ? state.Find(place) is null ? Value.Nothing : Value.False : receiver is Value.Unknown and not Value.Present ? Value.Nothing : Value.True);
        }

        if (receiver is not Value.Deferred { Factory: var factory })
        {
            return BodyRun.Single(state, receiver);
        }

        var self = place is Place.Member { Owner: var owner, Symbol.ContainingType: var type } ? new Value.Instance(owner, type, Exact: false) : null;
        var made = factory switch
        {
            Value.Lambda lambda => RunLambda(run, lambda, ImmutableArray<Value>.Empty, property, state, self),
            Value.MethodGroup { Receiver: Value.Unknown, At: IMethodReferenceOperation { Instance: { } receives } } group when self is not null => OnReceiver(run, group, receives, self, property, state),
            _ => RunDelegate(run, factory, ImmutableArray<Value>.Empty, property, state),
        };

        // A field that holds it is one that anybody can end it by, as if it had been assigned there.
        return made.Select(o => new Outcome(BodyRun.Escape(o.State, o.Value).Set(place, o.Value is Value.Unknown ? Value.Object : o.Value), o.Value)).ToList();
    }

    /// <summary><c>new Lazy&lt;IDbTransaction&gt;(connection.Value.BeginTransaction)</c>: the constructor has read the receiver, which may be lazy itself.</summary>
    private IReadOnlyList<Outcome> OnReceiver(BodyRun run, Value.MethodGroup group, IOperation receives, Value self, IOperation at, State state)
    {
        var maker = new BodyRun(Callee(run, run.Frame.Graph, null, self, null), this, cancellation);
        var made = maker.Evaluate(receives, state).SelectMany(r => RunDelegate(run, group with { Receiver = r.Value }, ImmutableArray<Value>.Empty, at, r.State)).ToList();
        foreach (var fact in maker.Held)
        {
            Carry(run, fact, null, at.Syntax);
        }

        return made;
    }
}
