using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>What the members of libraries do to a state: one case per role.</summary>
internal sealed partial class CallEvaluator
{
    private IReadOnlyList<Outcome> Library(BodyRun run, CallSite call, ApiFact fact, State state)
    {
        var subject = Subject(call);
        if (fact.Role is ApiRole.Begin or ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Query or ApiRole.Save or ApiRole.Copy or ApiRole.Savepoint)
        {
            state = ResourceOps.Used(run, ConnectionOf(call, subject, state), state);
        }

        switch (fact.Role)
        {
            case ApiRole.Begin:
                return Begin(run, call, subject, state);
            case ApiRole.Adopt:
                return Adopt(call, subject, state);
            case ApiRole.Share:
                return BodyRun.Single(subject is Value.Connection sharing ? state.Set(RegionOps.Shared(sharing.Identity), Value.True) : state, Value.Nothing);
            case ApiRole.Scope:
                return Scope(run, call, state);
            case ApiRole.Complete:
                return BodyRun.Single(Complete(state, subject), Value.Nothing);
            case ApiRole.Commit or ApiRole.Rollback:
                return End(run, call, subject, fact.Role == ApiRole.Commit, state);
            case ApiRole.Savepoint:
                return Statement(run, subject is Value.Transaction t && state.Region(t.Region) is { } r ? ConnectionOf(r) : Value.Nothing, Level.Open, false, call, IsBackAtSavepoint(call) ? Mended(subject, state) : state, ApiRole.Savepoint);
            case ApiRole.Open:
                run.Throw(state, ThrownKind.Database);
                state = OpenedFromFactory(run, call, subject, state);
                Takes(run, call, subject, state);
                Unenlisted(run, call, subject, state);
                return BodyRun.Single(ResourceOps.Opened(RegionOps.Opened(state, subject), subject, call.Operation.Syntax, run.Frame.Depth), Value.Nothing);
            case ApiRole.NewContext:
                return NewContext(run, call, state);
            case ApiRole.OpenNew or ApiRole.NewConnection:
                return NewConnection(run, call, fact.Role == ApiRole.OpenNew, state);
            case ApiRole.NewCommand or ApiRole.DataSourceCommand:
                return NewCommand(run, call, fact.Role, state);
            case ApiRole.Command:
                return Command(run, call, subject, state);
            case ApiRole.Query when IsTableToList(call):
                return Statement(run, subject, Level.Open, false, call, state, ApiRole.Query).Select(o => new Outcome(o.State, new Value.Rows(subject, EveryElement))).ToList();
            case ApiRole.Query:
                return Statement(run, subject, Level.Open, false, call, state, ApiRole.Query);
            case ApiRole.Save:
                return Statement(run, subject, Level.Locking, true, call, state, ApiRole.Save);
            case ApiRole.StoreRead or ApiRole.StoreWrite:
                return Stored(run, call, fact.Role == ApiRole.StoreWrite, state);
            case ApiRole.Copy or ApiRole.Reader:
                return OpenResult(run, call, subject, fact.Role, state);
            case ApiRole.Stream:
                return Stream(run, call, subject, state);
            case ApiRole.Rows:
                return BodyRun.Single(state, AsRows(call, subject));
            case ApiRole.Unbounded:
                run.Throw(state, ThrownKind.Any);
                return BodyRun.Single(state, new Value.Rows(Value.Nothing, EveryElement));
            case ApiRole.Read:
                return ReadOn(run, call, subject, state) ?? Unknown(run, call, state);
            case ApiRole.Close when subject is Value.OpenResult result:
                run.Throw(state, ThrownKind.Database);
                return BodyRun.Single(ResourceOps.End(state, result.Region), Value.Nothing);
            case ApiRole.Enqueue:
                Publish(run, call.Operation, call.Method, fact, state);
                return Unknown(run, call, state);
            case ApiRole.Sink or ApiRole.Wait or ApiRole.Pipeline:
                return Reached(run, call.Operation, call.Method, fact, state);
            case ApiRole.Proxy:
                return BodyRun.Single(state, new Value.Proxy(fact.Kind));
            case ApiRole.Settle:
                return Settle(run, subject, state);
            case ApiRole.Dispatch:
                return Dispatch(run, call, state);
            case ApiRole.TransactionRunner:
                return InTransaction(run, call, subject, state);
            case ApiRole.StrategyRunner or ApiRole.RetryRunner or ApiRole.Runner:
                return RunNow(run, call, state);
            case ApiRole.Lazy or ApiRole.LazyBuffer:
                return RunLater(run, call, fact.Role == ApiRole.LazyBuffer && subject is Value.Rows rows ? rows.Source : subject, state);
            default:
                return Unknown(run, call, state);
        }
    }

    private IReadOnlyList<Outcome> Begin(BodyRun run, CallSite call, Value subject, State state)
    {
        if (SecondBegin(run, call, subject, isText: false, state))
        {
            // Npgsql and EF Core refuse ("A transaction is already in progress"), before the server is asked: nothing runs after it.
            run.Throw(state, ThrownKind.Other);
            return Array.Empty<Outcome>();
        }

        run.Throw(state, ThrownKind.Database);

        BeginInScope(run, call, subject, state);
        var connection = subject as Value.Connection;
        Facts.Begins.Add(call.Operation.Syntax);
        var region = new Region(new RegionId(call.Operation.Syntax), connection is { IsContext: true } ? RegionKind.Facade : RegionKind.Transaction, Level.Pinned, run.Frame.Depth)
        {
            Connection = connection?.Identity,
            ConnectionType = connection?.Type,
            IsContext = connection is { IsContext: true },
            IsOnNew = connection is { IsNew: true },
            IsOutbox = Outboxes.IsPublisherAmong(call.Method),
        };
        return BodyRun.Single(state.Begin(region), new Value.Transaction(region.Id) { On = region.Connection });
    }

    /// <summary><c>UseTransaction(tx)</c>: the context works in that transaction from now on.</summary>
    private static IReadOnlyList<Outcome> Adopt(CallSite call, Value subject, State state)
    {
        var transaction = call.Values.OfType<Value.Transaction>().FirstOrDefault();
        if (subject is Value.Connection adopting)
        {
            state = state.Set(RegionOps.Shared(adopting.Identity), transaction is null ? Value.True : transaction);
        }

        if (transaction is not null && state.Region(transaction.Region) is { } region && subject is Value.Connection context)
        {
            state = region.Connection is { } own ? state.Set(RegionOps.Shared(own), transaction) : state;
            state = state.Replace(region, region with { Connection = context.Identity, ConnectionType = context.Type, IsContext = context.IsContext });
        }

        return BodyRun.Single(state, transaction ?? Value.Nothing);
    }

    private IReadOnlyList<Outcome> Scope(BodyRun run, CallSite call, State state)
    {
        bool flows = false, suppressed = false;
        foreach (var argument in call.Arguments)
        {
            if (argument.Value is not { ConstantValue: { HasValue: true, Value: int value }, Type.Name: var type })
            {
                // An option that is not written out: silence is right, the scope may flow.
                flows |= argument.Value.Type?.Name == "TransactionScopeAsyncFlowOption";
                continue;
            }

            // TransactionScopeAsyncFlowOption.Enabled is 1, TransactionScopeOption.Suppress is 2 (System.Transactions reference).
            flows |= type == "TransactionScopeAsyncFlowOption" && value == 1;
            suppressed |= type == "TransactionScopeOption" && value == 2;
        }

        if (!suppressed)
        {
            run.Throw(state, ThrownKind.Any);
        }

        NoteDefaults(run, call, suppressed, state);
        var region = new Region(new RegionId(call.Operation.Syntax), suppressed ? RegionKind.Suppress : RegionKind.Scope, Level.None, run.Frame.Depth) { LosesFlow = !flows };
        return BodyRun.Single(state.Begin(region), new Value.Transaction(region.Id));
    }

    private State Complete(State state, Value subject)
    {
        if (subject is Value.Transaction t && state.Region(t.Region) is { } region)
        {
            Facts.Committed.Add(region.Begin);
            return state.Replace(region, region with { Completed = true });
        }

        return state;
    }

    private IReadOnlyList<Outcome> End(BodyRun run, CallSite call, Value subject, bool commits, State state)
    {
        Facts.Ends = true;
        if (commits)
        {
            state = UsedByCommit(run, subject, call, state);
        }

        var ended = state;
        switch (subject)
        {
            case Value.Transaction t:
                if (state.Region(t.Region) is { } region)
                {
                    NoteLate(run, state, t.Region, call.Operation.Syntax);
                    ended = Ended(ended, region);
                }

                break;
            case Value.Connection:
                // The facade ends the transaction of its context; where none has begun on that one, it is another one's that a container has handed out twice.
                var own = state.Regions.Where(r => RegionOps.IsOn(r, subject)).ToList();
                foreach (var r in own.Count > 0 ? own : state.Regions.Where(r => r is { IsLive: true, IsContext: true, Kind: RegionKind.Transaction or RegionKind.Facade } && RegionOps.RunsIn(r, subject)))
                {
                    NoteLate(run, state, r.Id, call.Operation.Syntax);
                    ended = Ended(ended, r);
                }

                break;
            case Value.Unknown when context.Shapes.Of(call.ReceiverType) == Shape.Transaction:
                // Which transaction this is, is not known. It may be any that somebody else can reach: those are over.
                foreach (var r in state.Regions.Where(r => r.Resource is null && (r is { Escaped: true, IsLive: true } || !IsHeld(state, r))))
                {
                    ended = Ended(ended, r);
                }

                break;
            case not (Value.Transaction or Value.Connection) when call.Values.Any(v => v is Value.Transaction or Value.Connection):
                foreach (var r in state.Regions.Where(r => call.Values.Any(v => v is Value.Transaction given ? given.Region.Equals(r.Id) : RegionOps.IsOn(r, v))))
                {
                    ended = Ended(ended, r);
                }

                break;
            case not (Value.Transaction or Value.Connection):
                // A line for a unit of work of somebody else's: what it ends is what lives.
                foreach (var r in state.Regions.Where(r => r.IsLive))
                {
                    ended = Ended(ended, r);
                }

                break;
        }

        run.Throw(ended, subject is Value.Transaction or Value.Connection ? ThrownKind.Database : ThrownKind.Any);
        return BodyRun.Single(ended, Value.Nothing);

        State Ended(State s, Region r)
        {
            if (commits)
            {
                Facts.Committed.Add(r.Begin);
                if (CommitChoice.IsCallers(call.Operation.Syntax, run.Frame.Method))
                {
                    Facts.Chosen.Add(r.Begin);
                }
            }

            return r.Kind is RegionKind.Scope or RegionKind.Suppress ? s : s.End(r);
        }
    }

    private static bool IsHeld(State state, Region region) =>
        region.Kind is RegionKind.Scope or RegionKind.Sql || state.Values.Values.Any(v => v is Value.Transaction t && t.Region.Equals(region.Id));

    private static bool IsOnUnknown(Region region) => region is { Connection: null, Kind: RegionKind.Transaction or RegionKind.Sql };

    /// <summary>What is disposed, closed or enumerated: the receiver, or the first argument of a library's extension. A method of one's own that closes an account has that name as well.</summary>
    private static Value SubjectOf(CallSite call) =>
        call.Receiver is Value.Unknown && call.Values.Length > 0 && call.Method is { IsStatic: true, DeclaringSyntaxReferences.IsEmpty: true } ? call.Values[0] : call.Receiver;

    /// <summary>Dispose of what holds a transaction, by whatever interface it is called.</summary>
    private IReadOnlyList<Outcome>? Disposal(BodyRun run, CallSite call, State state)
    {
        if (call.Method.Name is not ("Dispose" or "DisposeAsync" or "Close" or "CloseAsync" or "CloseConnection" or "CloseConnectionAsync"))
        {
            return null;
        }

        Facts.Ends = true;
        var subject = SubjectOf(call);
        var ended = state;
        switch (subject is Value.Pending { Result: Value.OpenResult inner } ? inner : subject)
        {
            case Value.OpenResult result:
                ended = ResourceOps.End(ended, result.Region);
                break;
            case Value.Transaction t when call.Method.Name.StartsWith("Dispose", StringComparison.Ordinal):
                NoteLate(run, state, t.Region, call.Operation.Syntax);
                if (state.Region(t.Region) is { } region)
                {
                    ended = Disposed(run, ended, region);
                }

                break;
            case Value.Connection:
                ended = RegionOps.Closed(ended, (Value.Connection)subject);

                // Inside a scope the transaction outlives its connection: Npgsql parks it until the scope ends.
                foreach (var r in state.Regions.Where(r => RegionOps.IsOn(r, subject)))
                {
                    NoteLate(run, state, r.Id, call.Operation.Syntax);
                    ended = Disposed(run, ended, r);
                }

                ended = ResourceOps.Closed(ended, subject);
                break;
            case Value.Instance { Type: { } type } when context.Shapes.Of(type) == Shape.Command:
                break;

            // A connection of which nobody knows where it comes from is the one on which nobody knows what has begun.
            case Value.Unknown when context.Shapes.Of(call.ReceiverType) == Shape.Connection && state.Live.Any(IsOnUnknown):
                ended = state.Update(IsOnUnknown, RegionOps.Forgotten);
                break;
            case Value.Unknown or Value.Instance when IsServiceScope(call.ReceiverType):
                ended = ended.WithRegions(ended.Regions.RemoveAll(r => r.Owner == run.Frame.Depth && GoesWithScope(r, ScopeOf(call), state)));
                break;
            default:
                return null;
        }

        // What a scope throws is none of the database's own exceptions.
        var isScope = subject is Value.Transaction transaction && state.Region(transaction.Region) is { Kind: RegionKind.Scope or RegionKind.Suppress };
        run.Throw(ended, subject is Value.Transaction or Value.Connection && !isScope ? ThrownKind.Database : ThrownKind.Any);
        return BodyRun.Single(ended, Value.Nothing);
    }

    private static State Disposed(BodyRun run, State state, Region region)
    {
        var failing = run.IsHandling || state.Pending is { Branch: null };
        var lost = !failing && !(region.Kind == RegionKind.Scope && region.Completed);
        return RegionOps.End(state, region, lost, state.Pending?.Branch is { } branch ? Returns.Find(branch) : null);
    }

    private static Value ConnectionOf(Region region) =>
        region.Connection is { } own ? new Value.Connection(own, region.ConnectionType, region.IsContext) : Value.Nothing;

    private IReadOnlyList<Outcome> NewConnection(BodyRun run, CallSite call, bool opened, State state)
    {
        var type = Unwrapped(call.Method.MethodKind == MethodKind.Constructor ? call.Method.ContainingType : call.Method.ReturnType);
        var connection = new Value.Connection(new Place.Made(call.Operation.Syntax, run.Frame.Depth, null), type, IsContext: false) { IsNew = true, IsUnenlisted = SaysEnlistFalse(call) };
        run.Throw(state, ThrownKind.Database);
        state = RegionOps.Remade(state, call.Operation.Syntax, run.Frame.Depth);
        if (!opened)
        {
            return BodyRun.Single(state.Set(RegionOps.Unopened(connection), Value.True), connection);
        }

        SecondConnection(run, call, connection, state);
        return BodyRun.Single(ResourceOps.Opened(RegionOps.Opened(state, connection), connection, call.Operation.Syntax, run.Frame.Depth), connection);
    }

    private IReadOnlyList<Outcome> Reached(BodyRun run, IOperation operation, ISymbol symbol, ApiFact fact, State state)
    {
        var reach = new Reach(fact.Kind, fact.Role == ApiRole.Wait, ImmutableArray.Create(new Step(Names.Of(symbol), operation.Syntax))) { IsPipeline = fact.Role == ApiRole.Pipeline };
        var thrown = fact.Kind switch
        {
            SinkKind.Http => ThrownKind.Http,
            SinkKind.Grpc or SinkKind.Mail or SinkKind.Process or SinkKind.Socket => ThrownKind.Other,
            _ => ThrownKind.Any,
        };
        var type = symbol is IMethodSymbol method ? method.ReturnType : ((IPropertySymbol)symbol).Type;
        if (Names.IsAwaitable(type))
        {
            if (!Waiting.IsWaitedFor(operation))
            {
                // Started, not waited for: it holds whoever awaits it later.
                Publish(run, operation, symbol, fact, state);
                run.Throw(state, thrown);
                return BodyRun.Single(state, Reaches.Pending(ImmutableArray.Create(reach), Value.Nothing));
            }
        }

        run.Hold(reach, operation.Syntax, state.Holding);
        run.Throw(state, thrown);
        return BodyRun.Single(ResourceOps.Crossed(state, reach), Value.Nothing);
    }
}
