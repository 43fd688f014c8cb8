using System.Collections.Generic;
using System.Globalization;

namespace PgTxAnalyzers.ConfigFiles;

/// <summary>
/// The string values of a JSON text with the keys that lead to them. Comments and trailing commas are taken, as .NET's configuration takes them; what makes no sense
/// is passed over. Nothing throws, and nesting costs no stack.
/// </summary>
internal static class JsonValues
{
    public static IEnumerable<ConfigValue> Read(string text)
    {
        // One entry per open object or array: the key that leads to it.
        var path = new List<string>();
        string? key = null;
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            switch (c)
            {
                case '"':
                    var builder = new ConfigValue.Builder();
                    var end = String(text, i + 1, builder);
                    var next = Skip(text, end + 1);
                    if (key is null && next < text.Length && text[next] == ':')
                    {
                        key = builder.ToValue("", end).Value;
                        i = next + 1;
                        break;
                    }

                    yield return builder.ToValue(Join(path, key), end);
                    key = null;
                    i = end + 1;
                    break;
                case '{' or '[':
                    path.Add(key ?? "");
                    key = null;
                    i++;
                    break;
                case '}' or ']':
                    if (path.Count > 0)
                    {
                        path.RemoveAt(path.Count - 1);
                    }

                    key = null;
                    i++;
                    break;
                case ',':
                    key = null;
                    i++;
                    break;
                default:
                    var after = Skip(text, i);
                    i = after > i ? after : i + 1;
                    break;
            }
        }
    }

    private static string Join(List<string> path, string? key)
    {
        var whole = "";
        foreach (var part in path)
        {
            whole = part.Length == 0 ? whole : whole.Length == 0 ? part : whole + ":" + part;
        }

        return key is null ? whole : whole.Length == 0 ? key : whole + ":" + key;
    }

    /// <summary>White space and comments.</summary>
    private static int Skip(string text, int at)
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            else if (text[at] == '/' && at + 1 < text.Length && text[at + 1] == '/')
            {
                var line = text.IndexOf('\n', at);
                at = line < 0 ? text.Length : line + 1;
            }
            else if (text[at] == '/' && at + 1 < text.Length && text[at + 1] == '*')
            {
                var close = text.IndexOf("*/", at + 2, System.StringComparison.Ordinal);
                at = close < 0 ? text.Length : close + 2;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    /// <summary>The place of the closing quote; a string that is not closed ends with its line.</summary>
    private static int String(string text, int at, ConfigValue.Builder value)
    {
        while (at < text.Length && text[at] is not ('"' or '\n'))
        {
            if (text[at] != '\\' || at + 1 >= text.Length)
            {
                value.Add(text[at], at);
                at++;
                continue;
            }

            var escape = text[at + 1];
            if (escape == 'u' && at + 6 <= text.Length && ushort.TryParse(text.Substring(at + 2, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code))
            {
                value.Add((char)code, at);
                at += 6;
                continue;
            }

            value.Add(escape switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', _ => escape }, at);
            at += 2;
        }

        return at;
    }
}
