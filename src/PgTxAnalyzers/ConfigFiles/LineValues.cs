using System;
using System.Collections.Generic;

namespace PgTxAnalyzers.ConfigFiles;

/// <summary>
/// The values of files that have one per line: <c>KEY=value</c> (<c>.env</c>), and in YAML <c>key: value</c> and <c>- KEY=value</c>. Quotes around a value are not part of it.
/// Of YAML no more is read: neither anchors nor folded texts hold a connection string in practice.
/// </summary>
internal static class LineValues
{
    public static IEnumerable<ConfigValue> Read(string text, bool isYaml)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            if (Line(text, start, end, isYaml) is { } value)
            {
                yield return value;
            }

            start = end + 1;
        }
    }

    private static ConfigValue? Line(string text, int start, int end, bool isYaml)
    {
        Trim(text, ref start, ref end);
        if (start < end && isYaml && text[start] == '-')
        {
            start++;
            Trim(text, ref start, ref end);
        }

        if (start == end || text[start] == '#')
        {
            return null;
        }

        // - "KEY=value": the quotes are around both.
        Unquote(text, ref start, ref end);
        if (string.CompareOrdinal(text, start, "export ", 0, 7) == 0)
        {
            start += 7;
        }

        var separator = start;
        while (separator < end && (char.IsLetterOrDigit(text[separator]) || text[separator] is '_' or '.' or '-' or '"' or '\''))
        {
            separator++;
        }

        var blank = separator;
        while (blank < end && text[blank] is ' ' or '\t')
        {
            blank++;
        }

        if (separator == start || blank >= end || !(text[blank] == '=' || (isYaml && text[blank] == ':')))
        {
            return null;
        }

        var key = text.Substring(start, separator - start).Trim('"', '\'').Replace("__", ":");
        var from = blank + 1;
        Trim(text, ref from, ref end);
        if (!Unquote(text, ref from, ref end))
        {
            // A comment behind a value needs a space in front: a password may well have the sign.
            var comment = text.IndexOf(" #", from, end - from, StringComparison.Ordinal);
            end = comment < 0 ? end : comment;
            Trim(text, ref from, ref end);
        }

        // Behind a key of YAML that has nothing, a block begins.
        return isYaml && from == end ? null : ConfigValue.Plain(key, text, from, end);
    }

    private static void Trim(string text, ref int start, ref int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }
    }

    private static bool Unquote(string text, ref int start, ref int end)
    {
        if (end - start < 2 || text[start] is not ('"' or '\''))
        {
            return false;
        }

        var close = text.IndexOf(text[start], start + 1, end - start - 1);
        if (close < 0)
        {
            return false;
        }

        // "KEY": value in YAML: the quotes are the key's.
        if (close < end - 1 && text.IndexOf('#', close, end - close) < 0)
        {
            return false;
        }

        (start, end) = (start + 1, close);
        return true;
    }
}
