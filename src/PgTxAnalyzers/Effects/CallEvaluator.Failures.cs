using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// A statement that fails breaks its transaction: the server refuses everything in it (25P02) until a rollback, to a savepoint or of the whole. Where a handler
/// takes the failure and the path goes on, the next command and the commit are what the rules ask for.
/// </summary>
internal sealed partial class CallEvaluator
{
    /// <summary>The state in which the failure of a statement is thrown.</summary>
    private static State Broken(BodyRun run, Value connection, CallSite call, State state) =>
        run.ObservesThrows ? state.Update(r => IsSurelyIn(r, connection, call), r => r with { Broken = true }) : state;

    /// <summary>Where it is not known whose connection it is, nothing is concluded.</summary>
    private static bool IsSurelyIn(Region region, Value connection, CallSite call) =>
        region.Kind is not RegionKind.Scope and not RegionKind.Suppress && !region.OutOfSight
        && ((region.Connection is not null && connection is Value.Connection && RegionOps.RunsIn(region, connection))
            || call.Values.Any(v => v is Value.Transaction t && t.Region.Equals(region.Id)));

    private State UsedByCommit(BodyRun run, Value subject, CallSite call, State state)
    {
        foreach (var region in state.Regions)
        {
            var isOwn = subject is Value.Transaction t ? t.Region.Equals(region.Id) : RegionOps.IsOn(region, subject);
            if (isOwn && region is { Broken: true, SwallowedBy: { } handler, IsLive: true, OutOfSight: false })
            {
                state = NoteUse(run, region, handler, call.Operation.Syntax, true, state);
            }
        }

        return state;
    }

    /// <summary>Not a savepoint that is set or released.</summary>
    private static bool IsBackAtSavepoint(CallSite call) => call.Method.Name.StartsWith("Rollback", System.StringComparison.Ordinal);

    /// <summary>A command or a commit runs: notes it where the transaction is broken by a failure that a handler took.</summary>
    private State Used(BodyRun run, Value connection, CallSite call, bool commits, State state)
    {
        foreach (var region in state.Regions)
        {
            if (region is { Broken: true, SwallowedBy: { } handler, IsLive: true, OutOfSight: false } && IsSurelyIn(region, connection, call))
            {
                state = NoteUse(run, region, handler, call.Operation.Syntax, commits, state);
            }
        }

        return state;
    }

    private State NoteUse(BodyRun run, Region region, CatchClauseSyntax handler, SyntaxNode at, bool commits, State state)
    {
        if (!run.Frame.IsLexical)
        {
            // With its commit the region ends, and nothing of it would come home.
            return commits ? NoteCommit(run, region, state) : state.Replace(region, region with { UsedBroken = true });
        }

        Facts.UsedBroken.Add((handler, at, commits, region.Begin));
        return region.UsedBroken ? state.Replace(region, region with { UsedBroken = false }) : state;
    }

    private static State NoteCommit(BodyRun run, Region region, State state) =>
        run.Frame.Method is { } method ? state.Set(CommittedBroken(method), new Value.Transaction(region.Id)) : state;

    private static Place CommittedBroken(IMethodSymbol method) => new Place.Slot(new Place.Variable(method), SlotKind.CommittedBroken);

    /// <summary>
    /// The broken transaction that a callee commits on each of its ways back. Where it does on some, it asks for what has happened, or for what its caller wants: that is
    /// not known well enough here.
    /// </summary>
    private static Region? CommitsBroken(Frame callee, Run done, State before)
    {
        // `unit.Fail()` in the handler sets a field, and is not followed: a method that asks fields may know of the failure.
        if (callee.IsLexical || callee.Method is not { } method || before.Regions.All(r => r.SwallowedBy is null) || done.Exits.IsEmpty
            || callee.Graph.Blocks.Any(b => b.BranchValue?.DescendantsAndSelf().Any(o => o is IMemberReferenceOperation { Type.SpecialType: SpecialType.System_Boolean }) == true))
        {
            return null;
        }

        var slot = CommittedBroken(method);
        return done.Exits[0].State.Find(slot) is Value.Transaction committed && done.Exits.All(e => committed.Equals(e.State.Find(slot))) ? before.Region(committed.Region) : null;
    }

    /// <summary>What a callee did with a broken transaction, its caller did with the call.</summary>
    private State NoteUses(BodyRun caller, SyntaxNode at, Region? committed, State state)
    {
        if (committed is { SwallowedBy: { } taken })
        {
            // It is over: no region of the state is meant.
            if (caller.Frame.IsLexical)
            {
                Facts.UsedBroken.Add((taken, at, true, committed.Begin));
            }
            else
            {
                state = NoteCommit(caller, committed, state);
            }
        }

        foreach (var region in state.Regions)
        {
            if (region is { UsedBroken: true, SwallowedBy: { } handler })
            {
                state = NoteUse(caller, region, handler, at, false, state);
            }
        }

        return state;
    }

    /// <summary>Back at a savepoint the transaction is whole again.</summary>
    private static State Mended(Value connection, State state) =>
        state.Update(r => r.Broken && (connection is Value.Unknown || RegionOps.RunsIn(r, connection)), r => r with { Broken = false, SwallowedBy = null, UsedBroken = false });

    /// <summary>Notes what ran in which region.</summary>
    /// <param name="byEf">EF Core sends it.</param>
    /// <param name="conflicts">It changes or locks rows that others may have changed.</param>
    private void NoteWork(Value connection, Cause cause, bool byEf, bool conflicts, State state)
    {
        foreach (var region in state.Live)
        {
            if (RegionOps.RunsIn(region, connection) || region.Equals(RegionOps.ScopeOf(state, connection)))
            {
                if (!Facts.Worked.ContainsKey(region.Begin))
                {
                    Facts.Worked.Add(region.Begin, cause);
                }

                if (conflicts)
                {
                    Facts.Updated.Add(region.Begin);
                }

                if (byEf && connection is Value.Connection { IsContext: true } && (region.IsContext || region.Kind == RegionKind.Scope) && !Facts.WorkedByEf.ContainsKey(region.Begin))
                {
                    Facts.WorkedByEf.Add(region.Begin, cause);
                }
            }
        }
    }

    private void NoteIsolation(BodyRun run, SqlStatement statement, SyntaxNode at)
    {
        if (statement.Isolation is SqlIsolation.Serializable or SqlIsolation.RepeatableRead && run.Frame.IsLexical && !Facts.Isolations.ContainsKey(at))
        {
            Facts.Isolations.Add(at, statement.Isolation);
        }
    }
}
