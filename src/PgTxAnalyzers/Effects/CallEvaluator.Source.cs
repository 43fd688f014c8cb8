using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>Calls whose bodies are in source, and delegates: their bodies are run in the state of the call.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>Frames of any kind, lambdas included, beyond which nothing is followed.</summary>
    private const int MaxFrames = 24;

    /// <summary>How often a method is followed inside itself, where it is entered in another state each time.</summary>
    private const int MaxReentrance = 3;

    /// <summary>Null: no body of the callee is known, or none that matters.</summary>
    private IReadOnlyList<Outcome>? Source(BodyRun run, CallSite call, State state)
    {
        call = OnKnownClass(run, Declared(call), state);
        call = call with { Method = run.Frame.Types.In(call.Method) };
        var method = call.Method;
        if (method.MethodKind == MethodKind.LocalFunction)
        {
            return LocalFunction(run, method, call, state);
        }

        if (method.ContainingType is null || run.Frame.Calls >= context.MaxCallDepth || run.Frame.Depth >= MaxFrames)
        {
            return null;
        }

        // Without a region, and with somebody waiting for the call, only a begin or an object that it hands back could matter, and that nothing comes behind it.
        if (!state.HasRegion && !HandsSomethingBack(call) && !MayBeginUnit(call) && !IsFactory(call) && !HandsOutConnection(method)
            && !RunsAnArgument(call) && (Waiting.IsWaitedFor(call.Operation) || !Names.IsAwaitable(method.ReturnType)) && method.MethodKind != MethodKind.Constructor
            && !context.Bodies.MayNeverReturn(method, cancellation))
        {
            return null;
        }

        if (!run.Frame.IsLexical)
        {
            return Followed(run, call, state);
        }

        // What the root's own text calls gets a share of the budget, so that something is left for what comes behind it.
        var followed = Budget.Within(call.Operation, () => Followed(run, call, state), out var wasCut);
        return wasCut ? CutShort(run, call, state, followed) : followed;
    }

    /// <summary>`await using var sender = new Sender()`: some compilers bind the disposal to the framework's interface. What the variable's type has for it is meant.</summary>
    private static CallSite Declared(CallSite call) =>
        call is { Receiver: Value.Unknown, Method.ContainingType: { TypeKind: TypeKind.Interface, DeclaringSyntaxReferences.IsEmpty: true }, ReceiverType: INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct, DeclaringSyntaxReferences.IsEmpty: false } type }
        && Targets.Implementation(call.Method.OriginalDefinition, type) is { DeclaringSyntaxReferences.IsEmpty: false } its
            ? call with { Method = its }
            : call;

    /// <summary>The bodies in source that the call can run.</summary>
    private ImmutableArray<IMethodSymbol> TargetsOf(CallSite call) => context.Targets.Of(call.Method, call.Receiver, call.IsBase, cancellation);

    private IReadOnlyList<Outcome>? Followed(BodyRun run, CallSite call, State state)
    {
        var method = call.Method;
        var ran = new List<(IMethodSymbol Target, IReadOnlyList<Outcome> Outcomes)>();
        foreach (var target in TargetsOf(call))
        {
            if (run.Frame.CountOf(target) > MaxReentrance || !IsFollowed(run, call, target) || context.Bodies.Graph(target, cancellation) is not { } graph)
            {
                continue;
            }

            ran.Add((target, target.MethodKind == MethodKind.Constructor ? Constructed(run, graph, target, call, state).ToList()
                : Enter(run, Callee(run, graph, target, Self(call.Receiver, target), null, TypeArguments.Of(method, target, graph)), Bound(target, call), Twins.Forget(state, call.Receiver, target, () => MayEnd(run, target)), call.Operation)));
        }

        var outcomes = OfOneClass(ran, run, call, state).ToList();
        var found = Foreign(run, call, state, outcomes) || ran.Count > 0;
        if (!found)
        {
            if (method.MethodKind == MethodKind.Constructor && !method.ContainingType.DeclaringSyntaxReferences.IsEmpty)
            {
                // An object that carries nothing still says which body a call of its interface runs.
                if (!context.Shapes.CanCarry(method.ContainingType) && !Targets.IsChosenAmongOthers(method.ContainingType) && !IsMessage(method.ContainingType))
                {
                    return BodyRun.Single(state, Value.Nothing);
                }

                var constructor = method.OriginalDefinition;
                var made = Made(run, call, constructor);
                var result = AsContext(made, call);
                return Construct(run, constructor, made, call, RegionOps.Remade(state, call.Operation.Syntax, run.Frame.Depth)).Select(s => new Outcome(s, result)).ToList();
            }

            return null;
        }

        return outcomes;
    }

    private bool IsFollowed(BodyRun run, CallSite call, IMethodSymbol target)
    {
        var within = Within(run);
        return RunsAnArgument(call) || Keeps(target, call) || Makes(target) || HandsOutConnection(target) || LendsRows(target) || HandsOutEnumerator(target) || IsGivenMessage(call)
            || Leads(target, within) || LeadsOut(target);
    }

    private bool MayEnd(BodyRun run, IMethodSymbol target) => context.Enders.Matters(target, Within(run), cancellation);

    /// <summary>Calls below a callee that are still followed.</summary>
    private int Within(BodyRun run) => context.MaxCallDepth - run.Frame.Calls - 1;

    private static Value Self(Value receiver, IMethodSymbol target) =>
        target.IsStatic ? Value.Nothing
        : receiver is Value.Instance or Value.Connection ? receiver
        : new Value.Instance(new Place.Variable(target.ContainingType), target.ContainingType, Exact: false);

    /// <summary>
    /// The object is not known, and is another one at the next call: what it holds is known within this one alone. Else one unit of work would be
    /// taken for committed because another one was.
    /// </summary>
    private static Place? Stranger(Frame callee, Frame caller) =>
        callee.Self is Value.Instance { Identity: Place.Variable { Symbol: ITypeSymbol } unknown } && !callee.Self.Equals(caller.Self) ? unknown : null;

    /// <summary>What publishes a message by its base type leads nowhere; given one of a type that is known, it leads to that type's handlers.</summary>
    private bool IsGivenMessage(CallSite call) =>
        call.Values.Any(v => v is Value.Instance { Exact: true, Type: INamedTypeSymbol type } && IsMessage(type));

    /// <summary>Which handlers it has depends on its very type, by whatever type it is published. (The interfaces are asked first: to look for handlers reads every type.)</summary>
    private bool IsMessage(INamedTypeSymbol type) =>
        type.AllInterfaces.Any(i => i.DeclaringSyntaxReferences.IsEmpty && !Targets.IsOfFramework(i)) && context.Pipelines.Handles(type, cancellation);

    private static bool RunsAnArgument(CallSite call) => call.Values.Any(v => v is Value.Lambda or Value.MethodGroup);

    /// <summary>
    /// It is given what can have a transaction, and assigns something: `_transaction = transaction` calls nothing, and makes the object one that commits. So does
    /// a constructor that hands it to another one, <c>: this(transaction, owns: true)</c>.
    /// </summary>
    private bool Keeps(IMethodSymbol target, CallSite call) =>
        context.Traits.Assigns(target, cancellation)
        && Bound(target, call).Any(b => b.Value is Value.Transaction or Value.Connection or Value.Instance or Value.OpenResult or Value.Pending or Value.Rows || (b.Value is Value.Null && context.Shapes.Of(b.Parameter.Type) == Shape.Transaction));

    private static IEnumerable<(IParameterSymbol Parameter, Value Value)> Bound(IMethodSymbol target, CallSite call)
    {
        // Operators, setters and what a delegate is given have no arguments of their own: they are in order.
        for (var i = 0; call.Arguments.IsEmpty && i < call.Values.Length && i < target.Parameters.Length; i++)
        {
            yield return (target.Parameters[i], call.Values[i]);
        }

        for (var i = 0; i < call.Arguments.Length && i < call.Values.Length; i++)
        {
            if (call.Arguments[i].Parameter is { } parameter && parameter.Ordinal < target.Parameters.Length)
            {
                yield return (target.Parameters[parameter.Ordinal], call.Values[i]);
            }
        }
    }

    private IReadOnlyList<Outcome>? LocalFunction(BodyRun run, IMethodSymbol method, CallSite call, State state)
    {
        var owner = run.Frame;
        ControlFlowGraph? graph = null;
        for (var frame = run.Frame; frame is not null && graph is null; frame = frame.Caller)
        {
            owner = frame;
            graph = BodyCatalog.LocalFunction(frame.Graph, method, cancellation);
        }

        if (graph is null || run.Frame.CountOf(method) > MaxReentrance || run.Frame.Depth >= MaxFrames)
        {
            return null;
        }

        // A finding for what a local function reaches stands on its call: the function may be called after the region as well.
        Facts.Run.Add(method);
        var callee = Callee(run, graph, method, owner.Self, owner.IsLexical ? run.Frame.Depth + 1 : null, owner.Types);
        return Enter(run, callee, Bound(method, call), state, call.Operation);
    }

    private IReadOnlyList<Outcome> RunDelegate(BodyRun run, Value target, ImmutableArray<Value> arguments, IOperation at, State state)
    {
        if (run.Frame.Depth < MaxFrames)
        {
            switch (target)
            {
                case Value.Lambda lambda:
                    return RunLambda(run, lambda, arguments, at, state);
                case Value.MethodGroup group:
                    return RunMethodGroup(run, group, arguments, at, state);
            }
        }

        Invoked?.Invoke(target, arguments, runner ?? at, state);
        state = GivenAway(arguments, state);
        run.Throw(state, ThrownKind.Any);
        return BodyRun.Single(state, Value.Nothing);
    }

    /// <param name="self">The object whose lambda it is; null: that of the body around it.</param>
    private IReadOnlyList<Outcome> RunLambda(BodyRun run, Value.Lambda lambda, ImmutableArray<Value> arguments, IOperation at, State state, Value? self = null)
    {
        var symbol = lambda.Function.Symbol;
        if (run.Frame.Runs(symbol))
        {
            return BodyRun.Single(state, Value.Nothing);
        }

        var home = run.Frame;
        while (home.Caller is { } caller && home.Graph != lambda.Owner)
        {
            home = caller;
        }

        var graph = lambda.Owner.GetAnonymousFunctionControlFlowGraph(lambda.Function, cancellation);
        var frame = Callee(run, graph, symbol, self ?? home.Self, home.IsLexical && home.Graph == lambda.Owner ? run.Frame.ReportsFromUpTo(home) : null, home.Types);
        return Enter(run, frame, symbol.Parameters.Zip(arguments, (p, v) => (p, v)), state, at);
    }

    private IReadOnlyList<Outcome> RunMethodGroup(BodyRun run, Value.MethodGroup group, ImmutableArray<Value> arguments, IOperation at, State state)
    {
        // The method group stands for a lambda that makes the call: that is where a finding can stand.
        var home = run.Frame;
        while (home.Caller is { } caller && !StandsIn(home))
        {
            home = caller;
        }

        var isLexical = home.IsLexical && StandsIn(home);
        var stand = new BodyRun(Callee(run, StandsIn(home) ? home.Graph : group.Owner ?? home.Graph, null, home.Self, isLexical ? run.Frame.ReportsFromUpTo(home) : null, home.Types), this, cancellation);
        var call = new CallSite(group.At, group.Method, group.Receiver, (group.At as IMethodReferenceOperation)?.Instance?.Type, ImmutableArray<IArgumentOperation>.Empty, arguments);
        var outer = runner;
        runner = at;
        var outcomes = Call(stand, call, state);
        runner = outer;
        if (StartsTask(at) && !Waiting.IsWaitedFor(at))
        {
            var started = stand.Held.Where(f => f.Reach.Deed == Deed.Sink && (f.Place is null || f.Regions.IsEmpty)).Select(f => f.Reach).ToImmutableArray();
            outcomes = outcomes.Select(o => new Outcome(WithoutSettled(state, o.State), Reaches.Pending(started, o.Value))).ToList();
        }
        else
        {
            foreach (var fact in stand.Held)
            {
                Carry(run, fact, null, group.At.Syntax);
            }
        }

        run.Throw(state, ThrownKind.Any);
        return isLexical ? outcomes.Select(o => new Outcome(o.State, Reaches.HandedOut(o.Value, group.At.Syntax, stand.Frame.ReportsFrom))).ToList() : outcomes;

        bool StandsIn(Frame frame) => frame.Graph.OriginalOperation.Syntax is var body && body.SyntaxTree == group.At.Syntax.SyntaxTree && body.Span.Contains(group.At.Syntax.Span);
    }

    /// <summary>An iterator that only enumerates a query of EF Core calls nothing that a model names.</summary>
    private bool LendsRows(IMethodSymbol target) => context.OpenBodies.Lends(target.Name) && context.Traits.IsIterator(target, cancellation);

    /// <summary>`IEnumerator&lt;T&gt; GetEnumerator() => this` calls nothing, and says whose MoveNext a foreach calls.</summary>
    private bool HandsOutEnumerator(IMethodSymbol target) =>
        target is { Name: "GetEnumerator" or "GetAsyncEnumerator", ReturnType: { TypeKind: TypeKind.Interface, DeclaringSyntaxReferences.IsEmpty: true } } && !context.Traits.IsIterator(target, cancellation);

    /// <summary>A member of this name may return a transaction, a connection or a result that it has begun or opened, or a proxy. Of helpers that are asked just that, names have to do.</summary>
    private bool HandsSomethingBack(CallSite call)
    {
        var name = call.Method switch
        {
            { MethodKind: MethodKind.Constructor, ContainingType: var made } => made.Name,
            { AssociatedSymbol: IPropertySymbol property } => property.Name,
            var method => method.Name,
        };
        return (look == Look.Begins ? IsSuspect(name) : context.Helpers.Hands(name, () => TargetsOf(call), cancellation)) || context.OpenBodies.Lends(name) || context.Proxies.IsContract(call.Method.ReturnType);
    }

    private bool IsSuspect(string name) => context.Index(cancellation).CanBegin(name) || context.OpenIndex(cancellation).CanBegin(name);

    private static bool StartsTask(IOperation at) =>
        at is IInvocationOperation { TargetMethod: { MethodKind: not MethodKind.DelegateInvoke } runner } && Names.IsAwaitable(runner.ReturnType);

    private static Frame Callee(BodyRun run, ControlFlowGraph graph, IMethodSymbol? method, Value self, int? reportsFrom, TypeArguments? types = null) =>
        new(run.Frame, graph, method, self, reportsFrom) { IsObserved = run.ObservesThrows, Types = types ?? TypeArguments.None };
}
