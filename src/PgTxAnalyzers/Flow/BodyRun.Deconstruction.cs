using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Tuples: <c>return (connection, tx)</c> hands out both. <c>(_connection, _http) = (connection, http)</c>, as constructors are often written, and the members of a record by position. Whatever else is taken apart
/// is not known any more.
/// </summary>
internal sealed partial class BodyRun
{
    private IReadOnlyList<Outcome> Deconstruct(IDeconstructionAssignmentOperation operation, State state)
    {
        var targets = TargetsOf(operation.Target).ToList();
        if (Unwrapped(operation.Value) is ITupleOperation { Elements: var elements } && elements.Length == targets.Count)
        {
            return Pairwise(targets, elements, state);
        }

        return Evaluate(operation.Value, state).Select(o => new Outcome(TakeApart(targets, o.Value, o.State), o.Value)).ToList();
    }

    /// <summary>All values first, then the assignments: <c>(a, b) = (b, a)</c> swaps.</summary>
    private IReadOnlyList<Outcome> Pairwise(List<IOperation> targets, IReadOnlyList<IOperation> elements, State state) =>
        Values(elements, state).Select(p => new Outcome(Assigned(targets, p.Values, p.State), p.Values.Aggregate(Value.Nothing, Reaches.Merge))).ToList();

    /// <summary>Each element's value, on each of the paths through all of them.</summary>
    private List<(State State, List<Value> Values)> Values(IReadOnlyList<IOperation> elements, State state)
    {
        var paths = new List<(State State, List<Value> Values)> { (state, new List<Value>()) };
        foreach (var element in elements)
        {
            paths = paths.SelectMany(p => Evaluate(element, p.State).Select(o => (o.State, p.Values.Append(o.Value).ToList()))).Take(MaxPaths).ToList();
        }

        return paths;
    }

    /// <summary>A tuple of which something is known is an object with members. One of tasks is what they are: whoever awaits one of them waits for it.</summary>
    private IReadOnlyList<Outcome> Tuple(ITupleOperation tuple, State state)
    {
        var fields = Enumerable.Range(1, tuple.Elements.Length).Select(i => tuple.Type is INamedTypeSymbol type ? TupleField(type, "Item" + i) : null).ToList();
        return Values(tuple.Elements, state).Select(p =>
        {
            if (fields.Contains(null) || p.Values.Any(v => v is Value.Pending) || !p.Values.Any(v => v is Value.Transaction or Value.Connection or Value.Instance or Value.OpenResult))
            {
                return new Outcome(p.State, p.Values.Aggregate(Value.Nothing, Reaches.Merge));
            }

            var made = new Value.Instance(new Place.Made(tuple.Syntax, Frame.Depth, null), tuple.Type, Exact: true);
            return new Outcome(fields.Zip(p.Values, (field, value) => (field, value)).Aggregate(p.State, (at, part) => at.Set(new Place.Member(made.Identity, part.field!), part.value)), made);
        }).ToList();
    }

    /// <summary>The field that every tuple of that length has, whatever its elements are called and of which types they are; null of an element behind the seventh.</summary>
    private static ISymbol? TupleField(INamedTypeSymbol tuple, string name) => 
        tuple.OriginalDefinition.GetMembers(name).OfType<IFieldSymbol>().FirstOrDefault()?.OriginalDefinition;

    private static ISymbol FieldOf(IFieldReferenceOperation reference) =>
        reference.Field is { ContainingType: { IsTupleType: true } tuple } field ? TupleField(tuple, (field.CorrespondingTupleField ?? field).Name) ?? field : reference.Field;

    private State TakeApart(IReadOnlyCollection<IOperation> targets, Value value, State state)
    {
        if (value is not Value.Instance whole)
        {
            return Assigned(targets, targets.Select(_ => Value.Nothing), state);
        }

        var parts = whole.Type switch
        {
            INamedTypeSymbol { IsTupleType: true } tuple => Enumerable.Range(1, targets.Count).Select(i => (Member: TupleField(tuple, "Item" + i), Type: (ITypeSymbol?)null)).ToList(),
            INamedTypeSymbol { IsRecord: true } record => Positional(record).Select(p => (Member: (ISymbol?)p, Type: (ITypeSymbol?)p.Type)).ToList(),
            _ => [],
        };
        if (parts.Count == targets.Count && parts.All(p => p.Member is not null))
        {
            return Assigned(targets, parts.Select(p => Read(state, new Place.Member(whole.Identity, p.Member!), p.Type)), state);
        }

        // Its own method says which part is which: a commit of one of them is not known to end what the object holds.
        return Assigned(targets, targets.Select(_ => Value.Nothing), state.Remove(place => place is Place.Member { Owner: var owner } && owner.Equals(whole.Identity)));
    }

    /// <summary>The properties that the compiler makes of a record's parameters, in their order.</summary>
    private static List<IPropertySymbol> Positional(INamedTypeSymbol record) =>
        record.GetMembers().OfType<IPropertySymbol>().Where(p => p.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is ParameterSyntax)).ToList();

    private State Assigned(IEnumerable<IOperation> targets, IEnumerable<Value> values, State state) =>
        targets.Zip(values, (target, value) => (target, value)).Aggregate(state, (at, pair) =>
        Unwrapped(pair.target) is ITupleOperation inner ? TakeApart(inner.Elements, pair.value, at) : Write(pair.target, pair.value, at));

    private static IEnumerable<IOperation> TargetsOf(IOperation target) => Unwrapped(target) switch
    {
        ITupleOperation tuple => tuple.Elements,
        IDeclarationExpressionOperation declaration => TargetsOf(declaration.Expression),
        var one => new[] { one },
    };

    private static IOperation Unwrapped(IOperation operation) => operation is IConversionOperation { OperatorMethod: null, Operand: var operand } ? Unwrapped(operand) : operation;
}
