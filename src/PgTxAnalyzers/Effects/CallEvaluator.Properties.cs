using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>Properties: what a context says of the transaction that it is in, what a unit of work gives out, what is assigned to a command.</summary>
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

    /// <summary><c>session.Work</c> is the unit of work that the session disposes of.</summary>
    private IReadOnlyList<Outcome> HandedOut(Place owner, ISymbol member, State state)
    {
        var (place, type) = (new Place.Member(owner, member), member is IFieldSymbol field ? field.Type : ((IParameterSymbol)member).Type);
        return BodyRun.Single(state, state.Find(place) ?? Shared(place, type, state) ?? Initial(place, type));
    }

    public Value? Shared(Place place, ITypeSymbol type, State state) =>
        place is Place.Member member && state.HasRegion && context.Shapes.Of(type) is Shape.Connection or Shape.Transaction ? Twins.Held(member, state) : null;

    /// <summary>Blocks of a getter that asks one thing.</summary>
    private const int MaxAnswerBlocks = 6;

    /// <summary><c>bool HasTransaction => _transaction != null;</c> calls nothing, and says whether a commit comes: it is run where something has begun.</summary>
    private IReadOnlyList<Outcome>? SaysWhetherItHasBegun(BodyRun run, IPropertyReferenceOperation property, IMethodSymbol getter, Value receiver, State state) =>
        property.Type?.SpecialType == SpecialType.System_Boolean && state.HasRegion && receiver is Value.Instance && !Targets.IsOverridable(getter) && run.Frame.Depth < MaxFrames && run.Frame.CountOf(getter) == 0
        && context.Bodies.Graph(getter, cancellation) is { Blocks.Length: <= MaxAnswerBlocks } graph
            ? Enter(run, Callee(run, graph, getter, receiver, null), Enumerable.Empty<(IParameterSymbol, Value)>(), state, property)
            : null;

    public State? Write(IPropertyReferenceOperation property, Value receiver, Value value, State state)
    {
        if (receiver is Value.Instance command && context.Shapes.Of(command.Type) == Shape.Command)
        {
            if (value is Value.Text { Content: var text } && property.Syntax.Parent is { } assignment)
            {
                Facts.Session?.Gave(assignment, text);
            }

            return property.Property.Name switch
            {
                "CommandText" => state.Set(new Place.Slot(command.Identity, SlotKind.CommandText), value),
                "Connection" => state.Set(new Place.Slot(command.Identity, SlotKind.CommandConnection), value),
                _ => state,
            };
        }

        return property.Property.SetMethod is { } && !context.IsAuto(property.Property) && receiver is Value.Instance ? BodyRun.Escape(state, value) : null;
    }

    public IReadOnlyList<Outcome>? Set(BodyRun run, IPropertyReferenceOperation property, Value receiver, Value value, State state)
    {
        var symbol = property.Property;
        if (symbol.SetMethod is not { } setter || symbol.DeclaringSyntaxReferences.IsEmpty || context.IsAuto(symbol))
        {
            return null;
        }

        // An index says nothing about a transaction; the value comes last.
        var values = Enumerable.Repeat(Value.Nothing, symbol.Parameters.Length).Append(value).ToImmutableArray();
        return Source(run, new CallSite(property, setter, receiver, property.Instance?.Type, ImmutableArray<IArgumentOperation>.Empty, values), state);
    }
}
