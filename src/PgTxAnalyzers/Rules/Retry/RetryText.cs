using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>The words and places that the messages about retries share.</summary>
internal static class RetryText
{
    /// <summary>From the name of the called member to the end of its arguments: of a chain that is written over several lines, the line that is meant.</summary>
    public static Location PlaceOf(ExpressionSyntax call)
    {
        var name = call is InvocationExpressionSyntax invocation ? CalledName.Node(invocation) : null;
        return name is null ? call.GetLocation() : Location.Create(call.SyntaxTree, TextSpan.FromBounds(name.SpanStart, call.Span.End));
    }

    /// <summary>The simple name of what is called.</summary>
    public static string NameOf(ExpressionSyntax call) => call switch
    {
        InvocationExpressionSyntax invocation => CalledName.Node(invocation)?.Identifier.ValueText ?? invocation.Expression.ToString(),
        ObjectCreationExpressionSyntax creation => "new " + creation.Type,
        _ => call.ToString(),
    };

    /// <summary>"57P01, 57P02 and 25P03".</summary>
    public static string List(IReadOnlyList<string> words, string last = "and") =>
        words.Count < 2 ? string.Concat(words) : string.Join(", ", words.Take(words.Count - 1)) + " " + last + " " + words[words.Count - 1];

    /// <summary>What a handler names, and what of its kind it does not.</summary>
    public static string Missing(IEnumerable<string> named, ImmutableArray<string> missing)
    {
        var known = named.Where(s => SqlStates.IsLost(s) || SqlStates.IsConflict(s)).OrderBy(s => s, System.StringComparer.Ordinal).ToList();
        var lost = missing.Any(SqlStates.IsLost);
        return $"The same failure passes under another name: {List(known)} {(known.Count == 1 ? "is" : "are")} handled, {List(missing)} {(missing.Length == 1 ? "is" : "are")} not"
            + (lost ? ", nor is a broken socket, which has no SQLSTATE" : "");
    }

    /// <summary>Code that stands in a sentence: its beginning, where it is long.</summary>
    public static string Short(SyntaxNode node) => node.ToString() is { Length: > 60 } text ? text.Substring(0, 57) + "…" : node.ToString();

    /// <summary>What a failure of the work does to the entry point that it belongs to. Rounds has only what polls: an endpoint, or the handler of a message, begins anew for each request.</summary>
    public static string Harm(ImmutableArray<UnprotectedWork.Step> work, EntryFramework framework, RetryFile file) =>
        file.Retry.Unprotected.AftermathOf(work, file.Cancellation) switch
        {
            Aftermath.CostsRound when framework is EntryFramework.HostedService or EntryFramework.Main => "costs a round of ",
            Aftermath.CostsRound or Aftermath.IsSwallowed => "loses work of ",
            _ => "fails ",
        };
}
