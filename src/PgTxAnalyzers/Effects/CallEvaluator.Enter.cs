using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>A call into a body: the state in which that begins, and what of it comes back to the caller.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>Runs a body in the state of its call, and brings what it did back into the caller's.</summary>
    private IReadOnlyList<Outcome> Enter(BodyRun caller, Frame frame, IEnumerable<(IParameterSymbol Parameter, Value Value)> arguments, State state, IOperation at)
    {
        if (!at.IsImplicit && frame.Method?.MethodKind is not (null or MethodKind.Constructor or MethodKind.AnonymousFunction))
        {
            // The same call again: what it handed out the last time is another object. (The disposal of a using has the syntax of what it disposes, a base
            // class's constructor that of the creation, a delegate that of the runner that may have made what it is given.)
            state = RegionOps.Remade(state, at.Syntax, caller.Frame.Depth);
        }

        var entrance = EntranceOf(caller, frame, arguments.ToList(), state);
        var (done, ran) = Perform(frame, entrance.State);

        // A library's runner that hands out a task: whether anybody waits is decided by its own call, not by what the lambda returns.
        var isStarted = frame.Method is { MethodKind: MethodKind.AnonymousFunction } && StartsTask(at);
        // For what is `async void` nobody can wait: it returns at its first await, and the transaction goes on without it.
        var isDropped = frame.Method is { IsAsync: true, ReturnsVoid: true };
        var isWaitedFor = !isDropped && (frame.Method is null || !(isStarted || Names.IsAwaitable(frame.Method.ReturnType)) || Waiting.IsWaitedFor(at) || caller.Frame.Graph == frame.Graph);
        var isLazy = frame.Method is { } m && context.Traits.IsIterator(m, cancellation);
        var step = new Step(frame.Method is { } method ? Names.Of(method) : "a lambda", at.Syntax);
        var reaches = ran == frame ? CarryHeld(caller, frame, done.Held, step, isWaitedFor && !isLazy, isStarted || isLazy || isDropped) : ImmutableArray<Reach>.Empty;
        caller.Worked.UnionWith(done.Worked);
        if (isLazy)
        {
            return BodyRun.Single(state, Reaches.Pending(reaches.Select(r => r with { WhileEnumerated = true }).ToImmutableArray(), RowsOf(done.Yields)));
        }

        var back = new Homecoming(state, ran, at.Syntax, caller.Frame, entrance.Sight, entrance.Stranger);
        foreach (var (thrown, exception) in caller.ObservesThrows ? done.Throws : ImmutableArray<(State, Thrown)>.Empty)
        {
            caller.Throw(back.Bring(thrown), exception);
        }

        var exits = Exits(caller, frame, state, done, back, reaches, step, isWaitedFor);
        return isWaitedFor || isDropped || frame.Method is not { IsAsync: true } || at is not IInvocationOperation { TargetMethod: var started } ? exits
            : Started(caller, at, Names.Of(started), state.Live.Where(r => done.Worked.Contains(r.Id)).ToImmutableArray(), exits);
    }

    /// <summary>The state in which a body begins: its parameters, and of the caller's state what the callee can come to.</summary>
    private Entrance EntranceOf(BodyRun caller, Frame frame, List<(IParameterSymbol Parameter, Value Value)> arguments, State state)
    {
        var sight = new Sight(state.WithPending(null), frame, arguments.Select(b => b.Value));
        var entry = sight.Entry;
        var stranger = Stranger(frame, caller.Frame);
        if (stranger is not null)
        {
            entry = entry.Remove(k => Homecoming.IsPartOf(k, stranger));
        }

        foreach (var (parameter, value) in arguments)
        {
            entry = value is Value.Unknown ? entry.Remove(new Place.Variable(parameter)) : entry.Set(new Place.Variable(parameter), value);
            if (value is Value.Transaction t && context.Shapes.Of(parameter.Type) == Shape.Transaction)
            {
                frame.Pass(t);
            }
        }

        if (context.Given.Own(frame, state, cancellation) is { } own)
        {
            frame.Pass(own);
        }

        return new Entrance(entry, sight, stranger);
    }

    /// <summary>Gives the caller what a body has reached.</summary>
    /// <param name="caller">Who made the call.</param>
    /// <param name="frame">The body's.</param>
    /// <param name="held">What it reached.</param>
    /// <param name="step">The call.</param>
    /// <param name="isNow">The caller goes on when the body has ended.</param>
    /// <param name="isAway">The body runs at a time of its own, on another thread or when somebody enumerates it.</param>
    /// <returns>What the task or the rows that the call returns still have to do.</returns>
    private static ImmutableArray<Reach> CarryHeld(BodyRun caller, Frame frame, IEnumerable<Held> held, Step step, bool isNow, bool isAway)
    {
        var later = ImmutableArray.CreateBuilder<Reach>();
        foreach (var fact in held)
        {
            if (isNow || fact.Reach.Says != ReachKind.Reaches)
            {
                Carry(caller, fact, frame, step.At, step.Name);
            }
            else if (fact.Reach.Deed != Deed.Sink)
            {
                // Done by whoever is called, waited for or not; of what is away only the regions that began in there are surely alive then.
                Carry(caller, isAway ? fact with { Regions = fact.Regions.RemoveAll(r => r.Owner <= caller.Frame.Depth) } : fact, frame, step.At, step.Name);
            }
            else if (fact.Place is null)
            {
                // What a body does with the transaction that it was given, it reports itself, whoever waits for it. And what a lambda of the root does has a place there as well.
                if (!IsOwnLambda(frame) && (fact.Regions.IsEmpty || !fact.Regions.All(frame.HasPassed)))
                {
                    later.Add(fact.Reach.Through(step));
                }
            }
            else
            {
                // Whether or not anybody waits here, the callee's own region has waited.
                caller.Add(fact with { Regions = fact.Regions.RemoveAll(r => r.Owner <= caller.Frame.Depth || frame.HasPassed(r)) });
                later.Add(fact.Reach);
            }
        }

        return later.ToImmutable();
    }

    /// <summary>A lambda that stands in the root's own text.</summary>
    private static bool IsOwnLambda(Frame frame) => frame is { IsLexical: true, Method.MethodKind: MethodKind.AnonymousFunction };

    /// <summary>The ways in which a body returns, as its caller sees them.</summary>
    private List<Outcome> Exits(BodyRun caller, Frame frame, State state, Run done, Homecoming back, ImmutableArray<Reach> reaches, Step step, bool isNow)
    {
        // Where the callee commits on one of its paths, the others are its own decision, not a commit that somebody forgot.
        var decided = state.Regions.Where(r => r.IsLive && Facts.Committed.Contains(r.Begin) && done.Exits.Any(e => e.State.Region(r.Id) is null)).Select(r => r.Id).ToList();
        var told = ChangedOnSome(state, done);
        var result = new List<Outcome>();
        var committed = CommitsBroken(frame, done, state);
        var isOwnLambda = IsOwnLambda(frame);
        foreach (var (left, returned) in done.Exits)
        {
            // Before the way through the call is put in front of it: the finding stands in the lambda, not where that is run.
            var value = isOwnLambda ? Reaches.HandedOut(returned, null, frame.ReportsFrom) : returned;
            var exit = decided.Count == 0 ? left : left.Update(r => decided.Contains(r.Id), r => r with { Escaped = true });
            var pending = value is Value.Pending p ? new Value.Pending(p.Reaches.Select(r => frame.ReportsFrom == 0 ? r : r.Through(step)).ToImmutableArray(), p.Result) : value;
            var handed = Reaches.Pending(reaches, back.Of(pending));
            var home = back.Bring(exit).Update(r => r.Changed && (told.Contains(r.Id) || (r.ChangedIn is not null && state.Region(r.Id)?.Changed == false)), r => r with { ChangedIn = step.At });
            result.Add(new(NoteUses(caller, step.At, committed, isNow ? home : WithoutSettled(state, home)), isOwnLambda ? Reaches.HandedOut(handed, null, frame.ReportsFrom) : handed));
        }

        return result;
    }

    /// <summary>The regions in which nothing was changed before the call, and in which it changes something on some of its ways only.</summary>
    private static List<RegionId> ChangedOnSome(State before, Run done) => before.Regions
        .Where(r => !r.Changed && done.Exits.Any(e => e.State.Region(r.Id)?.Changed == true) && done.Exits.Any(e => e.State.Region(r.Id)?.Changed == false)).Select(r => r.Id).ToList();

    /// <param name="State">In which the body begins.</param>
    /// <param name="Sight">What the body can come to of the caller's.</param>
    /// <param name="Stranger">The callee's object, where it is not known, and another one at the next call.</param>
    private sealed record Entrance(State State, Sight Sight, Place? Stranger);

    /// <summary>What a callee reached, as its caller sees it. A place is in the root's own text, perhaps in a lambda that went through a body with a transaction parameter: nobody else reports it.</summary>
    private static void Carry(BodyRun caller, Held fact, Frame? callee, SyntaxNode at, string? name = null)
    {
        var depth = caller.Frame.Depth;
        if (fact.Place is not null)
        {
            caller.Add(fact);
            return;
        }

        // What began in the callee is the callee's own business, and reported when it is looked at by itself.
        var regions = fact.Regions.Where(r => r.Owner <= depth && callee?.HasPassed(r) != true).ToImmutableArray();
        var reach = name is null ? fact.Reach : fact.Reach.Through(new Step(name, at));
        caller.Hold(reach, at, regions);
    }
}
