using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// <c>List&lt;Task&gt; pending = [];</c>, <c>[first, .. users.Select(SendAsync)]</c>: a list of tasks like any other. (Told by its syntax: the oldest supported compiler has no operation of its own for it.)
/// </summary>
internal sealed partial class BodyRun
{
    private IReadOnlyList<Outcome> Collected(IOperation expression, ITypeSymbol type, State state)
    {
        var list = new Value.Instance(new Place.Made(expression.Syntax, Frame.Depth, null), type, Exact: true);
        IReadOnlyList<Outcome> paths = Single(state.Remove(new Place.Slot(list.Identity, SlotKind.Elements)), list);
        foreach (var element in expression.ChildOperations)
        {
            var isSpread = element.Syntax is SpreadElementSyntax;
            var source = isSpread && element.ChildOperations.Count == 1 ? element.ChildOperations.First() : element;
            paths = paths.SelectMany(p => Evaluate(source, p.State))
                .Select(o => new Outcome(isSpread ? Spread(list, o.Value, expression, o.State) : Put(list, o.Value, o.State), list)).ToList();
        }

        return paths;
    }

    /// <summary>Enumerates it at once: what the sequence itself reaches is reached now, and the tasks that it starts are in the list.</summary>
    private State Spread(Value.Instance into, Value value, IOperation at, State state)
    {
        if (value is Value.Instance other)
        {
            return state.Find(new Place.Slot(other.Identity, SlotKind.Elements)) is { } elements ? Put(into, elements, state) : state;
        }

        if (value is not Value.Pending { Reaches: var reaches })
        {
            return state;
        }

        var now = reaches.Where(r => r.WhileEnumerated).ToImmutableArray();
        state = now.IsEmpty ? state : Waited(state, new Value.Pending(now, Value.Nothing), at);
        return Put(into, Reaches.WithoutTasks(Reaches.Pending(reaches.RemoveAll(r => r.WhileEnumerated), Value.Nothing)), state);
    }
}
