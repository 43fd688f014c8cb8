using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>Calls into other projects, whose bodies are not there: what their assemblies say is done to the state of the call.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>For who summarises a body: told of each value that is run as a delegate and is none that is known.</summary>
    public Action<Value, ImmutableArray<Value>, IOperation, State>? Invoked { get; init; }

    /// <summary>For who summarises a body: told of each request, with its expression, that the library of that root namespace dispatches.</summary>
    public Action<Value, IOperation, string, IOperation, State>? Dispatched { get; init; }

    /// <summary>The call that runs the method group which is called: a delegate from outside is one.</summary>
    private IOperation? runner;

    /// <summary>Adds the ways in which the call returns from other projects; false: nothing is known of any.</summary>
    private bool Foreign(BodyRun run, CallSite call, State state, List<Outcome> outcomes)
    {
        var found = false;
        foreach (var target in context.Foreign.Of(call.Method, call.Receiver, call.IsBase))
        {
            found = true;
            var fresh = call.Operation.IsImplicit ? state : RegionOps.Remade(state, call.Operation.Syntax, run.Frame.Depth);
            outcomes.AddRange(new ForeignCall(this, run, call, target, fresh).Run());
        }

        if (!found && Keeper(run, call) is { } keeper)
        {
            outcomes.Add(new Outcome(state.Set(new Place.Slot(keeper.Identity, SlotKind.Held), call.Values.OfType<Value.Transaction>().First()), keeper));
            return true;
        }

        return found;
    }

    /// <summary>An object that is made with a transaction, and that ends one of its own in some method, has kept it: <c>new RepositoryTransaction(transaction)</c>.</summary>
    private Value.Instance? Keeper(BodyRun run, CallSite call) =>
        call is { Operation: Microsoft.CodeAnalysis.Operations.IObjectCreationOperation, Method.ContainingType: { } type } && call.Values.Any(v => v is Value.Transaction) && context.Foreign.EndsItsOwn(type)
            ? new Value.Instance(new Place.Made(call.Operation.Syntax, run.Frame.Depth, null), type, Exact: true)
            : null;

    /// <summary>
    /// <c>RunAsync(() => mailer.SendAsync())</c>: the method waits for the task that the delegate hands out, in the regions around it. Its own have waited whether or not anybody waits for the
    /// method; those of its caller only where somebody does.
    /// </summary>
    private Value WaitedFor(BodyRun run, IOperation at, IMethodSymbol runner, Outcome outcome, IReadOnlyCollection<Region> around, bool isWaited)
    {
        if (outcome.Value is not Value.Pending { Reaches: var reaches })
        {
            return outcome.Value;
        }

        var stand = new BodyRun(Callee(run, run.Frame.Graph, runner, Value.Nothing, null), this, cancellation);
        foreach (var reach in reaches.Where(r => r.Task is null))
        {
            stand.Hold(reach, at.Syntax, reach.Deed == Deed.Sink ? outcome.State.Holding : outcome.State.Live);
        }

        foreach (var fact in stand.Held.Where(f => isWaited || f.Place is not null))
        {
            Carry(run, isWaited ? fact : fact with { Regions = fact.Regions.RemoveAll(r => !around.Any(a => r.Id.CameFrom(a.Id))) }, stand.Frame, at.Syntax, Names.Of(runner));
        }

        return isWaited ? Value.Nothing : outcome.Value;
    }

    /// <summary>One call of one method of another project.</summary>
    private sealed class ForeignCall
    {
        private readonly CallEvaluator evaluator;
        private readonly BodyRun run;
        private readonly CallSite call;
        private readonly IMethodSymbol method;
        private readonly MethodEffect effect;
        private readonly State entry;
        private readonly SyntaxNode at;
        private readonly Place owner;
        private readonly EffectRow row;
        private readonly HashSet<RegionId> own;
        private readonly bool isWaited;

        public ForeignCall(CallEvaluator evaluator, BodyRun run, CallSite call, ForeignTarget target, State state)
        {
            (this.evaluator, this.run, this.call, entry) = (evaluator, run, call, state);
            (method, effect) = (target.Method, target.Effect);
            at = call.Operation.Syntax;
            owner = call.Receiver is Value.Instance instance ? instance.Identity : new Place.Variable(method.ContainingType);
            own = new HashSet<RegionId>(state.Values.Where(v => v.Key is Place.Slot { Kind: SlotKind.Held } slot && slot.Owner.Equals(owner)).Select(v => v.Value).OfType<Value.Transaction>().Select(t => t.Region));
            row = effect.Rows.FirstOrDefault(r => r.WithOwn && own.Count > 0) ?? effect.Rows.First(r => !r.WithOwn || effect.Rows.Length == 1);
            isWaited = !effect.IsLazy && (!Names.IsAwaitable(call.Method.ReturnType) || Waiting.IsWaitedFor(call.Operation));
        }

        public IEnumerable<Outcome> Run()
        {
            run.Throw(entry, ThrownKind.Any);
            var later = ImmutableArray<Reach>.Empty;
            var waitedFor = new List<Reach>();
            foreach (var reach in row.Reaches)
            {
                var chain = ImmutableArray.CreateBuilder<Step>();
                chain.Add(new Step(Names.Of(method), at));
                chain.AddRange(reach.Chain.Select(s => new Step(s.Name, at) { Elsewhere = new SourceLine(s.File, s.Line) }));
                var whole = new Reach(reach.Kind, reach.IsWait, chain.ToImmutable()) { AddsUp = reach.AddsUp };

                // What is deeper than calls are followed is not seen, wherever the project ends.
                if (run.Frame.Calls + reach.Chain.Length > evaluator.context.MaxCallDepth)
                {
                    continue;
                }

                if (reach.IsLater || !isWaited)
                {
                    later = later.Add(whole);
                }
                else
                {
                    run.Hold(whole, at, entry.Live.Where(r => !IsGiven(r)).Select(r => (Region: r, Fate: FateOf(r, reach.Fates))).Where(r => !Fates.IsEnd(r.Fate) && r.Fate != 'g').Select(r => Raised(r.Region, r.Fate)).Concat(entry.Holding.Where(r => r.Resource is not null)));
                    waitedFor.Add(whole);
                }
            }

            if (effect.IsLazy)
            {
                return new[] { new Outcome(entry, Reaches.Pending(later, Value.Nothing)) };
            }

            var result = new List<Outcome>();
            foreach (var (state, value) in Delegates())
            {
                foreach (var exit in row.Exits)
                {
                    var left = Exit(state, exit);
                    run.Throw(left.State, ThrownKind.Any);
                    result.Add(new Outcome(waitedFor.Aggregate(left.State, ResourceOps.Crossed), Reaches.Merge(Reaches.Pending(later, left.Value), value is Value.Pending ? value : Value.Nothing)));
                }
            }

            return result;
        }

        /// <summary>The body has the transaction as its parameter: it reports its own calls, its callers stay quiet for them.</summary>
        private bool IsGiven(Region region) => call.Values.Any(v => v is Value.Transaction t && (t.Region.Equals(region.Id) || (t.On is { } on && on.Equals(region.Connection))));

        private char FateOf(Region region, Fates fates)
        {
            if (region.Kind == RegionKind.Scope)
            {
                return fates[Probe.Scope];
            }

            if (row.WithOwn && own.Contains(region.Id))
            {
                return fates[Probe.Own];
            }

            var shared = fates[region.IsContext ? Probe.Context : Probe.Connection];
            if (Given(Shape.Transaction) is Value.Transaction given && given.Region.Equals(region.Id))
            {
                return Stronger(fates[Probe.GivenTransaction], fates[Probe.Elsewhere]);
            }

            if (region.Connection is { } connection && Given(Shape.Connection) is Value.Connection c && c.Identity.Equals(connection))
            {
                return fates[Probe.GivenConnection];
            }

            // A statement on a connection that is not known counts for all; one on a shared connection only where it can be this one.
            var fate = region.Connection is null ? Stronger(shared, fates[Probe.Elsewhere]) : RegionOps.IsOpenedHere(region.Connection) ? fates[Probe.Elsewhere] : shared;

            // An end of some transaction, of which nothing more is known, ends those that somebody else can reach.
            return Fates.IsEnd(fate) && !region.Escaped && IsHeld(entry, region) ? '.' : fate;
        }

        private static char Stronger(char a, char b) => Fates.IsEnd(a) || a == 'g' ? a : Fates.IsEnd(b) || b == 'g' ? b : Fates.LevelOf(b) > Fates.LevelOf(a) ? b : a;

        /// <summary>The value of the method's first parameter of this shape.</summary>
        private Value Given(Shape shape)
        {
            var parameter = method.Parameters.FirstOrDefault(p => evaluator.context.Shapes.Of(p.Type) is var s && (s == shape || (shape == Shape.Connection && s == Shape.Context)));
            return parameter is null ? Value.Nothing : Argument(parameter.Ordinal);
        }

        private Value Argument(int ordinal)
        {
            for (var i = 0; i < call.Arguments.Length && i < call.Values.Length; i++)
            {
                if (call.Arguments[i].Parameter?.Ordinal == ordinal)
                {
                    return call.Values[i];
                }
            }

            // A method group that is called by somebody else has values only.
            return call.Arguments.IsEmpty && ordinal < call.Values.Length ? call.Values[ordinal] : Value.Nothing;
        }

        private Region Raised(Region region, char fate)
        {
            if (fate == 'i')
            {
                return region with { Intended = true };
            }

            if (fate == 'g')
            {
                return RegionOps.Forgotten(region);
            }

            var level = Fates.LevelOf(fate);
            return level == Level.None ? region : RegionOps.Raised(region, level, new Cause(at, Names.Of(method)), Fates.Changes(fate));
        }

        /// <summary>Runs the delegates and handlers that the method runs, each in the regions that the method has around it.</summary>
        private IReadOnlyList<Outcome> Delegates()
        {
            IReadOnlyList<Outcome> paths = BodyRun.Single(entry, Value.Nothing);
            foreach (var parameter in row.Runs.GroupBy(r => (r.Ordinal, r.Mediator)))
            {
                var targets = Run(parameter.Key.Ordinal, parameter.Key.Mediator).ToList();
                if (targets.Count > 0)
                {
                    paths = paths.SelectMany(p => targets.SelectMany(t => parameter.SelectMany(r => RunDelegate(r, t, p)))).ToList();
                }
            }

            return paths;
        }

        /// <summary>The delegate that is the argument; with a mediator's name, the handlers of the request that it is.</summary>
        private IEnumerable<Value> Run(int ordinal, string mediator)
        {
            if (mediator.Length == 0)
            {
                return Argument(ordinal) is Value.Lambda or Value.MethodGroup or Value.Text ? new[] { Argument(ordinal) } : Enumerable.Empty<Value>();
            }

            if (call.Arguments.FirstOrDefault(a => a.Parameter?.Ordinal == ordinal)?.Value is not { } request)
            {
                return Enumerable.Empty<Value>();
            }

            evaluator.Dispatched?.Invoke(Argument(ordinal), Request(request), mediator, call.Operation, entry);
            return evaluator.HandlersOf(RequestType(Argument(ordinal), request), mediator).Select(h => new Value.MethodGroup(h, Value.Nothing, call.Operation));
        }

        private IEnumerable<Outcome> RunDelegate(ForeignRun ran, Value target, Outcome path)
        {
            var state = Live(path.State, ran.Fates);
            var regions = ran.Regions.Select((r, i) => Begun(r, i, run.Frame.Depth + 1)).ToList();
            foreach (var region in regions)
            {
                state = state.Begin(region);
            }

            var arguments = ran.Arguments.Select(a => ValueOf(a, regions)).ToImmutableArray();
            foreach (var outcome in evaluator.RunDelegate(run, target, arguments, call.Operation, state))
            {
                var pending = ran.IsWaited ? evaluator.WaitedFor(run, call.Operation, method, outcome, regions, isWaited) : outcome.Value;
                var after = regions.Aggregate(outcome.State, RegionOps.EndOwn);
                yield return new Outcome(after, Reaches.Merge(path.Value, pending is Value.Pending ? pending : Value.Nothing));
            }
        }

        /// <summary>The regions of the caller that still live where the method is so far, at their levels there.</summary>
        private State Live(State state, Fates fates)
        {
            foreach (var region in state.Regions.Where(r => r.IsLive).ToList())
            {
                var fate = FateOf(region, fates);
                state = Fates.IsEnd(fate) ? state.End(region) : state.Replace(region, Raised(region, fate));
            }

            return state;
        }

        private Outcome Exit(State state, ForeignExit exit)
        {
            foreach (var region in state.Regions.Where(r => r.IsLive).ToList())
            {
                switch (FateOf(region, exit.Fates))
                {
                    case 'x' or 'r' when region.Kind is RegionKind.Scope:
                        break;
                    case 'x':
                        evaluator.Facts.Committed.Add(region.Begin);
                        state = state.End(region);
                        break;
                    case 'r':
                        state = state.End(region);
                        break;
                    case 'd':
                        state = Disposed(run, state, region);
                        break;
                    case var fate:
                        state = state.Replace(region, Raised(region, fate));
                        break;
                }
            }

            var made = exit.Regions.Any(r => r.Holder == Holder.Object) ? new Value.Instance(new Place.Made(at, run.Frame.Depth, null), ResultType(), Exact: method.MethodKind == MethodKind.Constructor) : null;
            var regions = exit.Regions.Select((r, i) => Begun(r, i, run.Frame.Depth)).ToList();
            for (var i = 0; i < regions.Count; i++)
            {
                state = state.Begin(regions[i]);
                Place? holder = exit.Regions[i].Holder switch { Holder.Object => made!.Identity, Holder.This => owner, _ => null };
                if (holder is not null)
                {
                    state = state.Set(new Place.Slot(holder, SlotKind.Held), new Value.Transaction(regions[i].Id) { On = regions[i].Connection });
                }
            }

            return new Outcome(state, made ?? ValueOf(exit.Value, regions));
        }

        private ITypeSymbol ResultType() => method.MethodKind == MethodKind.Constructor ? method.ContainingType : Unwrapped(call.Method.ReturnType);

        private Region Begun(ForeignRegion region, int number, int depth)
        {
            // Several regions of one call are told apart by what stands behind the call.
            var id = new RegionId(at, number == 0 ? null : new RegionId(at));
            return new Region(id, region.Kind, region.Level, depth)
            {
                Connection = Connection(region.Connection),
                IsContext = region.IsContext,
                Changed = region.Changed,
                LosesFlow = region.LosesFlow,
                Escaped = region.Holder is Holder.Escaped,
                OpenedBy = region.Level >= Level.Open ? new Cause(at, Names.Of(method)) : null,
                LockedBy = region.Level == Level.Locking ? new Cause(at, Names.Of(method)) : null,
                ChangedBy = region.Changed ? new Cause(at, Names.Of(method)) : null,
            };
        }

        private Place? Connection(ForeignConnection connection) => connection.Kind switch
        {
            'n' => new Place.Made(at, run.Frame.Depth, null),
            'a' => Argument(connection.Ordinal) is Value.Connection c ? c.Identity : null,
            'm' => Member(connection.Member),
            _ => null,
        };

        /// <summary>A member that the caller can see is the place that it knows; another one is a place of its own.</summary>
        private Place Member(string name)
        {
            for (var type = method.ContainingType; type is not null; type = type.BaseType)
            {
                if (type.GetMembers(name).FirstOrDefault(m => m is IPropertySymbol or IFieldSymbol) is { } symbol)
                {
                    return new Place.Member(owner, symbol);
                }
            }

            return new Place.Slot(owner, SlotKind.Hidden);
        }

        private Value ValueOf(ForeignValue value, List<Region> regions) => value.Kind switch
        {
            'z' => Value.NullValue,
            'y' => Value.True,
            'f' => Value.False,
            's' => call.Receiver,
            'a' => Argument(value.Number),
            't' => new Value.Transaction(regions[value.Number].Id) { On = regions[value.Number].Connection },
            'k' when regions[value.Number] is { Connection: { } connection } region => new Value.Connection(connection, null, region.IsContext),
            'n' => new Value.Connection(new Place.Made(at, run.Frame.Depth, null), ResultType(), evaluator.context.Shapes.Of(ResultType()) == Shape.Context),
            _ => Value.Nothing,
        };
    }
}
