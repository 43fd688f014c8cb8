using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Effects;

/// <summary>Sources of tasks (<c>TaskCompletionSource</c>): whoever awaits one that the code itself has completed before does not wait.</summary>
internal sealed partial class CallEvaluator
{
    private static bool IsTaskSource(ITypeSymbol? type) => KnownTypes.Is(type, "System.Threading.Tasks", "TaskCompletionSource");

    private static Place Settled(Value.Instance source) => new Place.Slot(source.Identity, SlotKind.Settled);

    /// <summary>What it says afterwards does not matter: where it refuses, somebody has completed the source before.</summary>
    private static IReadOnlyList<Outcome> Settle(BodyRun run, Value subject, State state)
    {
        var settled = subject is Value.Instance source ? state.Set(Settled(source), Value.True) : state;
        run.Throw(settled, ThrownKind.Any);
        return BodyRun.Single(settled, Value.Nothing);
    }

    /// <summary>In a loop, the source of the last round is not that of this one.</summary>
    private static IReadOnlyList<Outcome> NewTaskSource(BodyRun run, CallSite call, State state)
    {
        var source = new Value.Instance(new Place.Made(call.Operation.Syntax, run.Frame.Depth, null), call.Method.ContainingType, Exact: true);
        return BodyRun.Single(state.Remove(Settled(source)), source);
    }

    /// <summary>Nobody has waited for what was started: `_ = Task.Run(() => source.SetResult())` completes the source at a time of its own.</summary>
    private static State WithoutSettled(State before, State after)
    {
        var late = after.Values.Keys.Where(k => k is Place.Slot { Kind: SlotKind.Settled } && before.Find(k) is null).ToImmutableArray();
        return late.IsEmpty ? after : after.Remove(late);
    }
}
