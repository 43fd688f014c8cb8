using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>Libraries' members that run the delegates that they are given.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>Runs its delegate before it returns, or before its task completes.</summary>
    private IReadOnlyList<Outcome> RunNow(BodyRun run, CallSite call, State state)
    {
        var outcomes = RunDelegates(run, call, state);
        return Subject(call) is Value.Pending { Reaches: var reaches } && EndsAfter(call)
            ? outcomes.Select(o => new Outcome(o.State, Reaches.Pending(reaches.RemoveAll(r => r.Task is not null), o.Value))).ToList()
            : outcomes;
    }

    /// <summary>The task that is returned ends after what it is called on: `task.ContinueWith(…)`, `pages.ToListAsync()`.</summary>
    private static bool EndsAfter(CallSite call) =>
        Names.IsAwaitable(call.Method.ReturnType) && Targets.IsOfFramework(call.Method.ContainingType)
        && (Waiting.Continues(call.Method) || Waiting.IsTask((call.Method.ReducedFrom ?? call.Method).Parameters.FirstOrDefault()?.Type));

    private IReadOnlyList<Outcome> RunDelegates(BodyRun run, CallSite call, State state)
    {
        state = Lend(call, state);
        var delegates = call.Values.Where(v => v is Value.Lambda or Value.MethodGroup).ToList();
        if (delegates.Count == 0)
        {
            return Unknown(run, call, state);
        }

        IReadOnlyList<Outcome> paths = BodyRun.Single(state, Value.Nothing);
        foreach (var target in delegates)
        {
            paths = paths.SelectMany(p => RunDelegate(run, target, ImmutableArray<Value>.Empty, call.Operation, p.State)
                .Select(o => new Outcome(o.State, Reaches.Merge(p.Value, o.Value)))).ToList();
        }

        // A runner that returns no task has waited for what its delegate started.
        if (!Names.IsAwaitable(call.Method.ReturnType))
        {
            return paths.Select(p => new Outcome(p.State, p.Value is Value.Pending ? Value.Nothing : p.Value)).ToList();
        }

        return paths;
    }

    /// <summary>Keeps its delegate: what that reaches is pending in the sequence.</summary>
    private IReadOnlyList<Outcome> RunLater(BodyRun run, CallSite call, Value subject, State state)
    {
        // Of the tasks of a list, those that are left in it: `tasks.Select(t => t.Id)` is no list of tasks.
        var result = subject is Value.Instance && !Waiting.HoldsTasks(call.Method.ReturnType) ? Value.Nothing : subject is Value.Connection ? subject : Elements(state, subject);
        var rows = result as Value.Rows;
        foreach (var target in call.Values.Where(v => v is Value.Lambda or Value.MethodGroup))
        {
            var aside = new BodyRun(Callee(run, run.Frame.Graph, null, run.Frame.Self, run.Frame.IsLexical ? run.Frame.ReportsFrom : null), this, cancellation);
            foreach (var outcome in RunDelegate(aside, target, ImmutableArray<Value>.Empty, call.Operation, state))
            {
                result = Reaches.Merge(result, outcome.Value is Value.Pending ? outcome.Value : Value.Nothing);
            }

            result = Reaches.Merge(result, Reaches.Pending(aside.Held.Where(h => h.Reach.Deed == Deed.Sink).Select(h => h.Reach with { WhileEnumerated = true }).ToImmutableArray(), Value.Nothing));
        }

        return BodyRun.Single(state, rows is not null ? Rows(result, rows) : result is Value.Pending or Value.Connection ? result : Value.Nothing);
    }

    /// <summary>EF Core's <c>ExecuteInTransaction</c>: the delegate is the region.</summary>
    private IReadOnlyList<Outcome> InTransaction(BodyRun run, CallSite call, Value subject, State state)
    {
        var connection = subject as Value.Connection ?? call.Values.OfType<Value.Connection>().FirstOrDefault();
        var region = new Region(new RegionId(call.Operation.Syntax), RegionKind.Runner, Level.Pinned, run.Frame.Depth + 1)
        {
            Connection = connection?.Identity,
            ConnectionType = connection?.Type,
            IsContext = connection is null or { IsContext: true },
        };

        // The first delegate is the operation; the second one asks whether the commit has happened, outside of any transaction.
        var operation = call.Values.FirstOrDefault(v => v is Value.Lambda or Value.MethodGroup);
        run.Throw(state, ThrownKind.Database);
        if (operation is null)
        {
            return Unknown(run, call, state);
        }

        return RunDelegate(run, operation, ImmutableArray<Value>.Empty, call.Operation, state.Begin(region))
            .Select(o => new Outcome(RegionOps.EndOwn(o.State, region), o.Value)).ToList();
    }
}
