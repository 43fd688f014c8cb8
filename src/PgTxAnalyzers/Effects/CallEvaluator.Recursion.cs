using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis.FlowAnalysis;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Runs bodies: an equal call once, and a recursion until its result no longer grows. A call that is in progress already, in an equal state,
/// is first taken to do nothing at all; whoever leaned on that is run again with what it turned out to do.
/// </summary>
internal sealed partial class CallEvaluator
{
    /// <summary>Runs of one recursion, beyond which its paths are taken as they are.</summary>
    private const int MaxRounds = 4;

    private readonly Dictionary<MemoKey, (Run Run, int LeansOn)> memo = new();

    /// <summary>Results that lean on a call in progress, in the order in which they were made.</summary>
    private readonly List<MemoKey> provisional = new();

    /// <summary>Calls in progress that were leaned on, and what they are taken to do.</summary>
    private readonly Dictionary<MemoKey, Run> assumed = new();

    /// <summary>The depth of the outermost call in progress that was leaned on.</summary>
    private int leansOn = int.MaxValue;

    /// <summary>A call that was leaned on does more than it was taken to do.</summary>
    private bool grew;

    /// <summary>The run, and the frame that it is told in: of an equal call in progress, that one's.</summary>
    private (Run Run, Frame Frame) Perform(Frame frame, State entry)
    {
        var key = MemoKey.Of(frame, entry, look);
        if (memo.TryGetValue(key, out var known))
        {
            leansOn = Math.Min(leansOn, known.LeansOn);
            return (known.Run, frame);
        }

        if (InProgress(frame, entry) is { } same)
        {
            leansOn = Math.Min(leansOn, same.Depth);
            var itself = MemoKey.Of(same, entry, look);
            if (!assumed.TryGetValue(itself, out var result))
            {
                assumed[itself] = result = Run.Nothing;
            }

            return (result, same);
        }

        if (frame.IsLexical && frame.Method is { } function)
        {
            Facts.Run.Add(function);
        }

        frame.Entry = entry;
        var (outerLeansOn, outerGrew, first) = (leansOn, grew, provisional.Count);
        for (var round = 1; ; round++)
        {
            (leansOn, grew) = (int.MaxValue, false);
            var refused = Budget.Refused;
            var body = new BodyRun(frame, this, cancellation);
            body.Walk(entry);

            // Where something has begun first: of paths that are alike the first one goes on, and a message names the begin that comes first.
            var run = new Run(body.Exits.OrderByDescending(s => s.Regions.Length).Select(s => (s, body.ReturnedIn(s))).ToImmutableArray(), body.Throws.ToImmutableArray(), body.Held.ToImmutableArray()) { Worked = body.Worked, Yields = body.Yields };
            if (assumed.TryGetValue(key, out var taken) && !run.DoesTheSame(taken))
            {
                assumed[key] = run;
                grew = true;
            }

            if (leansOn < frame.Depth)
            {
                // The outermost call of the recursion runs again, if need be, and this one with it.
                memo[key] = (run, leansOn);
                provisional.Add(key);
                (leansOn, grew) = (Math.Min(outerLeansOn, leansOn), grew || outerGrew);
                return (run, frame);
            }

            if (grew && round < MaxRounds)
            {
                Forget(first);
                continue;
            }

            var isWhole = Budget.Refused == refused;
            if (isWhole)
            {
                Settle(first);
            }
            else
            {
                Forget(first);
            }

            if (isWhole || frame.IsLexical)
            {
                memo[key] = (run, int.MaxValue);
            }

            (leansOn, grew) = (outerLeansOn, outerGrew);
            return (run, frame);
        }
    }

    /// <summary>All that was made of an old result is made anew.</summary>
    private void Forget(int first)
    {
        for (var i = first; i < provisional.Count; i++)
        {
            memo.Remove(provisional[i]);
        }

        provisional.RemoveRange(first, provisional.Count - first);
    }

    private void Settle(int first)
    {
        for (var i = first; i < provisional.Count; i++)
        {
            memo[provisional[i]] = (memo[provisional[i]].Run, int.MaxValue);
        }

        provisional.RemoveRange(first, provisional.Count - first);
    }

    private static Frame? InProgress(Frame callee, State entry)
    {
        for (var frame = callee.Caller; frame is not null; frame = frame.Caller)
        {
            if (frame.Graph == callee.Graph && (frame.IsObserved || !callee.IsObserved) && entry.Equals(frame.Entry) && frame.Self.Equals(callee.Self) && frame.Types.Equals(callee.Types))
            {
                return frame;
            }
        }

        return null;
    }

    private readonly record struct MemoKey(ControlFlowGraph Graph, Value Self, State Entry, int Depth, int Calls, int ReportsFrom, bool IsObserved, Look Look, TypeArguments Types)
    {
        public static MemoKey Of(Frame frame, State entry, Look look) => new(frame.Graph, frame.Self, entry, frame.Depth, frame.Calls, frame.ReportsFrom, frame.IsObserved, look, frame.Types);
    }

    private sealed record Run(ImmutableArray<(State State, Value Value)> Exits, ImmutableArray<(State State, Thrown Thrown)> Throws, ImmutableArray<Held> Held)
    {
        /// <summary>See <see cref="BodyRun.Worked"/>.</summary>
        public HashSet<RegionId> Worked { get; init; } = new();

        /// <summary>See <see cref="BodyRun.Yields"/>.</summary>
        public Region? Yields { get; init; }

        public static readonly Run Nothing = new(ImmutableArray<(State, Value)>.Empty, ImmutableArray<(State, Thrown)>.Empty, ImmutableArray<Held>.Empty);

        public bool DoesTheSame(Run other) =>
            Exits.Length == other.Exits.Length && Throws.Length == other.Throws.Length
            && new HashSet<(State, Value)>(Exits).SetEquals(other.Exits) && new HashSet<(State, Thrown)>(Throws).SetEquals(other.Throws);
    }
}
