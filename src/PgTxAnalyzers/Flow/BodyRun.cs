using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>What calls and library members do; the flow itself knows no library.</summary>
internal interface ICallSemantics
{
    /// <summary>Shared by all bodies that are run for one root.</summary>
    StepBudget Budget { get; }

    /// <summary>What a place holds before anything was written to it.</summary>
    Value Initial(Place place, ITypeSymbol type);

    /// <summary>What a member of which nothing is known holds because another object holds it in the same member; null: nothing says so.</summary>
    Value? Shared(Place place, ITypeSymbol type, State state);

    /// <summary>A place of this type holds a transaction, so it matters where it is null.</summary>
    bool IsTransaction(ITypeSymbol type);

    IReadOnlyList<Outcome> Call(BodyRun run, CallSite call, State state);

    /// <summary>An expression that does not bind, its parts evaluated.</summary>
    IReadOnlyList<Outcome> Unbound(BodyRun run, IInvalidOperation operation, ImmutableArray<Value> values, State state);

    /// <summary>Null: the property is a plain place.</summary>
    IReadOnlyList<Outcome>? Property(BodyRun run, IPropertyReferenceOperation property, Value receiver, State state);

    /// <summary>A member of an object of the engine's own interest was written (<c>command.CommandText = …</c>). Null: a plain place.</summary>
    State? Write(IPropertyReferenceOperation property, Value receiver, Value value, State state);

    /// <summary>A property or an indexer is set whose body runs. Null: a plain place.</summary>
    IReadOnlyList<Outcome>? Set(BodyRun run, IPropertyReferenceOperation property, Value receiver, Value value, State state);

    /// <summary>Control has come to where the lambda is made.</summary>
    void Created(IFlowAnonymousFunctionOperation lambda);

    /// <summary>An await in the body, whatever is awaited.</summary>
    void Awaited(BodyRun run, State state);
}

/// <summary>A call with its operands evaluated.</summary>
internal readonly record struct CallSite(
    IOperation Operation, IMethodSymbol Method, Value Receiver, ITypeSymbol? ReceiverType, ImmutableArray<IArgumentOperation> Arguments, ImmutableArray<Value> Values)
{
    /// <summary><c>base.Save()</c>: the member that is named runs, not an override of it.</summary>
    public bool IsBase => Operation is IInvocationOperation { Instance: IInstanceReferenceOperation, IsVirtual: false };
}

/// <summary>
/// One run of one body from one entry state: evaluates C#'s operations on each path. Calls go to <see cref="ICallSemantics"/>.
/// </summary>
internal sealed partial class BodyRun : IBlockSemantics
{
    private readonly ICallSemantics calls;
    private readonly GraphWalker walker;
    private readonly HashSet<Held> held = new();
    private readonly Dictionary<CaptureId, IOperation> targets = new();
    private readonly Dictionary<ControlFlowRegion, bool> observed = new();

    /// <summary>Some delegate was made in here, and may have captured a variable.</summary>
    private bool makesDelegates;

    public BodyRun(Frame frame, ICallSemantics calls, System.Threading.CancellationToken cancellation)
    {
        (Frame, this.calls) = (frame, calls);
        walker = new GraphWalker(frame.Graph, this, calls.Budget, cancellation);
    }

    public Frame Frame { get; }

    public HashSet<(State State, Thrown Thrown)> Throws => walker.Throws;

    public HashSet<State> Exits => walker.Exits;

    /// <summary>What was reached in here while regions lived, in the order of the walk.</summary>
    public List<Held> Held { get; } = new();

    public Value ReturnedIn(State state) => state.Find(new Place.Returned(Frame.Depth)) ?? Value.Nothing;

    public void Walk(State entry) => walker.Walk(entry);

    /// <summary>An exception at the operation that runs.</summary>
    public void Throw(State state, Thrown thrown)
    {
        if (ObservesThrows)
        {
            walker.Throw(state, thrown);
        }
    }

    /// <summary>
    /// Somebody looks at the exceptions of the block that runs: a handler, or a finally block that does more than dispose. Else their paths
    /// would only be walked to be thrown away.
    /// </summary>
    public bool ObservesThrows => Frame.IsObserved || IsObserved(walker.Current.EnclosingRegion);

    private bool IsObserved(ControlFlowRegion region)
    {
        if (region.Kind == ControlFlowRegionKind.Root)
        {
            return false;
        }

        if (!observed.TryGetValue(region, out var known))
        {
            var parent = region.EnclosingRegion!;
            known = (region.Kind == ControlFlowRegionKind.Try && (parent.Kind == ControlFlowRegionKind.TryAndCatch || !OnlyDisposes(parent))) || IsObserved(parent);
            observed[region] = known;
        }

        return known;
    }

    private bool OnlyDisposes(ControlFlowRegion tryAndFinally)
    {
        var last = tryAndFinally.NestedRegions[tryAndFinally.NestedRegions.Length - 1];
        for (var i = last.FirstBlockOrdinal; i <= last.LastBlockOrdinal; i++)
        {
            var block = Frame.Graph.Blocks[i];
            if (block.Operations.Any(IsWritten) || (block.BranchValue is { } value && IsWritten(value)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The programmer wrote a part of it: an implicit assignment may have an initialiser that calls out.</summary>
    private static bool IsWritten(IOperation operation) => !operation.IsImplicit || operation.ChildOperations.Any(IsWritten);

    /// <summary>The block that runs stands in a handler, so the path belongs to a failure.</summary>
    public bool IsHandling
    {
        get
        {
            for (var region = walker.Current.EnclosingRegion; region.Kind != ControlFlowRegionKind.Root; region = region.EnclosingRegion!)
            {
                if (region.Kind == ControlFlowRegionKind.Catch)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Notes that a call at <paramref name="at"/> reaches a sink while <paramref name="regions"/> live.</summary>
    public void Hold(Reach reach, SyntaxNode at, IEnumerable<Region> regions)
    {
        var mine = regions.Where(r => r.Owner <= Frame.Depth).ToImmutableArray();
        if (Frame.IsLexical)
        {
            Add(new Held(reach, mine.RemoveAll(r => r.Owner < Frame.ReportsFrom), at));
            mine = mine.RemoveAll(r => r.Owner >= Frame.ReportsFrom);
        }
        else if (reach.Origin is { } origin)
        {
            Add(new Held(reach, mine.RemoveAll(r => r.Owner < reach.OriginReportsFrom), origin));
            mine = mine.RemoveAll(r => r.Owner >= reach.OriginReportsFrom);
        }

        // Without a place the caller still has to learn that its call reaches a sink: it may have a region, or keep the task.
        if (Frame.Caller is not null)
        {
            Add(new Held(reach, mine, null));
        }
    }

    public void Add(Held fact)
    {
        if (fact.Reach.Says != ReachKind.Reaches && !IsFirst(fact))
        {
            return;
        }

        // A sink matters to a caller whatever lives here: it may have a region of its own, or keep the task. A deed is one in a region.
        if (((fact.Place is null && fact.Reach.Deed == Deed.Sink) || !fact.Regions.IsEmpty) && held.Add(fact))
        {
            Held.Add(fact);
        }
    }

    public IReadOnlyList<Outcome> Run(BasicBlock block, State state)
    {
        var paths = new List<Outcome> { new(state, Value.Nothing) };
        foreach (var operation in block.Operations)
        {
            var next = new List<Outcome>(paths.Count);
            foreach (var path in paths)
            {
                Add(next, Evaluate(operation, path.State));
            }

            paths = DistinctStates(next);
        }

        if (block.BranchValue is { } value)
        {
            var returns = block.FallThroughSuccessor?.Semantics == ControlFlowBranchSemantics.Return;
            var next = new List<Outcome>(paths.Count);
            foreach (var path in paths)
            {
                foreach (var outcome in Evaluate(value, path.State))
                {
                    next.Add(returns ? new(Return(outcome, value), Value.Nothing) : outcome);
                }
            }

            paths = next;
        }

        for (var i = 0; i < paths.Count; i++)
        {
            paths[i] = new(Garbage.Collect(paths[i].State, Frame.Depth), paths[i].Value);
        }

        return paths;
    }

    /// <summary>Nearly always it is one outcome: copying it as a range costs more than what it took to find it.</summary>
    private static void Add(List<Outcome> to, IReadOnlyList<Outcome> outcomes)
    {
        for (var i = 0; i < outcomes.Count; i++)
        {
            to.Add(outcomes[i]);
        }
    }

    public State Forget(ControlFlowRegion region, State state)
    {
        if (region.Locals.IsEmpty && region.CaptureIds.IsEmpty)
        {
            return state;
        }

        var places = new List<Place>();
        foreach (var local in region.Locals)
        {
            places.Add(new Place.Variable(local));
        }

        if (makesDelegates)
        {
            var captured = Captures.Outliving(state, places.Contains);
            places.RemoveAll(captured.Contains);
        }

        foreach (var id in region.CaptureIds)
        {
            places.Add(new Place.Capture(Frame.Graph, id));
        }

        return state.Remove(places);
    }

    /// <summary>What was lost before it came to this is lost on the way of this return statement.</summary>
    public State Exit(ControlFlowBranch branch, State state)
    {
        if (!state.Regions.Any(IsLeft) || Returns.Find(branch) is not { } left)
        {
            return state;
        }

        return state.WithRegions(state.Regions.Select(r => IsLeft(r) ? r with { LostAt = left } : r).ToImmutableArray());

        bool IsLeft(Region r) => r is { Changed: true, LostAt: null, Escaped: false, Returned: false } && r.Owner == Frame.Depth && (r.Lost || Frame.Caller is null);
    }

    /// <summary>
    /// A flag that the body asks twice has one value on a path: `if (owns) begin … if (owns) commit`. And a statement that has changed no row has written nothing.
    /// </summary>
    public State Assume(BasicBlock block, State state, bool isTrue)
    {
        var condition = block.BranchValue;
        state = Unchanged(state, condition, isTrue);
        while (condition is IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not)
        {
            (condition, isTrue) = (not.Operand, !isTrue);
        }

        return PlaceOf(condition) is { } place && condition!.Type?.SpecialType == SpecialType.System_Boolean && Flags.AskedTwice(Frame.Graph, condition)
            ? state.Set(place, isTrue ? Value.True : Value.False)
            : state;
    }

    /// <summary>
    /// `tx ??= Begin()`, of an object that came from outside: if it has one, it has it at the next call as well, and does not begin then. And `var given = Ambient(); var tx = given ?? Begin();`, or
    /// `var owns = _tx is null; var tx = _tx ?? Begin();`: where it has begun itself, none was given.
    /// </summary>
    private IReadOnlyList<Outcome>? AskedForNull(IOperation test, State state) =>
        NullFacts.Test(test) is ({ Type: { } type } asked, var whenNull) && calls.IsTransaction(type) && asked is ILocalReferenceOperation or IParameterReferenceOperation or IMemberReferenceOperation { Instance: IInstanceReferenceOperation } or IFlowCaptureReferenceOperation
            && PlaceOf(asked) is { } held && held is Place.Member { Owner: not Place.Member { Symbol: IPropertySymbol } } or Place.Variable { Symbol: ILocalSymbol } && state.Find(held) is null
            ? new[] { new Outcome(state.Set(held, Value.NullValue), new Value.Bool(whenNull)), new Outcome(state.Set(held, Value.Object), new Value.Bool(!whenNull)) }
            : null;

    /// <summary>
    /// What a condition says was not changed after all: by a statement that met no row, or in a call that can come back without a change, and is asked how it went. That of an answer's
    /// members nobody knows which one means what; whichever it is, who leaves because of it leaves nothing behind.
    /// </summary>
    private State Unchanged(State state, IOperation? condition, bool isTrue)
    {
        if (condition is null || !state.Regions.Any(r => r is { Changed: true } and ({ ChangedAgain: false } or { ChangedIn: not null })))
        {
            return state;
        }

        // Of the answer as a whole it is known which outcome says that nothing was changed; else either may.
        var empty = EmptyChange.In(Frame.Graph, condition);
        var isPart = false;
        var asked = (empty?.Asked ?? Answers.Asked(condition)) is { } value ? Answers.Of(Frame.Graph, value, out isPart) : [];
        return asked.Count == 0 || (!isPart && empty is { } known && known.When != isTrue)
            ? state
            : state.Update(r => r.Changed && IsAsked(r), r => r with { Changed = false, ChangedAgain = false, ChangedBy = null, ChangedIn = null });

        bool IsAsked(Region r) => (r.ChangedIn is { } call && asked.Contains(call)) || (empty is not null && r is { ChangedAgain: false, ChangedBy: { } by } && asked.Contains(by.At));
    }

    /// <summary>Members of members that a flag may be: <c>options.Value.UseTransactions</c>.</summary>
    private const int MaxChain = 3;

    /// <summary>A variable, a field or property of the object whose body runs, or a member of one of these; null for anything else.</summary>
    public Place? PlaceOf(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation local => new Place.Variable(local.Local),
        IParameterReferenceOperation parameter => PlaceOf(parameter),
        IFieldReferenceOperation { Instance: IInstanceReferenceOperation } field when Frame.Self is Value.Instance self => new Place.Member(self.Identity, field.Field),
        IPropertyReferenceOperation { Instance: IInstanceReferenceOperation, Arguments.IsEmpty: true } property when Frame.Self is Value.Instance self => new Place.Member(self.Identity, property.Property),
        IPropertyReferenceOperation { Instance: { } owner, Arguments.IsEmpty: true } property when PlaceOf(owner) is { Length: < MaxChain } place => new Place.Member(place, property.Property),
        IFlowCaptureReferenceOperation capture when targets.TryGetValue(capture.Id, out var captured) => PlaceOf(captured),
        _ => null,
    };

    private State Return(Outcome outcome, IOperation expression)
    {
        var state = Answered(HandedOut(outcome.Value, outcome.State), expression);

        // Where a transaction lives on, the caller may ask by null whether it does.
        var value = outcome.Value is Value.Unknown && Frame.Caller is not null && state.HasRegion && NullFacts.IsObject(expression) ? Value.Object : outcome.Value;
        return value is Value.Unknown and not Value.Present ? state : state.Set(new Place.Returned(Frame.Depth), value);
    }

    /// <summary>`return await command.ExecuteNonQueryAsync()`: what the statement says of itself, the method says to its caller.</summary>
    private State Answered(State state, IOperation expression)
    {
        if (Frame.Caller is null || !state.Regions.Any(r => r.Changed))
        {
            return state;
        }

        // `=> await db.SaveChangesAsync() > 0`: false is nothing as well.
        var answer = Answers.Of(Frame.Graph, EmptyChange.In(Frame.Graph, expression) is { When: false } says ? says.Asked : expression, out _);
        return state.Update(r => r.Changed, r => r with { ChangedIn = r.ChangedIn is { } call && answer.Contains(call) ? call : r is { ChangedAgain: false, ChangedBy.At: var at } && answer.Contains(at) ? at : null });
    }

    /// <summary>What goes out with a value is for the caller to end: a transaction, or one in a tuple.</summary>
    private static State HandedOut(Value value, State state) => value switch
    {
        Value.Transaction t when state.Region(t.Region) is { } region => state.Replace(region, region with { Returned = true }),
        Value.Instance { Type.IsTupleType: true, Identity: var tuple } =>
            state.Values.Where(v => v.Key is Place.Member { Owner: var owner } && owner.Equals(tuple) && v.Value is Value.Transaction).Aggregate(state, (at, part) => HandedOut(part.Value, at)),
        _ => state,
    };

    private static List<Outcome> DistinctStates(List<Outcome> paths)
    {
        if (paths.Count < 2)
        {
            return paths;
        }

        var seen = new HashSet<State>();
        return paths.Where(p => seen.Add(p.State)).ToList();
    }
}
