using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Effects;

/// <summary>What does not go together with a <c>TransactionScope</c>, and what one leaves to its defaults.</summary>
internal sealed partial class CallEvaluator
{
    /// <summary>A begin of any kind inside a scope: on an enlisted connection it is refused, on any other the scope does not cover it.</summary>
    private static void BeginInScope(BodyRun run, CallSite call, Value subject, State state)
    {
        if (RegionOps.Innermost(state) is { } scope && !IsBegunIn(state, scope, subject))
        {
            Note(run, Done(call, Deed.BeginInScope), new[] { scope });
        }
    }

    /// <summary>
    /// <c>Transaction.Current</c>: there is one inside a scope. Who asks, begins none of its own: without the answer it would seem to begin one in the scope. (In a scope that does not flow
    /// nobody knows behind an await; outside of any scope that is known, a caller may have one.)
    /// </summary>
    private static Value Ambient(State state) => RegionOps.InnermostOfAny(state)?.Kind switch
    {
        RegionKind.Suppress => Value.NullValue,
        RegionKind.Scope => Value.Object,
        _ => Value.Nothing,
    };

    /// <summary>The connection has a transaction already: that is a second begin, and said once.</summary>
    private static bool IsBegunIn(State state, Region scope, Value subject) => state.Regions.Any(r => r != scope && RegionOps.IsOn(r, subject));

    /// <summary>The connection's transaction is older than the scope around the command: the scope's end decides nothing about it.</summary>
    private static void OutsideScope(BodyRun run, CallSite call, Value connection, State state)
    {
        if (RegionOps.Innermost(state) is { } scope && state.Regions.Take(state.Regions.IndexOf(scope)).Where(r => RegionOps.IsOn(r, connection)).ToList() is { Count: > 0 } older
            && connection is Value.Connection { Identity: var place } && Identities.IsSure(place))
        {
            var at = scope.Owner == run.Frame.Depth ? scope.Begin : call.Operation.Syntax;
            var deed = Done(call, Deed.CommandOutsideScope);
            Note(run, at == scope.Begin ? deed.Through(new Step("new TransactionScope", at)) : deed, older, at);
        }
    }

    /// <summary>
    /// Dapper, which runs its commands on the connection itself, opens one that is closed and closes it behind the command: what opens in a scope is in its transaction,
    /// and that outlives the closing.
    /// </summary>
    private static State OpenedByCommand(BodyRun run, CallSite call, Value subject, State state)
    {
        // Without a scope the server's transaction is that of the command; one that came from elsewhere may have been open before the scope.
        if (subject is not Value.Connection { IsContext: false } closed || RegionOps.Innermost(state) is null || state.Find(RegionOps.Unopened(closed)) is null)
        {
            return state;
        }

        Unenlisted(run, call, closed, state);
        return RegionOps.Closed(RegionOps.Opened(state, closed), closed).Set(RegionOps.Unopened(closed), Value.True);
    }

    private static void Unenlisted(BodyRun run, CallSite call, Value subject, State state)
    {
        if (subject is Value.Connection { IsUnenlisted: true } && RegionOps.Innermost(state) is { } scope)
        {
            Note(run, Done(call, Deed.Unenlisted), new[] { scope });
        }
    }

    private static bool SaysEnlistFalse(CallSite call) =>
        call.Arguments.FirstOrDefault()?.Value is { ConstantValue: { HasValue: true, Value: string text } } && text.IndexOf("Enlist", StringComparison.OrdinalIgnoreCase) >= 0
        && ConnectionStringText.Parse(text).Entries.LastOrDefault(e => e.Keyword?.Keyword == ConnectionKeyword.Enlist) is { Value: { } value }
        && string.Equals(value.Trim(), "false", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Without <c>TransactionOptions</c> a scope is serializable and ends after a minute. One with <c>Suppress</c> is no transaction, one that is
    /// given a transaction or joins the scope around it has the level of that.
    /// </summary>
    private void NoteDefaults(BodyRun run, CallSite call, bool suppressed, State state)
    {
        if (suppressed || !run.Frame.IsLexical || call.Method.Parameters.Any(p => p.Type.Name is "TransactionOptions" or "Transaction"))
        {
            return;
        }

        var option = call.Arguments.FirstOrDefault(a => a.Value.Type?.Name == "TransactionScopeOption");

        // TransactionScopeOption.Required is 0, RequiresNew is 1 (System.Transactions reference). One that is computed may be Suppress.
        var isNew = option?.Value.ConstantValue is { HasValue: true, Value: 1 };
        if (isNew || (RegionOps.Innermost(state) is null && option?.Value.ConstantValue.HasValue != false))
        {
            Facts.DefaultScopes.Add((call.Operation.Syntax, call.Method.Parameters.Any(p => p.Type.Name == "TimeSpan")));
        }
    }
}
