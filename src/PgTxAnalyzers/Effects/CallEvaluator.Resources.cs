using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Effects;

/// <summary>Open results, sequences that are read while they are enumerated, and connections that the code opens itself.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>A surely non-null text of which nothing is known: a line of a COPY.</summary>
    private static readonly Value SomeLine = new Value.Text("\uFFFC");

    /// <summary>A command whose result stays open: a reader, or a COPY.</summary>
    private IReadOnlyList<Outcome> OpenResult(BodyRun run, CallSite call, Value subject, ApiRole role, State state)
    {
        var kind = role == ApiRole.Copy ? ResourceKind.CopyIn : call.Method.Name.StartsWith("Execute", StringComparison.Ordinal) ? ResourceKind.Reader : ResourceKind.CopyOut;
        if (kind == ResourceKind.CopyOut && call.Values.OfType<Value.Text>().FirstOrDefault() is { } text && context.Sql(text.Content).Effect.HasFlag(SqlEffect.ChangesData))
        {
            // A raw copy goes either way; its text says which.
            kind = ResourceKind.CopyIn;
        }

        var isUnbounded = kind == ResourceKind.Reader && IsWholeTable(call, subject, state);
        var outcomes = role == ApiRole.Copy ? Statement(run, subject, Level.Locking, true, call, state) : Command(run, call, subject, state);
        var connection = ConnectionOf(call, subject, state);
        return outcomes.Select(o => Opened(run, call, new Resource(kind) { IsUnbounded = isUnbounded }, connection, o.State)).ToList();
    }

    private static Outcome Opened(BodyRun run, CallSite call, Resource resource, Value connection, State state)
    {
        var region = ResourceOps.Region(call.Operation.Syntax, resource, connection as Value.Connection, run.Frame.Depth);
        return new(state.Begin(region), new Value.OpenResult(region.Id));
    }

    /// <summary>The connection that a command, or what else runs on one, runs on.</summary>
    private static Value ConnectionOf(CallSite call, Value subject, State state) => subject switch
    {
        Value.Connection => subject,
        Value.Instance command => state.Find(new Place.Slot(command.Identity, SlotKind.CommandConnection)) ?? Value.Nothing,
        Value.Transaction { On: { } on } => new Value.Connection(on, null, IsContext: false),
        Value.Rows rows => rows.Source,
        _ => call.Method.MethodKind == MethodKind.Constructor ? call.Values.OfType<Value.Connection>().FirstOrDefault() ?? Value.Nothing : Value.Nothing,
    };

    /// <summary>Rows that come while they are enumerated; where the library was asked to read them all at once, a command like any other.</summary>
    private IReadOnlyList<Outcome> Stream(BodyRun run, CallSite call, Value subject, State state)
    {
        var outcomes = Command(run, call, subject, state);
        var rows = new Resource(IsBuffered(call) ? ResourceKind.Elements : ResourceKind.Rows) { IsUnbounded = IsWholeTable(call, subject, state) };
        return rows is { Kind: ResourceKind.Elements, IsUnbounded: false } ? outcomes : outcomes.Select(o => new Outcome(o.State, new Value.Rows(subject, rows))).ToList();
    }

    /// <summary>Dapper reads everything at once, unless it is told not to.</summary>
    private static bool IsBuffered(CallSite call)
    {
        if (call.Method.Name == "QueryUnbufferedAsync")
        {
            return false;
        }

        foreach (var argument in call.Arguments)
        {
            if (argument.Parameter?.Name == "buffered")
            {
                return argument.Value.ConstantValue is not { HasValue: true, Value: false };
            }

            // CommandFlags.Buffered is 1 (Dapper reference); the flags are the one argument that says otherwise.
            if (argument.Value is IObjectCreationOperation { Type.Name: "CommandDefinition" } definition
                && definition.Arguments.FirstOrDefault(a => a.Parameter?.Name == "flags")?.Value.ConstantValue is { HasValue: true, Value: int flags })
            {
                return (flags & 1) != 0;
            }
        }

        return true;
    }

    /// <summary>A query as a sequence: the provider sends it when somebody enumerates, and reads on with each element.</summary>
    private Value AsRows(CallSite call, Value subject) =>
        subject is Value.Connection { IsContext: true } context && this.context.Shapes.Of(call.ReceiverType ?? ExtendedType(call)) == Shape.Query
            ? new Value.Rows(context, new Resource(ResourceKind.Rows) { IsUnbounded = IsTable(call) })
            : subject;

    /// <summary>What an iterator in source returns that hands out elements while a result of its own is open.</summary>
    private static Value RowsOf(Region? yields) => yields?.Resource is { } resource
        ? new Value.Rows(ConnectionOf(yields), resource with { IsIterator = true, IsDrained = false })
        : Value.Nothing;

    /// <summary>What an operator makes of rows: still rows, with what its delegate reaches for each.</summary>
    private static Value Rows(Value made, Value.Rows rows) => made is Value.Pending pending ? Reaches.Pending(pending.Reaches, rows) : rows;

    /// <summary>Somebody begins to enumerate rows.</summary>
    private IReadOnlyList<Outcome> Enumerate(BodyRun run, CallSite call, Value.Rows rows, State state)
    {
        if (rows is { Source: Value.Connection, Opens: { IsIterator: false, Kind: not ResourceKind.Elements } })
        {
            state = ResourceOps.Used(run, rows.Source, state);
            return Statement(run, rows.Source, Level.Open, false, call, state, ApiRole.Query).Select(o => Opened(run, call, rows.Opens, rows.Source, o.State)).ToList();
        }

        return new[] { Opened(run, call, rows.Opens, rows.Source, state) };
    }

    /// <summary>The next element: what is pending in it is waited for, and the result behind it has one more, or not.</summary>
    private static IReadOnlyList<Outcome> MoveNext(BodyRun run, CallSite call, Value subject, State state)
    {
        if (subject is not Value.Pending pending)
        {
            return ReadOn(run, call, subject, state)!;
        }

        pending = Stepped(pending, call.ReceiverType);
        if (pending.Result is not Value.OpenResult result)
        {
            return BodyRun.Single(run.Waited(state, pending, call.Operation), Value.Nothing);
        }

        // What an iterator reaches while its own result is open is reported in the iterator.
        var isIterators = state.Region(result.Region)?.Resource is { IsIterator: true };
        var waited = run.Waited(isIterators ? ResourceOps.End(state, result.Region) : state, pending, call.Operation);
        return ReadOn(run, call, result, isIterators ? state : waited)!;
    }

    /// <summary>Reads on: there is more, or there is not, and both are looked at.</summary>
    private static IReadOnlyList<Outcome>? ReadOn(BodyRun run, CallSite call, Value subject, State state)
    {
        if (subject is not Value.OpenResult result)
        {
            return null;
        }

        run.Throw(state, ThrownKind.Any);
        var isText = call.Method.Name.StartsWith("ReadLine", StringComparison.Ordinal);
        return new[]
        {
            new Outcome(ResourceOps.Drained(state, result, false), isText ? SomeLine : Value.True),
            new Outcome(ResourceOps.Drained(state, result, true), isText ? Value.NullValue : Value.False),
        };
    }

    /// <summary>
    /// A result that is given to code of a library may be closed there (<c>DataTable.Load</c>), and a task may be waited for: nothing is said about it any more.
    /// </summary>
    private static State Lend(CallSite call, State state)
    {
        if (!state.HasRegion)
        {
            return state;
        }

        if (call.Method.Name is not ("Add" or "Enqueue" or "Push"))
        {
            foreach (var pending in call.Values.Add(call.Receiver).OfType<Value.Pending>())
            {
                state = pending.Reaches.Where(r => r.Task is not null).Aggregate(state, (s, r) => ResourceOps.End(s, r.Task!));
            }
        }

        for (var i = 0; i < call.Values.Length; i++)
        {
            var isReceiver = i == 0 && call.Method is { IsExtensionMethod: true } or { ReducedFrom: not null };
            if (call.Values[i] is Value.OpenResult given && !isReceiver)
            {
                state = ResourceOps.End(state, given.Region);
            }
        }

        return state;
    }
}
