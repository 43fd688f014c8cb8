using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// One object is of one class: where a call of an interface may run several, and one of them begins or ends a transaction, what comes behind it on that path runs
/// the same class. Else the transaction of the one store would be held by what the other one does.
/// </summary>
internal sealed partial class CallEvaluator
{
    /// <summary>The outcomes of one target, with what they say of the receiver.</summary>
    /// <param name="ran">What was followed, by target.</param>
    /// <param name="run">Who calls.</param>
    /// <param name="call">The call.</param>
    /// <param name="state">In which it was made.</param>
    private IEnumerable<Outcome> OfOneClass(List<(IMethodSymbol Target, IReadOnlyList<Outcome> Outcomes)> ran, BodyRun run, CallSite call, State state)
    {
        var all = ran.SelectMany(r => r.Outcomes);

        // Classes that are not told apart by what they do to transactions double no path.
        return call.Operation is IInvocationOperation { Instance: { } instance } && PlaceOf(run, instance) is { } place && all.Any(o => HasOtherRegions(o.State, state)) && TargetsOf(call).Length > 1
            ? ran.SelectMany(r => r.Outcomes.Select(o => context.Targets.IsLeaf(r.Target.ContainingType, cancellation) ? o with { State = Narrowed(o.State, place, call.Receiver, r.Target.ContainingType, state) } : o))
            : all;
    }

    /// <summary>Where it is noted of which class the receiver is: in its variable, until that is assigned; for <c>this</c>, which nobody assigns, with the object itself.</summary>
    private static Place? PlaceOf(BodyRun run, IOperation instance) =>
        instance is not IInstanceReferenceOperation ? run.PlaceOf(instance) : run.Frame.Self is Value.Instance self ? new Place.Slot(self.Identity, SlotKind.Class) : null;

    /// <summary>A call on <c>this</c>, of which an earlier one has shown the class.</summary>
    private static CallSite OnKnownClass(BodyRun run, CallSite call, State state) =>
        call is { Receiver: Value.Instance { Exact: false }, IsBase: false, Operation: IInvocationOperation { Instance: IInstanceReferenceOperation instance } }
        && PlaceOf(run, instance) is { } place && state.Find(place) is Value.Instance known ? call with { Receiver = known } : call;

    private static bool HasOtherRegions(State after, State before)
    {
        var (then, now) = (before.Live.Where(r => r.Resource is null).ToList(), after.Live.Where(r => r.Resource is null).ToList());
        return then.Count != now.Count || then.Any(t => now.All(n => !n.Id.Equals(t.Id)));
    }

    /// <summary>Unless the call has put another object there.</summary>
    private static State Narrowed(State after, Place place, Value receiver, INamedTypeSymbol type, State before) =>
        !Equals(after.Find(place), before.Find(place)) ? after
        : receiver is Value.Instance { Exact: false } known ? after.Set(place, new Value.Instance(known.Identity, type, Exact: true))
        : receiver is Value.Unknown ? after.Set(place, new Value.Instance(new Place.Variable(type), type, Exact: true))
        : after;
}
