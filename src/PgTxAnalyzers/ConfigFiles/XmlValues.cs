using System;
using System.Collections.Generic;

namespace PgTxAnalyzers.ConfigFiles;

/// <summary>
/// The attribute values of an XML text. Where the element has a <c>name</c> or <c>key</c> in front, that is the value's name: <c>&lt;add name="Shop" connectionString="…"/&gt;</c>.
/// A scanner and no parser: it never throws, and a broken file loses no more than its broken part.
/// </summary>
internal static class XmlValues
{
    public static IEnumerable<ConfigValue> Read(string text)
    {
        for (var i = text.IndexOf('<'); i >= 0; i = i < text.Length ? text.IndexOf('<', i) : -1)
        {
            if (string.CompareOrdinal(text, i, "<!--", 0, 4) == 0)
            {
                var close = text.IndexOf("-->", i + 4, StringComparison.Ordinal);
                i = close < 0 ? text.Length : close + 3;
                continue;
            }

            string? name = null;
            var at = i + 1;
            while (at < text.Length && text[at] != '>')
            {
                if (text[at] is not ('"' or '\''))
                {
                    at++;
                    continue;
                }

                var attribute = NameBefore(text, at);
                var end = text.IndexOf(text[at], at + 1);
                end = end < 0 ? text.Length : end;
                var builder = new ConfigValue.Builder();
                Decode(text, at + 1, end, builder);
                var value = builder.ToValue(name ?? attribute, end);
                if (attribute is "name" or "key")
                {
                    name = value.Value;
                }
                else
                {
                    yield return value;
                }

                at = end + 1;
            }

            i = Math.Min(at, text.Length);
        }
    }

    private static string NameBefore(string text, int quote)
    {
        var end = quote;
        while (end > 0 && (char.IsWhiteSpace(text[end - 1]) || text[end - 1] == '='))
        {
            end--;
        }

        var start = end;
        while (start > 0 && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '-' or ':' or '.'))
        {
            start--;
        }

        return text.Substring(start, end - start);
    }

    private static void Decode(string text, int from, int to, ConfigValue.Builder value)
    {
        for (var i = from; i < to; i++)
        {
            var semicolon = text[i] == '&' ? text.IndexOf(';', i, Math.Min(8, to - i)) : -1;
            char? entity = semicolon < 0 ? null : text.Substring(i + 1, semicolon - i - 1) switch
            {
                "quot" => '"',
                "apos" => '\'',
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                _ => null,
            };
            value.Add(entity ?? text[i], i);
            i = entity is null ? i : semicolon;
        }
    }
}
