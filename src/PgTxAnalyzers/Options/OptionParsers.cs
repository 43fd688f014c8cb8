using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Options;

/// <summary>How the values of options are read.</summary>
internal static class OptionParsers
{
    // .editorconfig cannot hold a semicolon in a value (it begins a comment), MSBuild likes it best.
    private static readonly char[] Separators = { ' ', '\t', '\r', '\n', ';' };

    public static bool? Flag(string value, out string? problem)
    {
        problem = null;
        switch (value.ToLowerInvariant())
        {
            case "true":
                return true;
            case "false":
                return false;
            default:
                problem = $"'{value}' is neither 'true' nor 'false'";
                return null;
        }
    }

    public static OptionDefinition<T>.Parser Choice<T>()
        where T : struct, Enum
    {
        var names = Enum.GetNames(typeof(T)).Where(name => name != "Unset").Select(name => name.ToLowerInvariant()).ToArray();
        return (string value, out string? problem) =>
        {
            problem = null;
            if (Array.IndexOf(names, value.ToLowerInvariant()) >= 0 && Enum.TryParse<T>(value, ignoreCase: true, out var choice))
            {
                return choice;
            }

            problem = $"'{value}' is none of {string.Join(", ", names)}";
            return default;
        };
    }

    public static OptionDefinition<int?>.Parser Number(int least, int most) => (string value, out string? problem) =>
    {
        problem = null;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        problem = most == int.MaxValue ? $"'{value}' is no whole number from {least} on" : $"'{value}' is no whole number from {least} to {most}";
        return null;
    };

    public static Version? Version(string value, out string? problem)
    {
        problem = null;
        if (System.Version.TryParse(value, out var version))
        {
            return version;
        }

        problem = $"'{value}' is no version such as 1.21";
        return null;
    }

    public static ImmutableArray<string> Words(string value, out string? problem)
    {
        problem = null;
        return Split(value);
    }

    /// <summary>As <see cref="Words"/>, and each of them has to be a pattern.</summary>
    public static ImmutableArray<string> Patterns(string value, out string? problem)
    {
        var words = Split(value);
        var problems = words.Select(word => ModelParser.ParsePattern(word, 0, out var error) is null ? error?.Message : null).Where(p => p is not null).ToList();
        problem = problems.Count == 0 ? null : string.Join("; ", problems);
        return words;
    }

    public static ImmutableArray<string> Split(string value) => value.Split(Separators, StringSplitOptions.RemoveEmptyEntries).ToImmutableArray();
}
