using System.Collections.Generic;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Pooling;

/// <summary>From a place in a file to the expression that stands there, and up to the whole text that it is a part of. Syntax only.</summary>
internal static class TextPlaces
{
    /// <summary>The literal or interpolated string that begins at a quote; null where the pass over the characters was mistaken.</summary>
    public static ExpressionSyntax? LiteralAt(SyntaxNode root, int position)
    {
        if (!root.FullSpan.Contains(position))
        {
            return null;
        }

        var token = root.FindToken(position);
        return token.Parent switch
        {
            LiteralExpressionSyntax literal when token.Span.Contains(position) => literal,
            InterpolatedStringExpressionSyntax interpolated when token.Span.Contains(position) => interpolated,
            _ => null,
        };
    }

    /// <summary>The largest expression that this is a part of and that is a text itself: a sum, an interpolation, a format.</summary>
    public static ExpressionSyntax Whole(ExpressionSyntax part)
    {
        while (true)
        {
            switch (part.Parent)
            {
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum:
                    part = sum;
                    break;
                case ParenthesizedExpressionSyntax inner:
                    part = inner;
                    break;
                case CastExpressionSyntax cast:
                    part = cast;
                    break;
                case PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } sure:
                    part = sure;
                    break;
                case InterpolationSyntax { Parent: InterpolatedStringExpressionSyntax interpolated }:
                    part = interpolated;
                    break;
                case MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Trim" or "TrimEnd" or "TrimStart", Parent: InvocationExpressionSyntax trim } access when access.Expression == part:
                    part = trim;
                    break;
                case ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } when IsTextCall(call):
                    part = call;
                    break;
                default:
                    return part;
            }
        }
    }

    /// <summary><c>string.Format</c>, <c>Concat</c>, <c>Join</c> and <c>FormattableStringFactory.Create</c>, by their names: the reader asks for the symbol.</summary>
    private static bool IsTextCall(InvocationExpressionSyntax call) => call.Expression is MemberAccessExpressionSyntax access && access.Name.Identifier.ValueText switch
    {
        "Format" or "Concat" or "Join" => access.Expression.ToString() is "string" or "String" or "System.String",
        "Create" => access.Expression.ToString().EndsWith("FormattableStringFactory", System.StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Of <c>a ? b : c</c>, <c>a ?? b</c> and a switch: what each may give.</summary>
    public static IEnumerable<ExpressionSyntax> Alternatives(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case ConditionalExpressionSyntax choice:
                return Both(choice.WhenTrue, choice.WhenFalse);
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } coalesce:
                return Both(coalesce.Left, coalesce.Right);
            case ParenthesizedExpressionSyntax inner:
                return Alternatives(inner.Expression);
            case SwitchExpressionSyntax choice:
                var arms = new List<ExpressionSyntax>();
                foreach (var arm in choice.Arms)
                {
                    arms.Add(arm.Expression);
                }

                return arms;
            default:
                return new[] { expression };
        }

        static IEnumerable<ExpressionSyntax> Both(ExpressionSyntax first, ExpressionSyntax second)
        {
            foreach (var one in Alternatives(first))
            {
                yield return one;
            }

            foreach (var other in Alternatives(second))
            {
                yield return other;
            }
        }
    }

    /// <summary>Where a word stands in a file, as an identifier.</summary>
    public static IEnumerable<SyntaxToken> Identifiers(SyntaxTree tree, string name, CancellationToken cancellation)
    {
        if (name.Length == 0)
        {
            // Half-typed: a declaration without its name. An empty word stands everywhere, and the search would not move on.
            yield break;
        }

        var text = tree.GetText(cancellation).ToString();
        SyntaxNode? root = null;
        for (var at = text.IndexOf(name, System.StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at + name.Length, System.StringComparison.Ordinal))
        {
            root ??= tree.GetRoot(cancellation);
            var token = root.FindToken(at);
            if (token.SpanStart == at && token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText == name)
            {
                yield return token;
            }
        }
    }
}
