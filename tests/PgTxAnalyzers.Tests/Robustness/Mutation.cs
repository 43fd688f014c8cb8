using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>Code as it stands while somebody types: cut off, with tokens gone, doubled or in the wrong place. Equal seeds give equal text.</summary>
internal static class Mutation
{
    public static IEnumerable<(string What, string Text)> Of(string text, int seed, int each)
    {
        var random = new Random(seed);
        for (var i = 0; i < each; i++)
        {
            var at = random.Next(text.Length);
            yield return ($"cut off at {at}", text[..at]);
        }

        var tokens = CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTokens().Where(token => !token.IsKind(SyntaxKind.EndOfFileToken)).ToList();
        if (tokens.Count == 0)
            yield break;

        for (var i = 0; i < each; i++)
        {
            var token = tokens[random.Next(tokens.Count)];
            yield return ($"without '{token}' at {token.SpanStart}", text.Remove(token.SpanStart, token.Span.Length));
        }

        for (var i = 0; i < each; i++)
        {
            var first = tokens[random.Next(tokens.Count)];
            var second = tokens[random.Next(tokens.Count)];
            yield return ($"'{first}' at {first.SpanStart} once more at {second.SpanStart}", text.Insert(second.SpanStart, first + " "));
        }

        // A statement that is being typed: the rest of the line is not there yet.
        for (var i = 0; i < each; i++)
        {
            var token = tokens[random.Next(tokens.Count)];
            var end = text.IndexOf('\n', token.Span.End);
            if (end > 0)
                yield return ($"line cut off after '{token}' at {token.SpanStart}", text.Remove(token.Span.End, end - token.Span.End));
        }
    }

    /// <summary>One of them, or a few one after the other.</summary>
    public static (string What, string Text) Some(string text, Random random)
    {
        var what = "";
        for (var count = random.Next(1, 4); count > 0 && text.Length > 0; count--)
        {
            var one = Of(text, random.Next(), 1).ToList();
            if (one.Count == 0)
                break;
            var (did, after) = one[random.Next(one.Count)];
            (what, text) = (what.Length == 0 ? did : $"{what}, {did}", after);
        }

        return (what, text);
    }

    /// <summary>A seed that does not change from run to run, as that of <see cref="string.GetHashCode()"/> does.</summary>
    public static int Seed(string name) => name.Aggregate(17, (hash, letter) => unchecked(hash * 31 + letter));
}
