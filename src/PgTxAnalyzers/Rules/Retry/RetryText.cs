using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>The words and places that the messages about retries share.</summary>
internal static class RetryText
{
    /// <summary>From the name of the called member to the end of its arguments: of a chain that is written over several lines, the line that is meant.</summary>
    public static Location PlaceOf(ExpressionSyntax call)
    {
        var name = call is InvocationExpressionSyntax invocation ? NameNode(invocation) : null;
        return name is null ? call.GetLocation() : Location.Create(call.SyntaxTree, TextSpan.FromBounds(name.SpanStart, call.Span.End));
    }

    /// <summary>The simple name of what is called.</summary>
    public static string NameOf(ExpressionSyntax call) => call switch
    {
        InvocationExpressionSyntax invocation => NameNode(invocation)?.Identifier.ValueText ?? invocation.Expression.ToString(),
        ObjectCreationExpressionSyntax creation => "new " + creation.Type,
        _ => call.ToString(),
    };

    /// <summary>"57P01, 57P02 and 25P03".</summary>
    public static string List(IReadOnlyList<string> words, string last = "and") =>
        words.Count < 2 ? string.Concat(words) : string.Join(", ", words.Take(words.Count - 1)) + " " + last + " " + words[words.Count - 1];

    public static SimpleNameSyntax? NameNode(InvocationExpressionSyntax invocation) => invocation.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name,
        MemberBindingExpressionSyntax binding => binding.Name,
        SimpleNameSyntax simple => simple,
        _ => null,
    };
}
