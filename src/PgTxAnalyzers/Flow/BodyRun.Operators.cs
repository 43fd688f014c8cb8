using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>Bodies that run without looking like a call: operators, conversions, setters.</summary>
internal sealed partial class BodyRun
{
    /// <summary>Operators of libraries are arithmetic; only those with a body in source are calls.</summary>
    private static bool IsOwn(IMethodSymbol method) => !method.DeclaringSyntaxReferences.IsEmpty;

    private IReadOnlyList<Outcome> Operated(IOperation operation, IMethodSymbol method, IEnumerable<IOperation> operands, State state)
    {
        IReadOnlyList<(State State, ImmutableArray<Value> Values)> paths = new[] { (state, ImmutableArray<Value>.Empty) };
        foreach (var operand in operands)
        {
            paths = paths.SelectMany(p => Evaluate(operand, p.State).Select(o => (o.State, p.Values.Add(o.Value)))).ToList();
        }

        return paths.SelectMany(p => Operated(operation, method, p.Values, p.State)).ToList();
    }

    private IReadOnlyList<Outcome> Operated(IOperation operation, IMethodSymbol method, ImmutableArray<Value> values, State state) =>
        calls.Call(this, new CallSite(operation, method, Value.Nothing, null, ImmutableArray<IArgumentOperation>.Empty, values), state);

    private IReadOnlyList<Outcome> Compound(ICompoundAssignmentOperation operation, State state)
    {
        var result = new List<Outcome>();
        foreach (var (s, value) in Children(operation, state))
        {
            var now = operation.OperatorMethod is { } method && IsOwn(method) ? Operated(operation, method, ImmutableArray.Create(Peek(operation.Target, s), value), s)
                : Single(s, operation.OperatorKind == BinaryOperatorKind.Add ? SqlLiteral.Appended(Peek(operation.Target, s)) : Value.Nothing);
            result.AddRange(now.SelectMany(o => Written(operation.Target, o.Value, o.State).Select(w => new Outcome(w, o.Value))));
        }

        return result;
    }

    private IReadOnlyList<Outcome> Increment(IIncrementOrDecrementOperation operation, State state)
    {
        var result = new List<Outcome>();
        foreach (var (s, value) in Children(operation, state))
        {
            var now = operation.OperatorMethod is { } method && IsOwn(method) ? Operated(operation, method, ImmutableArray.Create(value), s) : Single(s, Value.Nothing);
            result.AddRange(now.SelectMany(o => Written(operation.Target, o.Value, o.State).Select(w => new Outcome(w, o.Value))));
        }

        return result;
    }

    /// <summary>The states after an assignment: several, where a setter's body runs.</summary>
    private IEnumerable<State> Written(IOperation target, Value value, State state)
    {
        var real = target is IFlowCaptureReferenceOperation capture && targets.TryGetValue(capture.Id, out var captured) ? captured : target;
        return real is IPropertyReferenceOperation property
            && calls.Set(this, property, property.Instance is null ? Value.Nothing : Peek(property.Instance, state), value, state) is { } set
                ? set.Select(o => o.State)
                : new[] { Write(target, value, state) };
    }
}
