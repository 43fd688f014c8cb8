using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// LINQ to objects over a query: <c>db.Orders.Where(…).ToList()</c> is a call of <c>Enumerable</c>, and sends the query as much as one of <c>Queryable</c>. Asked of calls in
/// a body that is walked anyway: names such as ToList are everywhere, so none of them makes a body worth a look.
/// </summary>
internal sealed partial class CallEvaluator
{
    /// <summary>Null: the call is none of <c>Enumerable</c>'s, or sends no query.</summary>
    private IReadOnlyList<Outcome>? Enumerated(BodyRun run, CallSite call, ApiFact fact, State state)
    {
        if (!EnumeratesAtOnce(call.Method) || SourceOfQuery(call) is not { } source)
        {
            return null;
        }

        if (Facts.Session is not null)
        {
            Work(call.Operation.Syntax, source, state);
        }

        var sent = Statement(run, source, Level.Open, false, call, ResourceOps.Used(run, source, state), ApiRole.Query);
        return Worked(run, call, ApiRole.Query, state, sent).SelectMany(o => fact.Role == ApiRole.Runner ? RunNow(run, call, o.State) : Unknown(run, call, o.State)).ToList();
    }

    /// <summary>What an operator returns says when it enumerates: one that hands out a sequence leaves that to whoever enumerates it.</summary>
    private static bool EnumeratesAtOnce(IMethodSymbol method) =>
        method is { IsExtensionMethod: true, ContainingType: { Name: "Enumerable", ContainingNamespace: { Name: "Linq", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } } }
        && method.OriginalDefinition.ReturnType is not INamedTypeSymbol { Name: "IEnumerable" or "IOrderedEnumerable" }
        && method.Name != "TryGetNonEnumeratedCount"; // it says no for a query, and sends nothing

    /// <summary>The connection on which the query runs, or nothing where it is a query of whatever context. Null: the source is a sequence like any other.</summary>
    private Value? SourceOfQuery(CallSite call)
    {
        var subject = Subject(call) is Value.Pending pending ? pending.Result : Subject(call);
        if (subject is Value.Rows rows)
        {
            // A list that was read from a table, and what an iterator hands out, are no queries any more.
            return rows is { Source: Value.Connection { IsContext: true }, Opens: { IsIterator: false, Kind: ResourceKind.Rows } } ? rows.Source : null;
        }

        // Other stores' queries have interfaces of their own (IMongoQueryable): they open no transaction of PostgreSQL.
        return context.Shapes.Of(ExtendedType(call)) == Shape.Query && (subject is Value.Connection || ExtendedType(call) is INamedTypeSymbol { Name: "IQueryable" or "IOrderedQueryable" or "DbSet" })
            ? subject
            : null;
    }
}
