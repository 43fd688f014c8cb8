using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeTexts;

/// <summary>
/// What a string token says, and where each character of it stands in the source: escapes, doubled quotes and braces, and the indentation of raw literals are taken
/// into account. Regular, verbatim, raw, UTF-8, and the text parts of each kind of interpolated string.
/// </summary>
internal readonly struct DecodedLiteral
{
    private readonly int[] offsets;

    private DecodedLiteral(string value, int[] offsets) => (Value, this.offsets) = (value, offsets);

    public string Value { get; }

    /// <summary>The place of a character of <see cref="Value"/> in the file; of its length, the place behind the last one.</summary>
    public int PositionOf(int index) => offsets[index];

    public static DecodedLiteral Of(SyntaxToken token)
    {
        var decoder = new Decoder(token.Text, token.SpanStart);
        switch (token.Kind())
        {
            case SyntaxKind.StringLiteralToken or SyntaxKind.Utf8StringLiteralToken:
                var verbatim = token.Text.StartsWith("@", StringComparison.Ordinal);
                decoder.Quoted(verbatim ? 2 : 1, EndQuote(token.Text), verbatim, braces: false);
                break;
            case SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.Utf8SingleLineRawStringLiteralToken:
                var quotes = Quotes(token.Text);
                decoder.Plain(quotes, Math.Max(quotes, EndQuote(token.Text) - quotes + 1));
                break;
            case SyntaxKind.MultiLineRawStringLiteralToken or SyntaxKind.Utf8MultiLineRawStringLiteralToken:
                decoder.RawLines(token.Text);
                break;
            case SyntaxKind.InterpolatedStringTextToken when token.Parent?.Parent is InterpolatedStringExpressionSyntax whole:
                Interpolated(ref decoder, token, whole);
                break;
        }

        return decoder.Result();
    }

    private static void Interpolated(ref Decoder decoder, SyntaxToken token, InterpolatedStringExpressionSyntax whole)
    {
        switch (whole.StringStartToken.Kind())
        {
            case SyntaxKind.InterpolatedMultiLineRawStringStartToken:
                var end = whole.StringEndToken.Text;
                var indent = end.LastIndexOf('\n') + 1;
                var length = 0;
                while (indent + length < end.Length && end[indent + length] is ' ' or '\t')
                {
                    length++;
                }

                decoder.Indented(0, token.Text.Length, length, atLineStart: whole.Contents[0] == token.Parent);
                break;
            case SyntaxKind.InterpolatedSingleLineRawStringStartToken:
                decoder.Plain(0, token.Text.Length);
                break;
            case SyntaxKind.InterpolatedVerbatimStringStartToken:
                decoder.Quoted(0, token.Text.Length, verbatim: true, braces: true);
                break;
            default:
                decoder.Quoted(0, token.Text.Length, verbatim: false, braces: true);
                break;
        }
    }

    private static int Quotes(string text)
    {
        var count = 0;
        while (count < text.Length && text[count] == '"')
        {
            count++;
        }

        return count;
    }

    /// <summary>The last quote of the token, which may have u8 behind it; the end where half a literal has been typed.</summary>
    private static int EndQuote(string text)
    {
        var last = text.LastIndexOf('"');
        return last > 0 ? last : text.Length;
    }

    private struct Decoder
    {
        private readonly string text;
        private readonly int start;
        private readonly StringBuilder value;
        private readonly List<int> offsets;
        private int end;

        public Decoder(string text, int start)
        {
            (this.text, this.start) = (text, start);
            value = new StringBuilder(text.Length);
            offsets = new List<int>(text.Length + 1);
            end = text.Length;
        }

        public readonly DecodedLiteral Result()
        {
            offsets.Add(start + end);
            return new DecodedLiteral(value.ToString(), offsets.ToArray());
        }

        private readonly void Add(char c, int at)
        {
            value.Append(c);
            offsets.Add(start + at);
        }

        public void Plain(int from, int to)
        {
            end = to;
            for (var i = from; i < to; i++)
            {
                Add(text[i], i);
            }
        }

        public void Quoted(int from, int to, bool verbatim, bool braces)
        {
            end = to;
            for (var i = from; i < to; i++)
            {
                var c = text[i];
                if ((verbatim && c == '"') || (braces && c is '{' or '}'))
                {
                    Add(c, i);
                    i += i + 1 < to && text[i + 1] == c ? 1 : 0;
                }
                else if (c == '\\' && !verbatim && i + 1 < to)
                {
                    i = Escape(i, to);
                }
                else
                {
                    Add(c, i);
                }
            }
        }

        /// <summary>The last character of the escape that begins at <paramref name="at"/>.</summary>
        private readonly int Escape(int at, int to)
        {
            var kind = text[at + 1];
            if (kind is not ('u' or 'U' or 'x'))
            {
                Add(kind switch { 'n' => '\n', 'r' => '\r', 't' => '\t', '0' => '\0', 'a' => '\a', 'b' => '\b', 'f' => '\f', 'v' => '\v', 'e' => '\u001b', _ => kind }, at);
                return at + 1;
            }

            var most = kind switch { 'u' => 4, 'U' => 8, _ => 4 };
            var end = at + 2;
            while (end < to && end < at + 2 + most && Uri.IsHexDigit(text[end]))
            {
                end++;
            }

            if (int.TryParse(text.Substring(at + 2, end - at - 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code) && code <= 0x10FFFF && code is < 0xD800 or > 0xDFFF)
            {
                foreach (var c in char.ConvertFromUtf32(code))
                {
                    Add(c, at);
                }
            }
            else
            {
                Add('\uFFFD', at);
            }

            return end - 1;
        }

        public void RawLines(string token)
        {
            var first = token.IndexOf('\n') + 1;
            var last = token.LastIndexOf('\n');
            if (first == 0 || last < first)
            {
                return;
            }

            var indent = 0;
            while (last + 1 + indent < token.Length && token[last + 1 + indent] is ' ' or '\t')
            {
                indent++;
            }

            Indented(first, last > first && token[last - 1] == '\r' ? last - 1 : last, indent, atLineStart: true);
        }

        public void Indented(int from, int to, int indent, bool atLineStart)
        {
            end = to;
            var skip = atLineStart ? indent : 0;
            for (var i = from; i < to; i++)
            {
                if (skip > 0 && text[i] is ' ' or '\t')
                {
                    skip--;
                    continue;
                }

                skip = text[i] == '\n' ? indent : 0;
                Add(text[i], i);
            }
        }
    }
}
