using System.Globalization;
using System.Security;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.Tests.Docs;

/// <summary>A finding as an editor shows it: the lines around it, the wave under its place, the message below. Drawn from the diagnostic itself.</summary>
internal static class FindingPicture
{
    /// <summary>Pixels. Each line says how long it is, so that every monospaced font comes out alike.</summary>
    private const double Character = 7.2, Line = 19, Left = 56, Top = 52;

    private const int MessageColumns = 112;

    /// <param name="finding">What is shown.</param>
    /// <param name="title">The name of the file, as a reader would know it.</param>
    /// <param name="from">The first line that is shown, from 1 on.</param>
    /// <param name="to">The last one.</param>
    public static string Of(Diagnostic finding, string title, int from, int to)
    {
        var tree = finding.Location.SourceTree!;
        var lines = tree.GetText().Lines.Where(line => line.LineNumber + 1 >= from && line.LineNumber + 1 <= to).ToList();
        var indent = lines.Where(line => line.ToString().Trim().Length > 0).Min(line => line.ToString().TakeWhile(char.IsWhiteSpace).Count());
        var at = finding.Location.GetLineSpan().StartLinePosition.Line;
        var message = Wrap($"{finding.Id}: {finding.GetMessage(CultureInfo.InvariantCulture)}").ToList();

        var body = new StringBuilder();
        var y = Top;
        foreach (var line in lines)
        {
            body.Append(CultureInfo.InvariantCulture, $"""  <text class="dim" x="{Left - 12}" y="{y}" text-anchor="end">{line.LineNumber + 1}</text>""").Append('\n');
            var text = Coloured(tree, line, indent, out var length);
            if (length > 0)
                body.Append(CultureInfo.InvariantCulture, $"""  <text class="code" x="{Left}" y="{y}" textLength="{length * Character:0.#}" xml:space="preserve">{text}</text>""").Append('\n');
            if (line.LineNumber == at)
            {
                var span = finding.Location.SourceSpan;
                body.Append(Wave(Left + ((span.Start - line.Start - indent) * Character), y + 5, Math.Min(span.End, line.End) - span.Start));
                y += Line / 2;
                body.Append(CultureInfo.InvariantCulture, $"""  <rect class="message" x="{Left}" y="{y}" width="{(MessageColumns * Character) + 20:0}" height="{(message.Count * Line) + 8:0}" rx="4"/>""").Append('\n');
                foreach (var part in message)
                {
                    y += Line;
                    body.Append(CultureInfo.InvariantCulture, $"""  <text class="code" x="{Left + 10}" y="{y}">{Escaped(part)}</text>""").Append('\n');
                }

                y += Line / 2;
            }

            y += Line;
        }

        var width = Left + (MessageColumns * Character) + 40;
        return string.Create(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{width:0}} {{y:0}}" font-family="Cascadia Code, Consolas, Menlo, DejaVu Sans Mono, monospace" font-size="12" role="img" aria-labelledby="t">
              <title id="t">{{Escaped($"{title}, line {at + 1}: {string.Join(' ', message)}")}}</title>
              <style>
                .bg { fill: #ffffff } .bar { fill: #f6f8fa } .code { fill: #24292f } .dim { fill: #6e7781 } .key { fill: #0550ae } .string { fill: #0a3069 } .comment { fill: #57606a } .wave { stroke: #bf8700; fill: none } .message { fill: #fff8c5 }
                @media (prefers-color-scheme: dark) {
                  .bg { fill: #0d1117 } .bar { fill: #161b22 } .code { fill: #e6edf3 } .dim { fill: #7d8590 } .key { fill: #79c0ff } .string { fill: #a5d6ff } .comment { fill: #8b949e } .wave { stroke: #d29922 } .message { fill: #272115 }
                }
              </style>
              <rect class="bg" width="{{width:0}}" height="{{y:0}}" rx="8"/>
              <rect class="bar" width="{{width:0}}" height="28" rx="8"/>
              <text class="dim" x="16" y="19">{{Escaped(title)}}</text>
            {{body}}</svg>

            """).ReplaceLineEndings("\n");
    }

    private static string Coloured(SyntaxTree tree, TextLine line, int indent, out int length)
    {
        var text = line.ToString();
        length = Math.Max(0, text.TrimEnd().Length - indent);
        var result = new StringBuilder();
        for (var i = indent; i < indent + length;)
        {
            var (kind, end) = KindAt(tree, line.Start + i);
            var part = Escaped(text[i..Math.Min(Math.Max(end - line.Start, i + 1), indent + length)]);
            result.Append(kind is null ? part : $"""<tspan class="{kind}">{part}</tspan>""");
            i = Math.Max(end - line.Start, i + 1);
        }

        return result.ToString();
    }

    private static (string? Kind, int End) KindAt(SyntaxTree tree, int position)
    {
        var root = tree.GetRoot();
        var trivia = root.FindTrivia(position);
        if (trivia.IsKind(SyntaxKind.SingleLineCommentTrivia))
            return ("comment", trivia.Span.End);

        var token = root.FindToken(position);
        var kind = token.IsKeyword() || token.IsContextualKeyword() || token.Text is "var" ? "key"
            : token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedStringEndToken ? "string"
            : null;
        return token.Span.Contains(position) ? (kind, token.Span.End) : (null, position + 1);
    }

    private static string Wave(double x, double y, int characters)
    {
        var path = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"M{x:0.#} {y:0.#}"));
        for (var i = 0; i < characters * 2; i++)
            path.Append(CultureInfo.InvariantCulture, $"l{Character / 2:0.#} {(i % 2 == 0 ? -3 : 3)}");
        return $"""  <path class="wave" d="{path}"/>""" + "\n";
    }

    private static IEnumerable<string> Wrap(string text)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > MessageColumns)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : line + " " + word;
        }

        yield return line;
    }

    private static string Escaped(string text) => SecurityElement.Escape(text).Replace("&apos;", "'", StringComparison.Ordinal).Replace("&quot;", "\"", StringComparison.Ordinal);
}
