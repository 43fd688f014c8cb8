using System.Collections.Immutable;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>Collections of tasks: what is pending in their elements waits there for whoever awaits the elements.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>What puts a task into a collection, or takes one out, or copies it. Null: another call.</summary>
    private IReadOnlyList<Outcome>? Collected(BodyRun run, CallSite call, Value subject, State state)
    {
        var method = call.Method;
        if (method.MethodKind == MethodKind.Constructor)
        {
            if (IsTaskSource(method.ContainingType))
            {
                return NewTaskSource(run, call, state);
            }

            // A list can hold tasks; other objects of libraries hold nothing that is followed.
            return method.ContainingType is { IsGenericType: true } type && Waiting.HoldsTasks(type)
                ? BodyRun.Single(state, new Value.Instance(new Place.Made(call.Operation.Syntax, run.Frame.Depth, null), type, Exact: true))
                : null;
        }

        if (method.Name is "ToList" or "ToArray" or "ToHashSet" && Targets.IsOfFramework(method.ContainingType) && subject is Value.Pending or Value.Instance)
        {
            return Copied(run, call, subject, state);
        }

        if (method.Name is "Add" or "Enqueue" or "Push" or "TryAdd" && call.Receiver is Value.Instance list)
        {
            // What is under a key is awaited by its key: of a database's task there nobody would know that it was.
            return BodyRun.Single(call.Values.Aggregate(state, (s, added) => BodyRun.Put(list, call.Values.Length == 1 ? added : Reaches.WithoutTasks(added), s)), Value.Nothing);
        }

        return null;
    }

    /// <summary>Enumerates a sequence to its end: what that reaches is reached now, and the tasks that it has started are in the list.</summary>
    private IReadOnlyList<Outcome>? Copied(BodyRun run, CallSite call, Value subject, State state)
    {
        if (subject is Value.Pending { Reaches: var reaches })
        {
            var now = reaches.Where(r => r.WhileEnumerated).ToImmutableArray();
            state = now.IsEmpty ? state : run.Waited(state, new Value.Pending(now, Value.Nothing), call.Operation);
        }

        // A list of results holds no task: who has read them has waited elsewhere. What becomes of a database's tasks in a copy is not asked.
        if (!Waiting.HoldsTasks(call.Method.ReturnType) || Elements(state, subject) is not Value.Pending pending)
        {
            return BodyRun.Single(state, Value.Nothing);
        }

        var started = Reaches.Pending(pending.Reaches.RemoveAll(r => r.WhileEnumerated), Value.Nothing);
        var list = new Value.Instance(new Place.Made(call.Operation.Syntax, run.Frame.Depth, null), call.Method.ReturnType, Exact: true);
        return BodyRun.Single(BodyRun.Put(list, subject is Value.Instance ? started : Reaches.WithoutTasks(started), state.Remove(new Place.Slot(list.Identity, SlotKind.Elements))), list);
    }

    /// <summary>The next task of a list. At its end each of them is taken to have been awaited: a loop that does so, and runs never, has nothing to await.</summary>
    private static IReadOnlyList<Outcome> NextOf(Value.Instance list, State state) => new[]
    {
        new Outcome(state, Value.True),
        new Outcome(state.Remove(new Place.Slot(list.Identity, SlotKind.Elements)), Value.False),
    };

    /// <summary>
    /// The element that an enumerator is at: of a list, any of its tasks; of a sequence that starts one for each element, the one that it has started.
    /// </summary>
    private static Value ElementOf(Value enumerator, IPropertyReferenceOperation current, State state) => enumerator switch
    {
        Value.Instance => Elements(state, enumerator) as Value.Pending ?? Value.Nothing,
        Value.Pending { Reaches: var reaches } when YieldsTasks(current.Instance?.Type) => Reaches.Pending(reaches.RemoveAll(r => r.WhileEnumerated), Value.Nothing),
        _ => Value.Nothing,
    };

    /// <summary>To enumerate tasks is not to wait for them: what happens at each step is what the sequence does itself.</summary>
    private static Value.Pending Stepped(Value.Pending pending, ITypeSymbol? enumerator) =>
        YieldsTasks(enumerator) ? pending with { Reaches = pending.Reaches.RemoveAll(r => !r.WhileEnumerated) } : pending;

    private static bool YieldsTasks(ITypeSymbol? enumerator) => enumerator is { Name: "IEnumerator" or "Enumerator" } type && (Waiting.HoldsTasks(type) || Waiting.HoldsTasks(type.ContainingType));

    /// <summary>What is pending in a list of tasks.</summary>
    private static Value Elements(State state, Value value) =>
        value is Value.Instance list && state.Find(new Place.Slot(list.Identity, SlotKind.Elements)) is { } elements ? elements : value;
}
