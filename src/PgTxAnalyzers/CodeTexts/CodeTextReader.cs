using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeTexts;

/// <summary>
/// Reads the text that an expression gives: literals, constants of other files, sums, interpolations, <c>string.Format</c>, <c>Join</c> and <c>Concat</c>, locals and fields that are
/// written once, a <c>StringBuilder</c> that is filled in one body. What only a run knows becomes a hole; nothing is guessed.
/// </summary>
internal sealed partial class CodeTextReader
{
    /// <summary>Variables, constants and helpers that a text comes through.</summary>
    private const int MaxNesting = 12;

    /// <summary>Parts of one text.</summary>
    private const int MaxParts = 4_000;

    private readonly Func<SyntaxTree, SemanticModel?> models;
    private readonly CancellationToken cancellation;
    private int parts;

    /// <param name="models">The model of a tree of this compilation; null where there is none: what is not a literal is a hole then.</param>
    public CodeTextReader(Func<SyntaxTree, SemanticModel?> models, CancellationToken cancellation) => (this.models, this.cancellation) = (models, cancellation);

    public CodeText Read(ExpressionSyntax expression)
    {
        var text = new CodeText.Builder();
        parts = 0;
        Add(text, expression, 0);
        return text.ToText();
    }

    private void Add(CodeText.Builder text, ExpressionSyntax expression, int nesting)
    {
        cancellation.ThrowIfCancellationRequested();
        if (nesting > MaxNesting || ++parts > MaxParts)
        {
            text.AddHole();
            return;
        }

        switch (expression)
        {
            case LiteralExpressionSyntax literal when IsText(literal):
                text.Add(literal.Token);
                break;
            case LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.NumericLiteralExpression) || literal.IsKind(SyntaxKind.CharacterLiteralExpression):
                text.Add(literal.Token.ValueText);
                break;
            case LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.NullLiteralExpression):
                break;
            case InterpolatedStringExpressionSyntax interpolated:
                AddInterpolated(text, interpolated, nesting);
                break;
            case ParenthesizedExpressionSyntax inner:
                Add(text, inner.Expression, nesting + 1);
                break;
            case CastExpressionSyntax cast:
                Add(text, cast.Expression, nesting + 1);
                break;
            case PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } sure:
                Add(text, sure.Operand, nesting + 1);
                break;
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } number when models(number.SyntaxTree)?.GetTypeInfo(number, cancellation).Type is { } type
                && type.SpecialType is not (SpecialType.System_String or SpecialType.None):
                text.AddHole();
                break;
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum:
                foreach (var part in Summands(sum))
                {
                    Add(text, part, nesting + 1);
                }

                break;
            case IdentifierNameSyntax or MemberAccessExpressionSyntax:
                AddNamed(text, expression, nesting);
                break;
            case InvocationExpressionSyntax call:
                AddCall(text, call, nesting);
                break;
            default:
                text.AddHole();
                break;
        }
    }

    public static bool IsText(LiteralExpressionSyntax literal) =>
        literal.IsKind(SyntaxKind.StringLiteralExpression) || literal.IsKind(SyntaxKind.Utf8StringLiteralExpression);

    /// <summary>From left to right, without recursion: generated code has sums of thousands.</summary>
    private static IEnumerable<ExpressionSyntax> Summands(BinaryExpressionSyntax sum)
    {
        var list = new List<ExpressionSyntax>();
        ExpressionSyntax current = sum;
        while (current is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } add)
        {
            list.Add(add.Right);
            current = add.Left;
        }

        list.Add(current);
        list.Reverse();
        return list;
    }

    private void AddInterpolated(CodeText.Builder text, InterpolatedStringExpressionSyntax interpolated, int nesting)
    {
        foreach (var part in interpolated.Contents)
        {
            switch (part)
            {
                case InterpolatedStringTextSyntax plain:
                    text.Add(plain.TextToken);
                    break;
                case InterpolationSyntax { FormatClause: null, AlignmentClause: null } hole:
                    Add(text, hole.Expression, nesting + 1);
                    break;
                default:
                    text.AddHole();
                    break;
            }
        }
    }

    private void AddNamed(CodeText.Builder text, ExpressionSyntax name, int nesting)
    {
        if (models(name.SyntaxTree)?.GetSymbolInfo(name, cancellation).Symbol is not { } symbol)
        {
            text.AddHole();
            return;
        }

        if (Definitions.ValueOf(symbol, name, models, cancellation) is { } value)
        {
            Add(text, value, nesting + 1);
            if (symbol is ILocalSymbol)
            {
                AddAppended(text, symbol, name, nesting);
            }
        }
        else if (Constant(symbol) is { } constant)
        {
            text.Add(constant);
        }
        else if (symbol.ContainingType is { SpecialType: SpecialType.System_String, } && symbol.Name == "Empty")
        {
            text.Add("");
        }
        else
        {
            text.AddHole();
        }
    }

    private static string? Constant(ISymbol symbol) => symbol switch
    {
        IFieldSymbol { HasConstantValue: true, ConstantValue: { } value } => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
        ILocalSymbol { HasConstantValue: true, ConstantValue: { } value } => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
        _ => null,
    };

    private void AddCall(CodeText.Builder text, InvocationExpressionSyntax call, int nesting)
    {
        if (call.Expression is IdentifierNameSyntax { Identifier.ValueText: "nameof" })
        {
            text.AddHole();
            return;
        }

        if (models(call.SyntaxTree)?.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol method)
        {
            text.AddHole();
            return;
        }

        var arguments = call.ArgumentList.Arguments;
        if (method.ContainingType.SpecialType == SpecialType.System_String || method.ContainingType.Name == "FormattableStringFactory")
        {
            AddStringCall(text, call, method, arguments, nesting);
        }
        else if (method is { Name: "ToString" } && method.ContainingType.Name == "StringBuilder" && call.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax builder })
        {
            AddBuilder(text, builder, nesting);
        }
        else if (Definitions.ReturnedBy(method, cancellation) is { } returned && models(returned.SyntaxTree) is not null)
        {
            // A helper with one expression: its parameters are holes.
            Add(text, returned, nesting + 1);
        }
        else
        {
            text.AddHole();
        }
    }

    private void AddStringCall(CodeText.Builder text, InvocationExpressionSyntax call, IMethodSymbol method, SeparatedSyntaxList<ArgumentSyntax> arguments, int nesting)
    {
        switch (method.Name)
        {
            case "Trim" or "TrimEnd" or "TrimStart" or "Normalize" when call.Expression is MemberAccessExpressionSyntax { Expression: var receiver }:
                Add(text, receiver, nesting + 1);
                break;
            case "Concat" when method.Parameters.All(p => p.Type.SpecialType is SpecialType.System_String or SpecialType.System_Object):
                foreach (var argument in arguments)
                {
                    Add(text, argument.Expression, nesting + 1);
                }

                break;
            case "Join" when arguments.Count > 2 && method.Parameters.Length == 2:
                for (var i = 1; i < arguments.Count; i++)
                {
                    if (i > 1)
                    {
                        Add(text, arguments[0].Expression, nesting + 1);
                    }

                    Add(text, arguments[i].Expression, nesting + 1);
                }

                break;
            case "Format" or "Create" when arguments.Count > 0:
                var format = method.Parameters[0].Type.SpecialType == SpecialType.System_String ? 0 : 1;
                if (format < arguments.Count)
                {
                    AddFormat(text, arguments[format].Expression, arguments, format + 1, nesting);
                    break;
                }

                goto default;
            default:
                text.AddHole();
                break;
        }
    }
}
