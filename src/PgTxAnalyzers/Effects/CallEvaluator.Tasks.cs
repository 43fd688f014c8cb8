using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>Tasks of the database API: who keeps them, and whether somebody waits for them while the transaction lives.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>Notes in which transactions the call has worked, and what becomes of its task where nobody waits for it right here.</summary>
    private IReadOnlyList<Outcome> Worked(BodyRun run, CallSite call, ApiRole role, State before, IReadOnlyList<Outcome> outcomes)
    {
        if (!before.HasRegion || role is not (ApiRole.Command or ApiRole.Reader or ApiRole.Query or ApiRole.Save or ApiRole.Copy or ApiRole.Savepoint or ApiRole.Commit or ApiRole.Rollback))
        {
            return outcomes;
        }

        var subject = Subject(call);
        var connection = ConnectionOf(call, subject, before);
        var regions = before.Live.Where(r => RegionOps.IsSurelyIn(before, r, connection) || call.Values.Add(subject).Any(v => v is Value.Transaction t && t.Region.Equals(r.Id))).ToImmutableArray();
        run.Worked.UnionWith(regions.Select(r => r.Id));
        NoteUnbounded(run, call, role, subject, before, regions);
        return Names.IsAwaitable(call.Method.ReturnType) && !Waiting.IsWaitedFor(call.Operation) ? Started(run, call.Operation, Names.Of(call.Method), regions, outcomes) : outcomes;
    }

    /// <summary>A database task has been started in these transactions: it is dropped at once, or it is in somebody's hands.</summary>
    private static IReadOnlyList<Outcome> Started(BodyRun run, IOperation at, string name, ImmutableArray<Region> regions, IReadOnlyList<Outcome> outcomes)
    {
        if (regions.IsEmpty)
        {
            return outcomes;
        }

        // A commit's own region is over when its task is dropped: what the task belonged to is what it was before.
        var reach = new Reach(SinkKind.None, false, ImmutableArray.Create(new Step(name, at.Syntax)));
        if (IsDropped(at))
        {
            run.Hold(reach with { Says = ReachKind.Dropped }, at.Syntax, regions);
            return outcomes;
        }

        var task = ResourceOps.Region(at.Syntax, new Resource(ResourceKind.Task) { Of = regions[regions.Length - 1].Id, Name = name }, null, run.Frame.Depth);
        var started = ImmutableArray.Create(reach with { Task = task.Id });
        return outcomes.Select(o => new Outcome(o.State.Begin(task), Reaches.Pending(started, o.Value))).ToList();
    }

    /// <summary>A task that a callee or a delegate has handed out, and that is dropped here.</summary>
    private static void NoteDropped(BodyRun run, IOperation at, IReadOnlyList<Outcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            if (outcome.Value is Value.Pending pending && pending.Reaches.Any(r => r.Task is not null) && IsDropped(at))
            {
                foreach (var reach in pending.Reaches)
                {
                    if (reach.Task is { } task && outcome.State.Region(task)?.Resource?.Of is { } of && outcome.State.Region(of) is { } region)
                    {
                        run.Hold(reach with { Says = ReachKind.Dropped, Task = null }, at.Syntax, new[] { region });
                    }
                }
            }
        }
    }

    /// <summary>Nobody can ever wait for the task: it is a statement, is assigned to a discard, or is asked for a property of its own (<c>task.Id</c>).</summary>
    private static bool IsDropped(IOperation task)
    {
        for (var (operation, parent) = (task, task.Parent); parent is not null; (operation, parent) = (parent, parent.Parent))
        {
            switch (parent)
            {
                case IConversionOperation:
                case IInvocationOperation call when call.Instance == operation && Waiting.IsPassThrough(call.TargetMethod) && call.TargetMethod.Name != "GetAwaiter":
                    continue;
                case ISimpleAssignmentOperation { Target: IDiscardOperation }:
                case IExpressionStatementOperation:
                    return true;
                case IPropertyReferenceOperation property:
                    return property.Instance == operation && property.Property.Name != "Result" && Waiting.IsTask(property.Property.ContainingType);
                default:
                    return false;
            }
        }

        return false;
    }

    /// <summary>The transaction ends: what still runs in it, and is in the hands of this code, is waited for too late or never.</summary>
    private void NoteLate(BodyRun run, State state, RegionId transaction, SyntaxNode at)
    {
        // On its way out of a failure nobody waits; that is another defect, and the failure is on its way to whoever cares.
        if (run.IsHandling || state.Pending is { Branch: null })
        {
            return;
        }

        foreach (var region in state.Regions)
        {
            if (region.Resource is { Kind: ResourceKind.Task } task && transaction.Equals(task.Of) && HolderOf(state, region.Id) is { } holder)
            {
                Facts.LateTasks.Add(new LateTask(region.Begin, task.Name, transaction.Begin, at, holder));
            }
        }
    }

    /// <summary>What holds the task, if only variables of this code do, or its way out: anybody else may wait for it yet.</summary>
    private static Place? HolderOf(State state, RegionId task)
    {
        Place? holder = null;
        foreach (var entry in state.Values)
        {
            if (entry.Value is Value.Pending pending && pending.Reaches.Any(r => task.Equals(r.Task)))
            {
                switch (entry.Key)
                {
                    case Place.Variable { Symbol: ILocalSymbol or IParameterSymbol } or Place.Returned or Place.Slot:
                        holder = entry.Key;
                        break;
                    case Place.Capture:
                        break;
                    default:
                        return null;
                }
            }
        }

        return holder;
    }

    private static Value Subject(CallSite call) =>
        call.Receiver is Value.Unknown && call.Operation is IInvocationOperation { Instance: null } && call.Values.Length > 0 ? call.Values[0] : call.Receiver;
}

/// <summary>A database task that still runs when its transaction ends. <paramref name="Holder"/>: the variable that keeps it, or the way out of the body.</summary>
internal sealed record LateTask(SyntaxNode Call, string Name, SyntaxNode Begin, SyntaxNode EndedAt, Place Holder);
