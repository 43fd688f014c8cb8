using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// Runs a method without its caller, with a probe region for each way in which a caller's transaction can relate to it, and writes
/// down what became of them. Begins, ends and sinks are seen by the engine itself; here is only what it is asked, and how its answer is put.
/// </summary>
internal sealed class EffectProbe
{
    /// <summary>Ways to return that are told apart.</summary>
    private const int MaxExits = 6;

    /// <summary>Sinks of one method, the nearest first.</summary>
    private const int MaxReaches = 4;

    /// <summary>Regions that a method leaves open, or holds around a delegate.</summary>
    private const int MaxBegun = 2;

    /// <summary>Runs of delegates, and of handlers, that are told apart.</summary>
    private const int MaxRuns = 4;

    private readonly CompilationContext context;
    private readonly CancellationToken cancellation;
    private readonly SideEffects sideEffects;
    private readonly LiveFlags liveFlags;

    public EffectProbe(CompilationContext context, CancellationToken cancellation) =>
        (this.context, this.cancellation, sideEffects, liveFlags) = (context, cancellation, new SideEffects(context.Retry, cancellation), new LiveFlags(context, cancellation));

    /// <summary>Null: there is no body, or calling it does nothing that a caller could tell.</summary>
    public MethodEffect? Of(IMethodSymbol method)
    {
        if (context.Bodies.Graph(method, cancellation) is not { } graph)
        {
            return null;
        }

        var plain = Run(method, graph, withOwn: false, out var ends);
        var rows = ImmutableArray.Create(plain);

        // A transaction that the object holds can only matter where something ends one.
        if (ends && !method.IsStatic && method.MethodKind != MethodKind.Constructor && Run(method, graph, withOwn: true, out _) is var own && own.Exits.Any(e => e.Fates[Probe.Own] != '.'))
        {
            rows = rows.Add(liveFlags.AreKnown(method.ContainingType) ? own : own with { Exits = Decided(own.Exits) });
        }

        return rows.All(IsEmpty) ? null : new MethodEffect(context.Traits.IsIterator(method, cancellation), rows);
    }

    /// <summary>
    /// Whether the object's transaction is ended may hang on a flag that the caller has set, and the caller cannot tell: else what <c>Commit</c> ends <c>if (!failed)</c> would seem to live on
    /// behind every Commit.
    /// </summary>
    private static ImmutableArray<ForeignExit> Decided(ImmutableArray<ForeignExit> exits) =>
        exits.Any(e => Fates.IsEnd(e.Fates[Probe.Own])) ? exits.RemoveAll(e => !Fates.IsEnd(e.Fates[Probe.Own])) : exits;

    private static bool IsEmpty(EffectRow row) => row.Reaches.IsEmpty && row.Runs.IsEmpty && row.Exits.Length == 1 && EffectText.IsPlain(row.Exits[0]);

    private EffectRow Run(IMethodSymbol method, ControlFlowGraph graph, bool withOwn, out bool ends)
    {
        var entry = new ProbeEntry(context.Shapes, method, graph, withOwn, withOwn ? liveFlags.Of(method.ContainingType) : null);
        var facts = new RootFacts();
        var runs = new List<ForeignRun>();
        var evaluator = new CallEvaluator(context, facts, cancellation)
        {
            Invoked = (target, arguments, at, state) =>
            {
                if (entry.OrdinalOf(target) is { } ordinal)
                {
                    runs.Add(Ran(ordinal, arguments, at, state));
                }
            },
            Dispatched = (request, asked, library, at, state) =>
            {
                if (entry.OrdinalOf(request, asked) is { } ordinal)
                {
                    runs.Add(Ran(ordinal, ImmutableArray<Value>.Empty, at, state) with { Arguments = ImmutableArray.Create(new ForeignValue('a', ordinal)), Mediator = library });
                }
            },
        };
        var run = entry.Walked(evaluator, cancellation);
        ends = facts.Ends;
        var reaches = run.Held.Where(h => h.Reach is { Deed: Deed.Sink, IsPipeline: false, Says: ReachKind.Reaches }).Select(h => Reach(h.Reach, entry.FatesOf(h.Regions, facts), isLater: false)).ToList();
        var exits = new List<ForeignExit>();
        foreach (var state in run.Exits)
        {
            var summary = new StateSummary(entry, facts, state, context.Shapes);
            var value = run.ReturnedIn(state);
            if (value is Value.Pending pending)
            {
                reaches.AddRange(pending.Reaches.Where(r => !r.IsPipeline && r.Task is null).Select(r => Reach(r, summary.Fates, isLater: true)));
                value = pending.Result;
            }

            var begun = summary.Begun(value, MaxBegun);
            exits.Add(new ForeignExit(summary.Fates, summary.ValueOf(value, begun), summary.Describe(begun, value)));
        }

        return new EffectRow(withOwn, Nearest(reaches), Distinct(runs), Distinct(exits));

        ForeignRun Ran(int ordinal, ImmutableArray<Value> arguments, IOperation at, State state)
        {
            var summary = new StateSummary(entry, facts, state, context.Shapes);
            var regions = summary.Begun(Value.Nothing, MaxBegun);
            return new ForeignRun(ordinal, Waiting.IsWaitedFor(at), summary.Fates, summary.Describe(regions, Value.Nothing), arguments.Select(a => summary.ValueOf(a, regions)).ToImmutableArray());
        }
    }

    /// <summary>Of each kind the strongest, then the one with the shortest chain.</summary>
    private static ImmutableArray<ForeignReach> Nearest(IEnumerable<ForeignReach> reaches) => reaches
        .GroupBy(r => (r.Kind, r.IsWait, r.IsLater))
        .Select(g => g.OrderByDescending(r => Strength(r.Fates)).ThenBy(r => r.Chain.Length).ThenBy(r => r.Chain[r.Chain.Length - 1].File, System.StringComparer.Ordinal).ThenBy(r => r.Chain[r.Chain.Length - 1].Line).First())
        .OrderBy(r => r.IsWait).ThenBy(r => r.Chain.Length).ThenBy(r => r.Kind).Take(MaxReaches).ToImmutableArray();

    private static int Strength(Fates fates) => fates.Text.Sum(f => (int)Fates.LevelOf(f) - (Fates.IsEnd(f) ? 4 : 0));

    private ForeignReach Reach(Reach reach, Fates fates, bool isLater) =>
        new(reach.Kind, reach.IsWait, isLater, !reach.IsWait && sideEffects.AddUp(reach), fates, reach.Chain.Select(s => Step(s.Name, s.Elsewhere ?? SourceLine.Of(s.At))).ToImmutableArray());

    private static ForeignStep Step(string name, SourceLine at) => new(name, at.File, at.Line);

    private static ImmutableArray<ForeignRun> Distinct(List<ForeignRun> runs)
    {
        var seen = new HashSet<string>();
        return runs.Where(r => seen.Add(EffectText.Run(r))).Take(MaxRuns).ToImmutableArray();
    }

    private static ImmutableArray<ForeignExit> Distinct(List<ForeignExit> exits)
    {
        var seen = new HashSet<string>();
        return exits.Where(e => seen.Add(EffectText.Exit(e))).Take(MaxExits).ToImmutableArray();
    }
}
