using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Effects;

/// <summary>Commands: which text runs on which connection, and what it does to the transactions that live there.</summary>
internal sealed partial class CallEvaluator
{
    private IReadOnlyList<Outcome> NewCommand(BodyRun run, CallSite call, ApiRole role, State state)
    {
        var made = new Place.Made(call.Operation.Syntax, run.Frame.Depth, null);
        var connection = role == ApiRole.DataSourceCommand
            ? new Value.Connection(made, null, IsContext: false) { IsNew = true }
            : call.Receiver as Value.Connection ?? call.Values.OfType<Value.Connection>().FirstOrDefault();
        if (connection is not null)
        {
            state = state.Set(new Place.Slot(made, SlotKind.CommandConnection), connection);
        }

        if (role == ApiRole.DataSourceCommand)
        {
            state = state.Set(RegionOps.Unopened(connection!), Value.True);
        }

        if (call.Values.OfType<Value.Text>().FirstOrDefault() is { } text)
        {
            state = state.Set(new Place.Slot(made, SlotKind.CommandText), text);
        }

        var type = call.Method.MethodKind == MethodKind.Constructor ? call.Method.ContainingType : call.Method.ReturnType;
        return BodyRun.Single(state, new Value.Instance(made, type, Exact: true));
    }

    private IReadOnlyList<Outcome> Command(BodyRun run, CallSite call, Value subject, State state)
    {
        var connection = subject;
        var text = call.Values.OfType<Value.Text>().FirstOrDefault();
        if (subject is Value.Instance command)
        {
            connection = state.Find(new Place.Slot(command.Identity, SlotKind.CommandConnection)) ?? Value.Nothing;
            text = state.Find(new Place.Slot(command.Identity, SlotKind.CommandText)) as Value.Text;
        }

        Takes(run, call, connection, state);
        state = OpenedByCommand(run, call, subject, state);
        OutsideScope(run, call, connection, state);
        var summary = text is null ? null : context.Sql(text.Content);
        if (summary is null || summary.Statements.IsDefaultOrEmpty)
        {
            return Statement(run, connection, Level.Open, false, call, state);
        }

        var first = summary.Statements[0];
        if (!first.Has(SqlEffect.RollsBack) && first.Kind != SqlKind.RollbackTo)
        {
            state = Used(run, connection, call, first.Has(SqlEffect.Commits), state);
        }

        var after = state;
        var ends = first.Has(SqlEffect.Commits) || first.Has(SqlEffect.RollsBack);
        if (!ends)
        {
            run.Throw(Broken(run, connection, call, state), ThrownKind.Database);
        }

        foreach (var statement in summary.Statements)
        {
            ends |= statement.Has(SqlEffect.Commits) || statement.Has(SqlEffect.RollsBack);
            after = Sql(run, statement, connection, call, after);
        }

        // A COMMIT whose answer is an error has ended the transaction as well.
        run.Throw(ends ? after : Broken(run, connection, call, after), ThrownKind.Database);
        return BodyRun.Single(after, Value.Nothing);
    }

    private State Sql(BodyRun run, SqlStatement statement, Value connection, CallSite call, State state)
    {
        var at = call.Operation.Syntax;
        NoteIsolation(run, statement, at);
        if (statement.Kind == SqlKind.RollbackTo)
        {
            state = Mended(connection, state);
        }

        if (statement.Has(SqlEffect.Commits) || statement.Has(SqlEffect.RollsBack))
        {
            foreach (var region in state.Regions.Where(r => r.IsLive && r.Kind != RegionKind.Scope && RegionOps.RunsIn(r, connection)))
            {
                if (statement.Has(SqlEffect.Commits))
                {
                    Facts.Committed.Add(region.Begin);
                }

                state = statement.Has(SqlEffect.Chains)
                    ? state.Replace(region, region with { Level = Level.Open, Changed = false, LockedBy = null, ChangedBy = null, Intended = false })
                    : state.End(region);
            }

            return state;
        }

        if (statement.Has(SqlEffect.Begins))
        {
            if (state.Regions.Any(r => RegionOps.IsOn(r, connection)))
            {
                SecondBegin(run, call, connection, isText: true, state);
                return RegionOps.Raise(state, connection, Level.Open, new Cause(at, statement.Verb), false);
            }

            BeginInScope(run, call, connection, state);
            var c = connection as Value.Connection;
            return state.Begin(new Region(new RegionId(at), RegionKind.Sql, Level.Open, run.Frame.Depth) { Connection = c?.Identity, ConnectionType = c?.Type, IsContext = c is { IsContext: true }, IsOnNew = c is { IsNew: true } });
        }

        if (statement.Has(SqlEffect.IntendsLongTransaction))
        {
            state = state.Update(r => RegionOps.RunsIn(r, connection), Intended);
            return RegionOps.ScopeOf(state, connection) is { } scope ? state.Replace(scope, Intended(scope)) : state;
        }

        var level = statement.Has(SqlEffect.Locks) ? Level.Locking : Level.Open;
        var words = statement.Target is { Length: > 0 } target ? statement.Verb + " " + target : statement.Verb;
        var cause = new Cause(at, words);
        var after = RegionOps.Raise(state, connection, level, cause, statement.Has(SqlEffect.ChangesData));
        NoteWork(connection, cause, byEf: false, conflicts: statement.MayConflict, after);
        return after;

        static Region Intended(Region r) => r with { Intended = true, Level = r.Level < Level.Open ? Level.Open : r.Level };
    }

    /// <summary>A statement whose text says nothing more: EF Core's own, or SQL that is not constant.</summary>
    private IReadOnlyList<Outcome> Statement(BodyRun run, Value connection, Level level, bool changes, CallSite call, State state, ApiRole role = ApiRole.Command)
    {
        Takes(run, call, connection, state);
        OutsideScope(run, call, connection, state);
        state = Used(run, connection, call, commits: false, state);

        // EF Core sets a savepoint before SaveChanges in a transaction, and goes back to it when a statement fails.
        var isMended = call.Method.Name.StartsWith("SaveChanges", StringComparison.Ordinal) || role == ApiRole.Savepoint;
        var cause = new Cause(call.Operation.Syntax, call.Method.Name);
        run.Throw(isMended ? state : Broken(run, connection, call, state), ThrownKind.Database);
        var after = RegionOps.Raise(state, connection, level, cause, changes);
        NoteWork(connection, cause, role is ApiRole.Query or ApiRole.Save, conflicts: role != ApiRole.Query || level != Level.Open, after);
        run.Throw(isMended ? after : Broken(run, connection, call, after), ThrownKind.Database);
        return BodyRun.Single(after, Value.Nothing);
    }
}
