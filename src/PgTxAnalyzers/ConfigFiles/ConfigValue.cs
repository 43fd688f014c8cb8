using System.Collections.Generic;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.ConfigFiles;

/// <summary>One value of a configuration file, with the place of each of its characters.</summary>
internal sealed class ConfigValue
{
    private readonly int start;
    private readonly int[]? offsets;

    private ConfigValue(string path, string value, int start, int[]? offsets) => (Path, Value, this.start, this.offsets) = (path, value, start, offsets);

    /// <summary>The keys that lead to it, with <c>:</c> between, e.g. <c>ConnectionStrings:Shop</c>.</summary>
    public string Path { get; }

    public string Value { get; }

    /// <summary>The last key.</summary>
    public string Name => Path.Substring(Path.LastIndexOf(':') + 1);

    /// <summary>Where a character of the value stands in the file; of its length, the place behind the last one.</summary>
    public int PositionOf(int index) => offsets is null ? start + index : offsets[index];

    public Location Locate(string file, SourceText text, SqlSpan span)
    {
        var at = TextSpan.FromBounds(PositionOf(span.Start), PositionOf(span.End));
        return Location.Create(file, at, text.Lines.GetLinePositionSpan(at));
    }

    public Location Locate(string file, SourceText text) => Locate(file, text, new SqlSpan(0, Value.Length));

    /// <summary>A value that stands in the file as it is.</summary>
    public static ConfigValue Plain(string path, string text, int start, int end) => new(path, text.Substring(start, end - start), start, null);

    /// <summary>A value that is written with escapes.</summary>
    internal sealed class Builder
    {
        private readonly StringBuilder value = new();
        private readonly List<int> offsets = new();

        public void Add(char c, int at)
        {
            value.Append(c);
            offsets.Add(at);
        }

        public ConfigValue ToValue(string path, int end)
        {
            offsets.Add(end);
            return new ConfigValue(path, value.ToString(), 0, offsets.ToArray());
        }
    }
}
