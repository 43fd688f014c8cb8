using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>Calls, awaits and the pending work that they carry.</summary>
internal sealed partial class BodyRun
{
    private IReadOnlyList<Outcome> Invocation(IInvocationOperation operation, State state) =>
        Called(operation, operation.TargetMethod, operation.Instance, operation.Arguments, state);

    private IReadOnlyList<Outcome> Creation(IObjectCreationOperation operation, State state) =>
        operation.Constructor is { } constructor
            ? Called(operation, constructor, null, operation.Arguments, state)
            : Map(Children(operation, state), _ => Value.Nothing);

    private IReadOnlyList<Outcome> Called(IOperation operation, IMethodSymbol method, IOperation? instance, ImmutableArray<IArgumentOperation> arguments, State state)
    {
        var result = new List<Outcome>(1);
        foreach (var (before, receiver) in instance is null ? Single(state, Value.Nothing) : Evaluate(instance, state))
        {
            foreach (var (s, values) in Arguments(arguments, before))
            {
                foreach (var (after, value) in calls.Call(this, new CallSite(operation, method, receiver, Unconverted(instance)?.Type, arguments, values), s))
                {
                    result.Add(new Outcome(OutArguments(arguments, after), value));
                }
            }
        }

        return result;
    }

    private IEnumerable<(State State, ImmutableArray<Value> Values)> Arguments(ImmutableArray<IArgumentOperation> arguments, State state)
    {
        var values = ImmutableArray.CreateBuilder<Value>(arguments.Length);
        foreach (var argument in arguments)
        {
            var outcomes = Evaluate(argument.Value, state);
            if (outcomes.Count != 1)
            {
                return Forked(arguments, values.ToImmutable(), outcomes);
            }

            state = outcomes[0].State;
            values.Add(outcomes[0].Value);
        }

        return new[] { (state, values.MoveToImmutable()) };
    }

    /// <summary>An argument has several outcomes: those behind it are evaluated on each path.</summary>
    private IEnumerable<(State State, ImmutableArray<Value> Values)> Forked(ImmutableArray<IArgumentOperation> arguments, ImmutableArray<Value> values, IReadOnlyList<Outcome> outcomes)
    {
        IEnumerable<(State State, ImmutableArray<Value> Values)> paths = outcomes.Select(o => (o.State, values.Add(o.Value))).ToList();
        foreach (var argument in arguments.Skip(values.Length + 1))
        {
            paths = paths.SelectMany(p => Evaluate(argument.Value, p.State).Select(a => (a.State, p.Values.Add(a.Value)))).Take(MaxPaths).ToList();
        }

        return paths;
    }

    /// <summary>An expression that does not bind, for want of a reference perhaps: what stands in it runs all the same.</summary>
    private IReadOnlyList<Outcome> Invalid(IInvalidOperation operation, State state)
    {
        IEnumerable<(State State, ImmutableArray<Value> Values)> paths = new[] { (state, ImmutableArray<Value>.Empty) };
        foreach (var child in operation.ChildOperations)
        {
            paths = paths.SelectMany(p => Evaluate(child, p.State).Select(o => (o.State, p.Values.Add(o.Value)))).Take(MaxPaths).ToList();
        }

        return paths.SelectMany(p => calls.Unbound(this, operation, p.Values, p.State)).ToList();
    }

    private static IOperation? Unconverted(IOperation? operation)
    {
        while (operation is IConversionOperation { IsImplicit: true } conversion)
        {
            operation = conversion.Operand;
        }

        return operation;
    }

    /// <summary>What is written through ref and out is not known.</summary>
    private State OutArguments(ImmutableArray<IArgumentOperation> arguments, State state)
    {
        foreach (var argument in arguments)
        {
            if (argument.Parameter?.RefKind is RefKind.Ref or RefKind.Out)
            {
                state = Write(argument.Value, Value.Nothing, state);
            }
        }

        return state;
    }

    private IReadOnlyList<Outcome> Await(IAwaitOperation operation, State state)
    {
        var result = new List<Outcome>();
        foreach (var (s, value) in Evaluate(operation.Operation, state))
        {
            calls.Awaited(this, s);
            result.Add(new(Waited(s, value, operation.Operation), value.Awaited));
        }

        return result;
    }

    /// <summary>Somebody waits here for what is pending in the value.</summary>
    public State Waited(State state, Value value, IOperation awaited)
    {
        if (value is not Value.Pending { Reaches.IsEmpty: false } pending)
        {
            return state;
        }

        var at = Source(awaited);

        // `WhenAny(statement, Task.Delay(limit))`: the delay is how long the other task is waited for, and nothing is idle meanwhile.
        var isLimited = at is IInvocationOperation first && Waiting.IsFirstOf(first.TargetMethod) && pending.Reaches.Any(IsWork);
        foreach (var reach in pending.Reaches.Where(r => !isLimited || IsWork(r)))
        {
            if (reach.Task is { } task)
            {
                state = ResourceOps.End(state, task);
                continue;
            }

            Hold(reach, at.Syntax, reach.Deed == Deed.Sink ? state.Holding : state.Live);
            state = ResourceOps.Crossed(state, reach with { HeldAt = at.Syntax });
        }

        // A task of a callee in source has done more than its sinks.
        Throw(state, pending.Reaches.All(r => r is { IsDirect: true, IsWait: false, Kind: Models.SinkKind.Http }) ? ThrownKind.Http : ThrownKind.Any);
        state = Over(state, pending, at);
        return at is ILocalReferenceOperation local ? state.Set(new Place.Variable(local.Local), pending.Result) : state;
    }

    private static bool IsWork(Reach reach) => reach.Task is not null || !reach.IsWait;

    /// <summary>A task that has been waited for is over, whatever else holds it: <c>await Task.WhenAll(one, two)</c>, and later <c>one.Result</c>.</summary>
    private static State Over(State state, Value.Pending done, IOperation at)
    {
        // One of them is over, and nobody knows which.
        if (at is IInvocationOperation first && Waiting.IsFirstOf(first.TargetMethod))
        {
            return state;
        }

        foreach (var entry in state.Values)
        {
            if (entry.Value is Value.Pending held && held.Reaches.All(done.Reaches.Contains))
            {
                state = entry.Key switch
                {
                    Place.Slot { Kind: SlotKind.Elements } => state.Remove(entry.Key),
                    Place.Variable { Symbol: var variable } when Waiting.IsTask((variable as ILocalSymbol)?.Type ?? (variable as IParameterSymbol)?.Type) => state.Set(entry.Key, held.Result),
                    _ => state,
                };
            }
        }

        return state;
    }

    /// <summary>A task that is put into an array or under a key waits there for whoever awaits the elements.</summary>
    public static State Put(Value into, Value value, State state)
    {
        if (into is not Value.Instance list || value is not Value.Pending)
        {
            return state;
        }

        var elements = new Place.Slot(list.Identity, SlotKind.Elements);
        return state.Set(elements, Reaches.Merge(state.Find(elements) ?? Value.Nothing, value));
    }

    /// <summary>The call behind <c>.ConfigureAwait(false)</c> and its kin, where it is made right here.</summary>
    private static IOperation Source(IOperation operation)
    {
        while (true)
        {
            switch (operation)
            {
                case IConversionOperation conversion:
                    operation = conversion.Operand;
                    break;
                case IInvocationOperation { Instance: { } inner } call when Waiting.IsPassThrough(call.TargetMethod):
                    operation = inner;
                    break;
                case IPropertyReferenceOperation { Instance: { } task } property when Waiting.IsTask(property.Property.ContainingType):
                    operation = task;
                    break;
                default:
                    return operation;
            }
        }
    }
}
