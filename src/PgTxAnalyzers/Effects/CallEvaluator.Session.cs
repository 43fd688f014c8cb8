using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Effects;

/// <summary>What commands leave in the session of their connection. Runs only where a <see cref="SessionFlow"/> asks for it.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>Things in one session that are told apart; a loop over texts comes to an end.</summary>
    private const int MaxSessionItems = 8;

    /// <summary>Notes the texts that a call is given. What a library does to a context in that one's own body, it does to its connection.</summary>
    private CallSite Noted(CallSite call)
    {
        foreach (var text in call.Values.OfType<Value.Text>())
        {
            Facts.Session!.Gave(call.Operation.Syntax, text.Content);
        }

        return call.Method.DeclaringSyntaxReferences.IsEmpty && OwnContext(call.Receiver) is { } own ? call with { Receiver = own } : call;
    }

    /// <summary>
    /// In a body of a context, <c>this</c> is an object whose members are followed; here it is also the connection that its <c>Database</c>, its sets and its <c>SaveChanges</c>
    /// share. Null: anything else, or nobody asks what is left in sessions: a statement on a connection that is not known runs in the region that lives.
    /// </summary>
    private Value.Connection? OwnContext(Value receiver) =>
        Facts.Session is not null && receiver is Value.Instance { Type: { } type } self && context.Shapes.Of(type) == Shape.Context ? new Value.Connection(self.Identity, type, IsContext: true) : null;

    private IReadOnlyList<Outcome> Watched(BodyRun run, CallSite call, ApiFact fact, State state)
    {
        var subject = call.Receiver is Value.Unknown && call.Operation is Microsoft.CodeAnalysis.Operations.IInvocationOperation { Instance: null } && call.Values.Length > 0 ? call.Values[0] : call.Receiver;
        switch (fact.Role)
        {
            case ApiRole.Open when subject is Value.Connection { IsContext: true } context:
                return Library(run, call, fact, state.Set(new Place.Slot(context.Identity, SlotKind.Opened), Value.True));
            case ApiRole.Rollback:
                return Library(run, call, fact, TakenBack(state, subject));
            case ApiRole.Query or ApiRole.Save or ApiRole.Copy or ApiRole.Begin:
                Work(call.Operation.Syntax, subject, state);
                return Library(run, call, fact, state);
            case ApiRole.Command or ApiRole.Reader or ApiRole.Stream:
                return WatchedCommand(run, call, fact, subject, state);
            default:
                return Library(run, call, fact, state);
        }
    }

    private IReadOnlyList<Outcome> WatchedCommand(BodyRun run, CallSite call, ApiFact fact, Value subject, State state)
    {
        var connection = subject;
        var text = call.Values.OfType<Value.Text>().FirstOrDefault();
        if (subject is Value.Instance command)
        {
            connection = state.Find(new Place.Slot(command.Identity, SlotKind.CommandConnection)) ?? Value.Nothing;
            text = state.Find(new Place.Slot(command.Identity, SlotKind.CommandText)) as Value.Text;
        }

        Facts.Session!.Ran(call.Operation.Syntax, text?.Content, InRegion(state, connection));
        var sql = text is null ? null : context.Sql(text.Content);
        if (sql is null || !IsOnlyUndoing(sql))
        {
            Work(call.Operation.Syntax, connection, state);
        }

        if (sql is null || connection is not Value.Connection own)
        {
            return Library(run, call, fact, state);
        }

        // What undoes is taken at its word, also where it fails: else every RESET in a finally block would be doubted.
        var slot = new Place.Slot(own.Identity, SlotKind.Session);
        var before = Items(state, own);
        var rest = SessionFlow.Undo(before, sql);
        state = rest == before ? state : state.Set(slot, new SessionItems(rest));
        var region = state.Live.LastOrDefault(r => r.Kind != RegionKind.Scope && RegionOps.RunsIn(r, own))?.Id;

        // Setting a second value is how the first one is given back: nothing is added then.
        var left = SessionFlow.Leaves(sql, call.Operation.Syntax, region).RemoveAll(item => before.Any(old => old.Kind == item.Kind && old.Key == item.Key) && !rest.Any(old => old.Key == item.Key));
        var outcomes = Library(run, call, fact, state);
        if (left.IsEmpty || rest.Length + left.Length > MaxSessionItems)
        {
            return outcomes;
        }

        if (own is { Type: null, IsContext: false })
        {
            // A command of a data source: its connection goes back when it has run.
            Facts.Session.Left.UnionWith(left.Select(item => (item, own.Identity)));
            return outcomes;
        }

        return outcomes.Select(o => new Outcome(o.State.Set(slot, new SessionItems(Items(o.State, own).AddRange(left))), o.Value)).ToList();
    }

    /// <summary>A RESET, an unlock, a ROLLBACK: work that expects nothing.</summary>
    private static bool IsOnlyUndoing(SqlSummary sql) => sql.Statements.All(s => s.Kind is SqlKind.Reset or SqlKind.Discard or SqlKind.Set or SqlKind.SetRole or SqlKind.SetSessionAuthorization
        || s.Calls.Any(c => c.Kind is SqlCallKind.SessionAdvisoryUnlock or SqlCallKind.SetConfig));

    /// <summary>Later work on a context whose connection has gone back to the pool in between.</summary>
    private void Work(SyntaxNode at, Value connection, State state)
    {
        if ((connection is Value.Rows rows ? rows.Source : connection) is not Value.Connection { IsContext: true } context || InRegion(state, connection) || IsOpened(state, context))
        {
            return;
        }

        foreach (var item in Items(state, context))
        {
            if (item is { Kind: SessionItemKind.Setting, Region: null } && !Facts.Session!.Expected.ContainsKey(item))
            {
                Facts.Session.Expected.Add(item, at);
            }
        }
    }

    /// <summary>A connection goes back to the pool, a transaction is disposed, a query is enumerated.</summary>
    private State Closing(CallSite call, State state)
    {
        // A query of EF Core runs when something enumerates it: a foreach, or LINQ to objects.
        if (call.Method.Name is "GetEnumerator" or "GetAsyncEnumerator" || call.Method.ContainingType is { Name: "Enumerable", ContainingNamespace.Name: "Linq" })
        {
            Work(call.Operation.Syntax, SubjectOf(call), state);
            return state;
        }

        if (call.Method.Name is not ("Dispose" or "DisposeAsync" or "Close" or "CloseAsync" or "CloseConnection" or "CloseConnectionAsync"))
        {
            return state;
        }

        var subject = SubjectOf(call);
        if (subject is Value.Transaction)
        {
            return TakenBack(state, subject);
        }

        if (subject is not Value.Connection connection)
        {
            return state;
        }

        // Closing rolls back what is still open, and with it what was set inside.
        foreach (var item in Items(state, connection).Where(item => item.Region is null || state.Region(item.Region) is null))
        {
            Facts.Session!.Left.Add((item, connection.Identity));
        }

        return state.Remove(new Place[] { new Place.Slot(connection.Identity, SlotKind.Session), new Place.Slot(connection.Identity, SlotKind.Opened) });
    }

    /// <summary>A transaction ends without a commit: settings and tables of it are gone.</summary>
    private static State TakenBack(State state, Value subject)
    {
        var ended = subject switch
        {
            Value.Transaction t => state.Regions.Where(r => r.Id.Equals(t.Region) && r.IsLive),
            Value.Connection => state.Regions.Where(r => RegionOps.IsOn(r, subject)),
            _ => Enumerable.Empty<Region>(),
        };
        foreach (var region in ended)
        {
            foreach (var entry in state.Values)
            {
                if (entry.Key is Place.Slot { Kind: SlotKind.Session } && entry.Value is SessionItems items)
                {
                    state = state.Set(entry.Key, new SessionItems(items.Items.RemoveAll(item => region.Id.Equals(item.Region))));
                }
            }
        }

        return state;
    }

    private static ImmutableArray<SessionItem> Items(State state, Value.Connection connection) =>
        state.Find(new Place.Slot(connection.Identity, SlotKind.Session)) is SessionItems known ? known.Items : ImmutableArray<SessionItem>.Empty;

    private static bool IsOpened(State state, Value.Connection connection) => state.Find(new Place.Slot(connection.Identity, SlotKind.Opened)) is not null;

    private static bool InRegion(State state, Value connection) => state.Live.Any(r => r.Kind == RegionKind.Scope || RegionOps.RunsIn(r, connection));
}
