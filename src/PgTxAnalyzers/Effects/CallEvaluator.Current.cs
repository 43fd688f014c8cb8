using System.Collections.Generic;
using System.Linq;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>What a context says of the transaction that it is in.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>
    /// <c>db.Database.CurrentTransaction</c>: the one that is known to live on it. Where none is, a caller may still have begun one, or not: `var owns = Current is null; var tx = Current ?? Begin();` asks
    /// twice, and gets one answer.
    /// </summary>
    private static IReadOnlyList<Outcome> Current(Value.Connection connection, State state)
    {
        if (state.Regions.LastOrDefault(r => RegionOps.IsOn(r, connection) && !r.IsProbe) is { } current)
        {
            return BodyRun.Single(state, new Value.Transaction(current.Id) { On = current.Connection });
        }

        var slot = new Place.Slot(connection.Identity, SlotKind.Current);
        return state.Find(slot) is { } known ? BodyRun.Single(state, known)
            : new[] { Value.NullValue, Value.Object }.Select(answer => new Outcome(state.Set(slot, answer), answer)).ToList();
    }
}
