using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// The effect of a call, whatever it comes from: a model decides for a library's member, its body for one in source, and what is neither
/// is unknown and changes nothing. One instance serves the run of one root body.
/// </summary>
internal sealed partial class CallEvaluator : ICallSemantics
{
    private readonly CompilationContext context;
    private readonly CancellationToken cancellation;

    /// <summary>Steps to find out whether a helper leaves a region: one that takes more is taken to do so.</summary>
    private const int MaxStepsOfHelper = 2_000;

    private readonly StepBudget whole;

    /// <summary>For second looks, so that they take nothing from what comes behind them.</summary>
    private readonly StepBudget narrowed = new();

    public CallEvaluator(CompilationContext context, RootFacts facts, CancellationToken cancellation, Look look = Look.Whole)
    {
        (this.context, Facts, this.cancellation, this.look) = (context, facts, cancellation, look);
        whole = new StepBudget(look == Look.Begins ? MaxStepsOfHelper : StepBudget.MaxSteps);
    }

    /// <summary>What was learned beside the held calls.</summary>
    public RootFacts Facts { get; }

    public StepBudget Budget => look == Look.Narrow ? narrowed : whole;

    public Value Initial(Place place, ITypeSymbol type)
    {
        switch (context.Shapes.Of(type))
        {
            case Shape.Connection:
                return new Value.Connection(place, type, IsContext: false);
            case Shape.Context:
                return new Value.Connection(place, type, IsContext: true);
            case Shape.Command:
                return new Value.Instance(place, type, Exact: false);
            case Shape.Delegate when place is Place.Member { Symbol: IFieldSymbol } or Place.Variable { Symbol: IFieldSymbol }:
                return context.FieldDelegates.Of((IFieldSymbol)(place is Place.Member m ? m.Symbol : ((Place.Variable)place).Symbol), cancellation);
            case Shape.Other when place is Place.Member { Symbol: IFieldSymbol lazy } && context.Shapes.DeferredBy(type) is not null:
                return context.FieldDelegates.Factory(lazy, cancellation) is { } factory ? new Value.Deferred(factory) : Value.Nothing;
            case Shape.Other when IsTaskSource(type):
                return new Value.Instance(place, type, Exact: false);
            case Shape.Other when place.Length < MaxPathLength && context.Shapes.IsFollowed(type):
                return new Value.Instance(place, type, Exact: type.IsSealed);
            default:
                return Value.Nothing;
        }
    }

    public bool IsTransaction(ITypeSymbol type) => context.Shapes.Of(type) == Shape.Transaction;

    /// <summary>Members of members that are told apart; deeper ones are unknown.</summary>
    private const int MaxPathLength = 4;

    public IReadOnlyList<Outcome> Call(BodyRun run, CallSite call, State state)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Facts.Session is not null)
        {
            call = Noted(call);
            state = Closing(call, state);
        }

        var outcomes = Effect(run, call, state);
        NoteDropped(run, call.Operation, outcomes);
        return outcomes;
    }

    private IReadOnlyList<Outcome> Effect(BodyRun run, CallSite call, State state)
    {
        if (Sequence(run, call, state) is { } plain)
        {
            return plain;
        }

        if (Disposal(run, call, state) is { } disposed)
        {
            return disposed;
        }

        if (Deferring(call) is { } deferred)
        {
            return BodyRun.Single(state, deferred);
        }

        var fact = context.FactOf(call.Method, call.ReceiverType ?? ExtendedType(call), cancellation);
        if (fact.Kind == SinkKind.Broker && context.Outboxes.Stores(call.Method, call.ReceiverType ?? ExtendedType(call), cancellation))
        {
            return Unknown(run, call, state);
        }

        if (Enumerated(run, call, fact, state) is { } enumerated)
        {
            return enumerated;
        }

        if (fact.Role is not (ApiRole.None or ApiRole.Neutral or ApiRole.Handler or ApiRole.Behavior) && !(fact.Role == ApiRole.Pipeline && call.Receiver is Value.Lambda or Value.MethodGroup))
        {
            var saving = fact.Role == ApiRole.Save ? RunOverride(run, call, state) : ImmutableArray<Reach>.Empty;
            var done = Worked(run, call, fact.Role, state, Facts.Session is null ? Library(run, call, fact, state) : Watched(run, call, fact, state));
            done = saving.IsEmpty ? done : done.Select(o => new Outcome(o.State, Reaches.Pending(saving, o.Value))).ToList();
            return fact.Role == ApiRole.Save && IsContract(call) ? Obliged(run, call, state, done) : done;
        }

        if (call.Method.MethodKind == MethodKind.DelegateInvoke)
        {
            if (call is { Receiver: Value.Unknown, Operation: IInvocationOperation { Instance: IParameterReferenceOperation { Parameter: { } next } } } && context.Pipelines.IsNext(next))
            {
                return Reached(run, call.Operation, call.Method, new ApiFact(ApiRole.Pipeline), state);
            }

            var returned = Compiled(run, call, state) ?? RunDelegate(run, call.Receiver, call.Values, call.Operation, state);
            return call.Receiver is Value.Unknown && context.Shapes.Of(call.Method.ReturnType) == Shape.Connection
                ? returned.Select(o => new Outcome(o.State, new Value.FromFactory(call.Operation.Syntax))).ToList()
                : returned;
        }

        // Of its own classes that implement the same interface the project's code runs; of a proxy, none.
        if (fact.Role == ApiRole.None && call.Receiver is Value.Proxy proxy && call.Method.ContainingType is { TypeKind: TypeKind.Interface } contract && !Targets.IsOfFramework(contract))
        {
            return Reached(run, call.Operation, call.Method, new ApiFact(ApiRole.Sink, proxy.Kind), state);
        }

        return fact.Role == ApiRole.Neutral ? Unknown(run, call, state) : Obliged(run, call, state, Source(run, call, state) ?? Promised(run, call, state) ?? Unknown(run, call, GivenAway(run, call, state)));
    }

    public IReadOnlyList<Outcome>? Property(BodyRun run, IPropertyReferenceOperation property, Value receiver, State state)
    {
        var symbol = property.Property;
        if (symbol.Name == "Result" && Waiting.IsTask(symbol.ContainingType))
        {
            return BodyRun.Single(run.Waited(state, receiver, property), receiver.Awaited);
        }

        // Whoever asks whether it is open, opens it only where it is not: it may be the one that has the transaction.
        if (receiver is Value.FromFactory && property.Type is { Name: "ConnectionState" })
        {
            return BodyRun.Single(state.Forget(receiver), Value.Nothing);
        }

        if (Deferred(run, property, receiver, state) is { } made)
        {
            return made;
        }

        if (symbol is { Name: "Current", IsStatic: true } && KnownTypes.Is(symbol.ContainingType, "System.Transactions", "Transaction"))
        {
            return BodyRun.Single(state, Ambient(state));
        }

        if (symbol.Name is "IsCompleted" or "Current" or "Length" or "Count" && symbol.DeclaringSyntaxReferences.IsEmpty)
        {
            return BodyRun.Single(state, symbol.Name == "Current" ? ElementOf(receiver, property, state) : Value.Nothing);
        }

        // A dictionary's tasks are its values.
        if (symbol.Name == "Values" && receiver is Value.Instance && Elements(state, receiver) is Value.Pending)
        {
            return BodyRun.Single(state, receiver);
        }

        if (OwnContext(receiver) is { } own && (context.Shapes.Of(property.Type) is var shape && shape == Shape.Query || (shape == Shape.Context && symbol.DeclaringSyntaxReferences.IsEmpty)))
        {
            return BodyRun.Single(state, own);
        }

        var fact = context.Models.Find(symbol, property.Instance?.Type);
        if (fact.Role == ApiRole.Wait && receiver is Value.Instance source && state.Find(Settled(source)) is not null)
        {
            // It may have been completed with a failure.
            run.Throw(state, ThrownKind.Any);
            return BodyRun.Single(state, Value.Nothing);
        }

        if (fact.Role == ApiRole.Proxy)
        {
            return BodyRun.Single(state, new Value.Proxy(fact.Kind));
        }

        if (fact.Role is ApiRole.Sink or ApiRole.Wait)
        {
            // A proxy that a library hands out (the channel of a WCF client) runs no body of the project: else the client, which implements the same contract, would call itself for ever.
            return property.Type is { TypeKind: TypeKind.Interface } contract && !Names.IsAwaitable(contract)
                ? Reached(run, property, symbol, fact, state).Select(o => new Outcome(o.State, new Value.Instance(new Place.Made(property.Syntax, run.Frame.Depth, null), contract, Exact: true))).ToList()
                : Reached(run, property, symbol, fact, state);
        }

        if (receiver is Value.Connection connection)
        {
            // `if (connection.State != ConnectionState.Open) { Open(); Begin(); }` does neither where a transaction lives on it.
            if (property.Type is { Name: "ConnectionState" } && state.Regions.Any(r => RegionOps.IsOn(r, connection) && !r.Broken && !r.IsProbe))
            {
                return BodyRun.Single(state, new Value.OpenState());
            }

            if (context.Shapes.Of(property.Type) == Shape.Transaction)
            {
                return Current(connection, state);
            }

            // db.Database, db.Orders, db.Database.GetDbConnection(): the context's own connection under another name.
            return BodyRun.Single(state, context.Shapes.Of(property.Type) is Shape.Context or Shape.Connection or Shape.Query ? connection : Value.Nothing);
        }

        if (receiver is Value.Transaction t && context.Shapes.Of(property.Type) == Shape.Connection && state.Region(t.Region) is { IsLive: true } region)
        {
            return BodyRun.Single(state, new Value.Connection(region.Connection ?? RegionOps.OwnConnection(region), property.Type, region.IsContext));
        }

        if (symbol.GetMethod is not { } getter || context.IsAuto(symbol))
        {
            return null;
        }

        if (receiver is Value.Instance { Identity: var owner } && context.HandedOutBy(symbol, cancellation) is { } member)
        {
            return HandedOut(owner, member, state);
        }

        if (SaysWhetherItHasBegun(run, property, getter, receiver, state) is { } answer)
        {
            return answer;
        }

        var call = new CallSite(property, getter, receiver, property.Instance?.Type, property.Arguments, ImmutableArray<Value>.Empty);
        return Source(run, call, state);
    }

    public void Created(IFlowAnonymousFunctionOperation lambda) => Facts.Created.Add(lambda.Symbol);

    public void Awaited(BodyRun run, State state)
    {
        foreach (var region in state.Live)
        {
            if (region is { Kind: RegionKind.Scope, LosesFlow: true } && region.Owner == run.Frame.Depth && run.Frame.IsLexical)
            {
                Facts.LostFlow.Add(region.Begin);
            }
        }
    }

    /// <summary>C#'s own ways to pass a task or a sequence on, or to wait for it.</summary>
    private IReadOnlyList<Outcome>? Sequence(BodyRun run, CallSite call, State state)
    {
        var method = call.Method;
        var subject = call.Operation is IInvocationOperation { Instance: null } && call.Values.Length > 0 ? call.Values[0] : call.Receiver;
        if (Waiting.IsPassThrough(method))
        {
            return BodyRun.Single(state, AsRows(call, subject));
        }

        if (Waiting.Combines(method))
        {
            return BodyRun.Single(state, call.Values.Select(v => Elements(state, v)).Aggregate(Value.Nothing, Reaches.Merge));
        }

        if (Waiting.Blocks(method) && call.Operation is IInvocationOperation at)
        {
            foreach (var waited in call.Values.Insert(0, call.Receiver))
            {
                state = run.Waited(state, Elements(state, waited), at.Instance ?? at);
            }

            return BodyRun.Single(state, call.Receiver.Awaited);
        }

        if (method.Name is "MoveNext" or "MoveNextAsync" && subject is Value.Pending or Value.OpenResult)
        {
            return MoveNext(run, call, subject, state);
        }

        if (method.Name == "MoveNext" && subject is Value.Instance list && Elements(state, list) is Value.Pending)
        {
            return NextOf(list, state);
        }

        if (method.Name is not ("GetEnumerator" or "GetAsyncEnumerator"))
        {
            return null;
        }

        // A query of EF Core is sent when it is enumerated. Its enumerator is no connection: disposing it ends nothing.
        return AsRows(call, subject) switch
        {
            Value.Rows rows => Enumerate(run, call, rows, state),
            Value.Connection => Statement(run, subject, Level.Open, false, call, state, ApiRole.Query),
            Value.Pending { Result: Value.Rows rows } lazy => Enumerate(run, call, rows, state).Select(o => new Outcome(o.State, lazy with { Result = o.Value })).ToList(),
            Value.Pending => BodyRun.Single(state, subject),
            Value.Instance when Elements(state, subject) is Value.Pending => BodyRun.Single(state, subject),
            _ => null,
        };
    }

    private static ITypeSymbol? ExtendedType(CallSite call)
    {
        if (!call.Method.IsExtensionMethod || call.Arguments.IsEmpty)
        {
            return null;
        }

        var first = call.Arguments[0].Value;
        while (first is IConversionOperation { IsImplicit: true } conversion)
        {
            first = conversion.Operand;
        }

        return first.Type;
    }

    /// <summary>No model, no body: it changes nothing, and what it returns is what it was given, where the types say so.</summary>
    private IReadOnlyList<Outcome> Unknown(BodyRun run, CallSite call, State state)
    {
        // The disposal that a using or a foreach adds does not throw: else every handler would seem to run with the region open.
        if (!(call.Operation.IsImplicit && call.Method.Name is "Dispose" or "DisposeAsync") && run.ObservesThrows && ThrowsOf(call) is var throws and not Throws.Nothing)
        {
            run.Throw(state, throws == Throws.OfDatabase ? ThrownKind.Database : ThrownKind.Any);
        }

        state = Lend(call, state);
        var subject = call.Receiver is not Value.Unknown ? call.Receiver : call.Values.FirstOrDefault() ?? Value.Nothing;
        var type = Unwrapped(call.Method.MethodKind == MethodKind.Constructor ? call.Method.ContainingType : call.Method.ReturnType);
        var shape = context.Shapes.Of(type);
        switch (shape)
        {
            case Shape.Query or Shape.Sequence or Shape.Context or Shape.Connection when subject is Value.Connection:
            case Shape.Transaction when subject is Value.Transaction:
                return BodyRun.Single(state, subject);
            case Shape.Context or Shape.Connection:
                state = RegionOps.Remade(state, call.Operation.Syntax, run.Frame.Depth);
                return BodyRun.Single(state, new Value.Connection(new Place.Made(call.Operation.Syntax, run.Frame.Depth, null), type, shape == Shape.Context));
        }

        if (call.Method is { Name: "ToList" or "ToArray", ContainingType.Name: "Enumerable" } && subject is Value.Connection && IsTable(call))
        {
            return BodyRun.Single(state, new Value.Rows(subject, EveryElement));
        }

        // `new NpgsqlCommand { Connection = …, CommandText = … }`: it is told later what it runs, and where.
        return call.Method.MethodKind == MethodKind.Constructor && shape == Shape.Command
            ? NewCommand(run, call, ApiRole.NewCommand, state)
            : Collected(run, call, subject, state) ?? Resolved(run, call, state) ?? BodyRun.Single(state, Value.Nothing);
    }

    /// <summary>
    /// A callee whose body is in sight and has nothing that throws, does not; nor does making an exception that is thrown afterwards, nor <c>object</c>'s constructor,
    /// with which every other one begins: else a wrapper's constructor that only assigns would seem to lose the transaction that it is given.
    /// </summary>
    private Throws ThrowsOf(CallSite call)
    {
        if (call.Method is { MethodKind: MethodKind.Constructor, ContainingType: var made } && (made.SpecialType == SpecialType.System_Object || KnownTypes.DerivesFrom(made, "System", "Exception")))
        {
            return Throws.Nothing;
        }

        var isInSight = !call.Method.DeclaringSyntaxReferences.IsEmpty && call.Method.MethodKind != MethodKind.LocalFunction;
        return isInSight ? context.Targets.Of(call.Method, call.Receiver, false, cancellation).Select(t => context.Silence.Of(t, cancellation)).DefaultIfEmpty(Throws.Anything).Max() : Throws.Anything;
    }

    private static ITypeSymbol Unwrapped(ITypeSymbol type) =>
        type is INamedTypeSymbol { TypeArguments.Length: 1, Name: "Task" or "ValueTask" } task ? task.TypeArguments[0] : type;
}
