using System;
using System.Collections.Immutable;
using System.Text;

namespace PgTxAnalyzers.Postgres;

// Lines: [section], key = value, %include file; a comment begins a line with ; or #. The values of databases and users are lists of key=value.
internal sealed partial class PgBouncerIni
{
    public static PgBouncerIni Parse(string text)
    {
        var entries = ImmutableArray.CreateBuilder<PgBouncerEntry>();
        string section = "";
        bool includes = false;
        int line = 0;
        for (int start = 0; start < text.Length; line++)
        {
            int end = text.IndexOf('\n', start);
            int next = end < 0 ? text.Length : end + 1;
            var content = Trim(text, start, end < 0 ? text.Length : end);
            start = next;
            if (content.Length == 0)
                continue;
            switch (text[content.Start])
            {
                case ';' or '#':
                    break;
                case '%':
                    includes |= string.Compare(text, content.Start, "%include", 0, 8, StringComparison.OrdinalIgnoreCase) == 0;
                    break;
                case '[':
                    int close = text.IndexOf(']', content.Start, content.Length);
                    section = close < 0 ? "" : text.Substring(content.Start + 1, close - content.Start - 1).Trim().ToLowerInvariant();
                    break;
                default:
                    if (ReadEntry(text, content, section, line) is { } entry)
                        entries.Add(entry);
                    break;
            }
        }

        return new PgBouncerIni(entries.ToImmutable(), includes);
    }

    private static PgBouncerEntry? ReadEntry(string text, SqlSpan content, string section, int line)
    {
        int position = content.Start;
        string? key = ReadKey(text, ref position, content.End);
        var keySpan = new SqlSpan(content.Start, position - content.Start);
        while (position < content.End && char.IsWhiteSpace(text[position]))
            position++;
        if (key is null || position == content.End || text[position] != '=')
            return null;
        var value = Trim(text, position + 1, content.End);
        return new PgBouncerEntry(section, key, text.Substring(value.Start, value.Length), line, keySpan, value);
    }

    /// <summary>Letters, digits and a few signs, or any name in double quotes.</summary>
    private static string? ReadKey(string text, ref int position, int end)
    {
        int start = position;
        if (text[position] == '"')
            return ReadQuoted(text, ref position, end, '"');
        while (position < end && text[position] != '=' && !char.IsWhiteSpace(text[position]))
            position++;
        return position > start ? text.Substring(start, position - start) : null;
    }

    /// <summary>What the quotes hold, doubled ones single; null where they do not close.</summary>
    private static string? ReadQuoted(string text, ref int position, int end, char quote)
    {
        var value = new StringBuilder();
        while (++position < end)
        {
            if (text[position] == quote)
            {
                if (position + 1 >= end || text[position + 1] != quote)
                {
                    position++;
                    return value.ToString();
                }

                position++;
            }

            value.Append(text[position]);
        }

        return null;
    }

    private static SqlSpan Trim(string text, int start, int end)
    {
        while (start < end && (char.IsWhiteSpace(text[start]) || text[start] == '\uFEFF'))
            start++;
        while (end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        return new SqlSpan(start, end - start);
    }

    private static ImmutableArray<PgBouncerTarget> TargetsOf(ImmutableArray<PgBouncerEntry> entries, string section)
    {
        var targets = ImmutableArray.CreateBuilder<PgBouncerTarget>();
        foreach (var entry in entries)
        {
            if (entry.Section != section)
                continue;
            var settings = SettingsOf(entry.Value);
            targets.Add(new PgBouncerTarget(entry.Key, settings.TryGetValue("pool_mode", out string? mode) ? ModeOf(mode) : null, settings, entry));
        }

        return targets.ToImmutable();
    }

    /// <summary><c>host=a port=6432 connect_query='SELECT 1'</c>. Stops where a list is broken.</summary>
    private static ImmutableDictionary<string, string> SettingsOf(string text)
    {
        var settings = ImmutableDictionary.CreateBuilder<string, string>();
        for (int position = 0; position < text.Length;)
        {
            while (position < text.Length && char.IsWhiteSpace(text[position]))
                position++;
            int start = position;
            while (position < text.Length && text[position] != '=' && !char.IsWhiteSpace(text[position]))
                position++;
            string key = text.Substring(start, position - start).ToLowerInvariant();
            while (position < text.Length && char.IsWhiteSpace(text[position]))
                position++;
            if (key.Length == 0 || position == text.Length || text[position] != '=')
                break;
            position++;
            while (position < text.Length && char.IsWhiteSpace(text[position]))
                position++;

            int valueStart = position;
            string? value;
            if (position < text.Length && text[position] == '\'')
            {
                value = ReadQuoted(text, ref position, text.Length, '\'');
            }
            else
            {
                while (position < text.Length && !char.IsWhiteSpace(text[position]))
                    position++;
                value = text.Substring(valueStart, position - valueStart);
            }

            if (value is null)
                break;
            settings[key] = key == "password" ? "" : value;
        }

        return settings.ToImmutable();
    }
}
