using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// What of its caller's state a body can come to: what it is given, what outlives every call (fields, statics), the objects that these lead to, and the
/// variables that a delegate among them has captured. The rest is taken out before the body runs: without it, calls that do the same are the same call.
/// </summary>
internal sealed class Sight
{
    private readonly State state;
    private readonly IReadOnlyList<Value> given;
    private readonly HashSet<Place> captured = new();
    private readonly HashSet<IMethodSymbol> functions = new(SymbolEqualityComparer.Default);
    private readonly ImmutableHashSet<Place> parts;

    /// <param name="state">The caller's.</param>
    /// <param name="callee">The body.</param>
    /// <param name="given">Its arguments.</param>
    public Sight(State state, Frame callee, IEnumerable<Value> given)
    {
        this.state = state;
        this.given = given.Append(callee.Self).ToList();
        if (callee.Method is { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction } function)
        {
            Add(function);
        }

        (Entry, parts) = Follow(callee);
    }

    /// <summary>The state without what the body cannot come to.</summary>
    public State Entry { get; }

    /// <summary>It was taken out.</summary>
    public bool Hides(Place place) => parts.Contains(place) || (IsOthers(place) && state.Values.ContainsKey(place));

    /// <summary>A delegate of the caller's, or of one above, can run: it may be the first that assigns a variable of theirs.</summary>
    public bool HasDelegates => functions.Count > 0;

    /// <summary>Until no further delegate is found: a captured variable, and an object that it leads to, may hold one more.</summary>
    private (State Entry, ImmutableHashSet<Place> Parts) Follow(Frame callee)
    {
        foreach (var value in given)
        {
            Add(value);
        }

        while (true)
        {
            var known = functions.Count;
            var visible = state.Remove(IsOthers);
            var hidden = Garbage.OutOfReach(visible, HasDelegates ? given.Concat(SelvesAbove(callee)) : given);
            foreach (var entry in visible.Values)
            {
                if (Captures.FunctionOf(entry.Value) is { } function && !hidden.Contains(entry.Key))
                {
                    Add(function);
                }
            }

            if (functions.Count == known)
            {
                return (visible.Remove(hidden), hidden);
            }
        }
    }

    private void Add(Value value)
    {
        if (Captures.FunctionOf(value) is { } function)
        {
            Add(function);
        }
    }

    private void Add(IMethodSymbol function)
    {
        if (functions.Add(function))
        {
            captured.UnionWith(Captures.Of(function, state.Values.Keys));
        }
    }

    /// <summary>A delegate's own object is that of the body that it stands in.</summary>
    private static IEnumerable<Value> SelvesAbove(Frame callee)
    {
        for (var frame = callee.Caller; frame is not null; frame = frame.Caller)
        {
            yield return frame.Self;
        }
    }

    /// <summary>A variable of the caller's, or of one above, that nobody has captured.</summary>
    private bool IsOthers(Place place) => place switch
    {
        Place.Variable v => v.Symbol is ILocalSymbol or IParameterSymbol && !captured.Contains(place),
        Place.Capture or Place.Returned => true,
        _ => false,
    };
}
