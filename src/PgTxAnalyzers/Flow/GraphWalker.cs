using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>What the walker asks of whoever knows the operations.</summary>
internal interface IBlockSemantics
{
    /// <summary>Runs the operations of a block and its branch value on one path; hands exceptions to <see cref="GraphWalker.Throw"/>.</summary>
    IReadOnlyList<Outcome> Run(BasicBlock block, State state);

    /// <summary>The state in which locals of a region that control has left are forgotten.</summary>
    State Forget(ControlFlowRegion region, State state);

    /// <summary>The state in which a branch leaves the body.</summary>
    State Exit(ControlFlowBranch branch, State state);

    /// <summary>The state on the branch that the block's condition chose.</summary>
    State Assume(BasicBlock block, State state, bool isTrue);

    /// <summary>The state in which a handler is entered.</summary>
    State Handled(ControlFlowRegion handler, State state);

    /// <summary>The state in which an exception leaves a handler.</summary>
    State LetOut(ControlFlowRegion handler, State state);
}

/// <summary>A path after an operation, and the operation's value on it.</summary>
internal readonly record struct Outcome(State State, Value Value);

/// <summary>
/// Walks a control-flow graph along all paths: a worklist of (block, state), each pair once. Exact for finally blocks (the way on is part
/// of the state), handlers (reached from every point that may throw) and filters. Knows C#, no library.
/// </summary>
internal sealed class GraphWalker
{
    /// <summary>States per block beyond which a path is dropped: what is lost is a finding, never the build.</summary>
    public const int MaxStatesPerBlock = 160;

    /// <summary>Of these, those that come from a failure: a finally block whose body fails in many states is still entered by the path that does not fail.</summary>
    private const int MaxFailingStatesPerBlock = MaxStatesPerBlock / 2;

    private readonly StepBudget budget;
    private readonly ControlFlowGraph graph;
    private readonly IBlockSemantics semantics;
    private readonly CancellationToken cancellation;
    private readonly HashSet<State>?[] seen;
    private readonly Queue<(BasicBlock Block, State State)> work = new();

    /// <summary>Handlers and what they lead to: where the budget ends, it is the failing paths that are not walked.</summary>
    private readonly Queue<(BasicBlock Block, State State)> late = new();
    private readonly Dictionary<ControlFlowRegion, bool> rethrows = new();
    private BasicBlock current;

    public GraphWalker(ControlFlowGraph graph, IBlockSemantics semantics, StepBudget budget, CancellationToken cancellation)
    {
        this.budget = budget;
        (this.graph, this.semantics, this.cancellation) = (graph, semantics, cancellation);
        seen = new HashSet<State>?[graph.Blocks.Length];
        current = graph.Blocks[0];
    }

    /// <summary>The states in which the body is left normally.</summary>
    public HashSet<State> Exits { get; } = new(Provenance.Ignored);

    /// <summary>The states in which it is left by an exception, and by which.</summary>
    public HashSet<(State State, Thrown Thrown)> Throws { get; } = new(Provenance.Ignored);

    /// <summary>The block whose operations run.</summary>
    public BasicBlock Current => current;

    public void Walk(State entry)
    {
        Enter(graph.Blocks[0], entry);
        while (work.Count + late.Count > 0 && budget.Take())
        {
            cancellation.ThrowIfCancellationRequested();
            var (block, state) = (work.Count > 0 ? work : late).Dequeue();
            current = block;
            if (block.Kind == BasicBlockKind.Exit)
            {
                Exits.Add(state);
                continue;
            }

            foreach (var outcome in semantics.Run(block, state))
            {
                Leave(block, outcome);
            }
        }
    }

    /// <summary>An exception at the operation that runs, in this state.</summary>
    public void Throw(State state, Thrown thrown) => Unwind(current.EnclosingRegion, state, thrown);

    private void Enter(BasicBlock block, State state, bool isFailing = false)
    {
        var states = seen[block.Ordinal] ??= new HashSet<State>(Provenance.Ignored);
        if (states.Count >= (isFailing ? MaxFailingStatesPerBlock : MaxStatesPerBlock))
        {
            budget.HasDropped |= !states.Contains(state);
        }
        else if (states.Add(state))
        {
            (isFailing ? late : work).Enqueue((block, state));
        }
    }

    private void Leave(BasicBlock block, Outcome outcome)
    {
        var (state, value) = outcome;
        if (block.ConditionKind == ControlFlowConditionKind.None || block.ConditionalSuccessor is null)
        {
            Follow(block, block.FallThroughSuccessor, state);
            return;
        }

        var known = value is Value.Bool b ? b.Is : (bool?)null;
        var jumpsWhen = block.ConditionKind == ControlFlowConditionKind.WhenTrue;
        if (known is null || known == jumpsWhen)
        {
            Follow(block, block.ConditionalSuccessor, semantics.Assume(block, state, jumpsWhen));
        }

        if (known is null || known != jumpsWhen)
        {
            Follow(block, block.FallThroughSuccessor, semantics.Assume(block, state, !jumpsWhen));
        }
    }

    private void Follow(BasicBlock block, ControlFlowBranch? branch, State state)
    {
        switch (branch?.Semantics)
        {
            case ControlFlowBranchSemantics.Regular or ControlFlowBranchSemantics.Return:
                Jump(branch, 0, state);
                break;
            case ControlFlowBranchSemantics.Throw:
                Unwind(block.EnclosingRegion, state, Thrown.By(block.BranchValue));
                break;
            case ControlFlowBranchSemantics.Rethrow:
                Unwind(block.EnclosingRegion, state, Caught(block.EnclosingRegion, state));
                break;
            case ControlFlowBranchSemantics.StructuredExceptionHandling:
                Resume(block, state);
                break;
        }
    }

    /// <summary>Goes along a branch, through the finally blocks that it leaves from <paramref name="next"/> on.</summary>
    private void Jump(ControlFlowBranch branch, int next, State state)
    {
        if (next < branch.FinallyRegions.Length)
        {
            var region = branch.FinallyRegions[next];
            Enter(First(region), state.WithPending(new Continuation(region, branch, next + 1, ThrownKind.Any, state.Pending)));
            return;
        }

        foreach (var region in branch.LeavingRegions)
        {
            state = semantics.Forget(region, Handled(region, state));
        }

        if (branch.Destination is { } destination)
        {
            Enter(destination, destination.Kind == BasicBlockKind.Exit ? semantics.Exit(branch, state) : state);
        }
    }

    /// <summary>The end of a finally block (or of a filter that said no: whoever threw has tried the other handlers already).</summary>
    private void Resume(BasicBlock block, State state)
    {
        var region = block.EnclosingRegion;
        while (region.Kind is not (ControlFlowRegionKind.Finally or ControlFlowRegionKind.Filter or ControlFlowRegionKind.Root))
        {
            region = region.EnclosingRegion!;
        }

        if (state.Pending is not { } pending || pending.Finally != region)
        {
            return;
        }

        state = state.WithPending(pending.Outer);
        if (pending.Branch is { } branch)
        {
            Jump(branch, pending.Next, state);
        }
        else
        {
            Unwind(region.EnclosingRegion!.EnclosingRegion, state, pending.Thrown);
        }
    }

    private void Unwind(ControlFlowRegion? from, State state, Thrown thrown)
    {
        // The graph of a lambda hangs in its parent's regions: its own end at its root.
        for (var region = from; region is not null && region.Kind != ControlFlowRegionKind.Root; region = region.EnclosingRegion)
        {
            switch (region.Kind)
            {
                case ControlFlowRegionKind.Try when region.EnclosingRegion is { Kind: ControlFlowRegionKind.TryAndFinally } parent:
                    var last = parent.NestedRegions.First(r => r.Kind == ControlFlowRegionKind.Finally);
                    Enter(First(last), state.WithPending(new Continuation(last, null, 0, thrown, state.Pending)), isFailing: true);
                    return;
                case ControlFlowRegionKind.Try when region.EnclosingRegion is { Kind: ControlFlowRegionKind.TryAndCatch } parent:
                    foreach (var handler in parent.NestedRegions)
                    {
                        if (handler == region || Handlers.Match(handler, thrown) is not { } match || match == HandlerMatch.Never)
                        {
                            continue;
                        }

                        Enter(First(handler), semantics.Handled(handler, Failed(Catching(handler, state, thrown))), isFailing: true);
                        if (match == HandlerMatch.Always)
                        {
                            return;
                        }
                    }

                    region = parent;
                    break;
                case ControlFlowRegionKind.Finally:
                    // A new exception takes the place of the one (or of the jump) that this finally block was run for.
                    if (state.Pending?.Finally == region)
                    {
                        state = state.WithPending(state.Pending.Outer);
                    }

                    region = region.EnclosingRegion!;
                    break;
                case ControlFlowRegionKind.Filter:
                    // An exception inside a filter counts as its no; the other handlers have been tried already.
                    return;
                case ControlFlowRegionKind.Catch or ControlFlowRegionKind.FilterAndHandler:
                    state = semantics.LetOut(region, Handled(region, state));
                    if (region.EnclosingRegion is { Kind: ControlFlowRegionKind.TryAndCatch } handled)
                    {
                        region = handled;
                    }

                    break;
            }

            state = semantics.Forget(region, state);
        }

        Throws.Add((state, thrown));
    }

    /// <summary>A handler that throws again has to know what: it is part of the state, like the way on after a finally block.</summary>
    private State Catching(ControlFlowRegion handler, State state, Thrown thrown) =>
        thrown.IsAny || !Rethrows(handler) ? state : state.WithPending(new Continuation(handler, null, 0, thrown, state.Pending));

    private static State Handled(ControlFlowRegion region, State state) =>
        state.Pending is { } pending && pending.Finally == region ? state.WithPending(pending.Outer) : state;

    private static Thrown Caught(ControlFlowRegion region, State state)
    {
        for (; region.Kind != ControlFlowRegionKind.Root; region = region.EnclosingRegion!)
        {
            if (region.Kind == ControlFlowRegionKind.Catch)
            {
                var handler = region.EnclosingRegion is { Kind: ControlFlowRegionKind.FilterAndHandler } filtered ? filtered : region;
                return Handlers.Caught(handler, state.Pending is { } pending && pending.Finally == handler ? pending.Thrown : ThrownKind.Any);
            }
        }

        return ThrownKind.Any;
    }

    private bool Rethrows(ControlFlowRegion handler)
    {
        if (!rethrows.TryGetValue(handler, out var known))
        {
            for (var i = handler.FirstBlockOrdinal; i <= handler.LastBlockOrdinal && !known; i++)
            {
                known = graph.Blocks[i].FallThroughSuccessor?.Semantics == ControlFlowBranchSemantics.Rethrow
                    || graph.Blocks[i].ConditionalSuccessor?.Semantics == ControlFlowBranchSemantics.Rethrow;
            }

            rethrows[handler] = known;
        }

        return known;
    }

    /// <summary>What was written before a failure is meant to be rolled back: the path is no successful one any more.</summary>
    private static State Failed(State state) => state.Update(r => r.Changed, r => r with { Changed = false, ChangedBy = null });

    private BasicBlock First(ControlFlowRegion region) => graph.Blocks[region.FirstBlockOrdinal];
}

/// <summary>
/// Steps for one root body and everything that is followed from it: what is beyond is not seen, and not reported. Counted, not timed, so that
/// equal input gives equal findings.
/// </summary>
internal sealed class StepBudget
{
    public const int MaxSteps = 40_000;

    /// <summary>The part of what is left that one call of the root's own text may take, in all states in which it is made: what comes behind it is looked at as well.</summary>
    private const int Share = 2;

    private readonly Dictionary<IOperation, int> shares = new();
    private int taken;
    private int limit;

    public StepBudget(int steps = MaxSteps) => limit = steps;

    public bool Take()
    {
        if (taken >= limit)
        {
            IsSpent = true;
            Refused++;
            return false;
        }

        taken++;
        return true;
    }

    /// <summary>Some of the code has not been walked.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>How often a step was refused: where that grows during a run, the run is not one to the end, and says nothing about another one that has steps left.</summary>
    public int Refused { get; private set; }

    /// <summary>A block was come to in more states than are told apart.</summary>
    public bool HasDropped { get; set; }

    /// <summary>What a call does gets its share of what is left. <paramref name="wasCut"/>: it would have taken more.</summary>
    public T Within<T>(IOperation call, Func<T> run, out bool wasCut)
    {
        var (outer, spent, before) = (limit, IsSpent, taken);
        var share = shares.TryGetValue(call, out var left) ? left : (limit - taken) / Share;
        limit = Math.Min(outer, taken + share);
        IsSpent = false;
        try
        {
            var result = run();
            wasCut = IsSpent;
            return result;
        }
        finally
        {
            limit = outer;
            shares[call] = share - (taken - before);
            IsSpent |= spent;
        }
    }
}
