using System.Text;

namespace PgTxAnalyzers.Tests.Rules;

/// <summary>
/// What stands around the statements of a program, mixed at random: <c>#if</c>, <c>#region</c>, <c>#pragma</c>, code that is switched off, comments in every place, blank lines, tabs and CRLF.
/// The program means the same. Equal seeds give equal texts.
/// </summary>
internal static class RandomTrivia
{
    /// <summary>Trivia in a program whose lines are indented by four spaces and hold one statement at most.</summary>
    public static string Into(string program, int seed)
    {
        var random = new Random(seed);
        var lines = program.Split('\n').ToList();
        var first = lines.FindIndex(line => line.Contains("RunAsync(") || line.Contains("int Run(")) + 2;
        var number = 0;
        for (var count = random.Next(4); count > 0; count--)
        {
            var (open, close) = random.Next(5) switch
            {
                0 or 1 => ($"#if !NEVER{number}", "#endif"),
                2 => ($"#pragma warning disable CS9{number:000}", $"#pragma warning restore CS9{number:000}"),
                3 => ($"#if NEVER{number}\nthis.Is(not code);\n#endif", ""),
                _ => ($"#region Part {number}", $"#endregion Part {number}"),
            };
            number++;
            var from = random.Next(first, lines.Count - 3);
            Surround(lines, from, random.Next(from, Math.Min(lines.Count - 3, from + 8)), open, close);
        }

        for (var i = first; i < lines.Count - 3; i++)
        {
            lines[i] = random.Next(12) switch
            {
                0 when lines[i].EndsWith(';') => $"{lines[i]} // Trailing {number++}.",
                1 when lines[i].EndsWith(';') => lines[i].Insert(lines[i].Length - lines[i].TrimStart().Length, $"/* Leading {number++}. */ "),
                2 when !lines[i].TrimStart().StartsWith('#') => $"{lines[i]}\n",
                _ => lines[i],
            };
        }

        var text = string.Join('\n', lines);
        text = random.Next(3) == 0 ? Tabbed(text) : text;
        return random.Next(3) == 0 ? text.Replace("\n", "\r\n") : text;
    }

    /// <summary>
    /// What is wrong with the text of a program that a fix has changed: its line ends or its indentation are mixed where they were not, or a line is switched on and off by other directives than before.
    /// Null where nothing is.
    /// </summary>
    public static string? Problem(string before, string after)
    {
        if (before.Contains("\r\n") != after.Contains("\r\n") || (before.Contains("\r\n") && after.Replace("\r\n", "").Contains('\n')))
            return "mixes line ends";
        if (before.Contains("\n\t") && after.Split('\n').FirstOrDefault(line => line.StartsWith(' ')) is { } spaces && !before.Contains("\n "))
            return $"indents by spaces among tabs: {spaces}";
        var (old, now) = (Conditions(before), Conditions(after));
        return old.Keys.Where(now.ContainsKey).Where(line => old[line] != now[line]).Select(line => $"moves '{line}' from [{old[line]}] to [{now[line]}]").FirstOrDefault();
    }

    private static void Surround(List<string> lines, int from, int to, string open, string close)
    {
        // Pairs may be in each other, and must not overlap.
        var inside = lines.Skip(from).Take(to - from + 1).ToList();
        if (inside.Any(line => line.TrimStart().StartsWith('#')))
            return;
        if (close.Length > 0)
            lines.Insert(to + 1, close);
        lines.Insert(from, open);
    }

    private static string Tabbed(string text)
    {
        var builder = new StringBuilder();
        foreach (var line in text.Split('\n'))
        {
            var content = line.TrimStart(' ');
            var depth = line.Length - content.Length;
            builder.Append('\t', depth / 4).Append(' ', depth % 4).Append(content).Append('\n');
        }

        return builder.Remove(builder.Length - 1, 1).ToString();
    }

    /// <summary>The directives around each line that is there once: what it is compiled under. A region has no such meaning.</summary>
    private static Dictionary<string, string> Conditions(string text)
    {
        var open = new List<string>();
        var found = new Dictionary<string, string>();
        var twice = new HashSet<string>();
        foreach (var line in text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            if (line.StartsWith("#if", StringComparison.Ordinal) || line.StartsWith("#pragma warning disable", StringComparison.Ordinal))
                open.Add(line);
            else if (line == "#endif" || line.StartsWith("#pragma warning restore", StringComparison.Ordinal))
                open.RemoveAt(open.Count - 1);
            else if (line.Length > 1 && !line.StartsWith('#') && !found.TryAdd(line, string.Join(", ", open)))
                twice.Add(line);
        }

        foreach (var line in twice)
            found.Remove(line);
        return found;
    }
}
