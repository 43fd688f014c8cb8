using System.Text.RegularExpressions;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>
/// The marks at the ends of lines that say which findings a test expects there:
/// <c>// expect: PGTX101, PGTX204</c> for findings that must stand on the line, <c>// maybe: PGTX108</c> for one that may,
/// <c>// fix: PGTX103</c> for one that must and to which a fix is applied. A line without a mark expects nothing.
/// </summary>
internal sealed partial class Markers
{
    private Markers(IReadOnlySet<Place> expected, IReadOnlySet<Place> allowed, IReadOnlyList<Place> toFix)
    {
        Expected = expected;
        Allowed = allowed;
        ToFix = toFix;
    }

    /// <summary>A rule and the line, counted from one, on which its finding begins.</summary>
    internal readonly record struct Place(string File, int Line, string Id)
    {
        public override string ToString() => $"{File}({Line}): {Id}";
    }

    public IReadOnlySet<Place> Expected { get; }

    public IReadOnlySet<Place> Allowed { get; }

    public IReadOnlyList<Place> ToFix { get; }

    /// <summary>The rules that any mark names.</summary>
    public IEnumerable<string> Mentioned => Expected.Concat(Allowed).Select(place => place.Id).Distinct();

    public static Markers Read(IEnumerable<(string File, string Text)> files)
    {
        HashSet<Place> expected = [], allowed = [];
        List<Place> toFix = [];
        foreach (var (file, text) in files)
        {
            var lines = text.Split('\n');
            for (var i = 0; i < lines.Length; i++)
            {
                foreach (Match mark in Mark().Matches(lines[i]))
                {
                    foreach (var id in mark.Groups["ids"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                    {
                        var place = new Place(file, i + 1, id);
                        (mark.Groups["kind"].Value == "maybe" ? allowed : expected).Add(place);
                        if (mark.Groups["kind"].Value == "fix")
                            toFix.Add(place);
                    }
                }
            }
        }

        return new(expected, allowed, toFix);
    }

    /// <summary>The text without its marks and with every line still in its place: what a fix is applied to.</summary>
    public static string Strip(string text) => MarkWithBlanks().Replace(text, "");

    [GeneratedRegex(@"//\s*(?<kind>expect|maybe|fix):\s*(?<ids>[A-Z0-9, ]+)")]
    private static partial Regex Mark();

    [GeneratedRegex(@"[ \t]*//[ \t]*(expect|maybe|fix):[ \t]*[A-Z0-9, ]+")]
    private static partial Regex MarkWithBlanks();
}
