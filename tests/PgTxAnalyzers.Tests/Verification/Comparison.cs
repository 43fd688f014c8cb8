using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>
/// Findings against marks. Per rule and line: an <c>expect</c> without a finding is missed, a finding with neither
/// <c>expect</c> nor <c>maybe</c> is false. Several findings of one rule on one line count once.
/// </summary>
internal sealed class Comparison
{
    private readonly ImmutableArray<(string Path, string Text)> sources;
    private readonly IReadOnlyList<Markers.Place> missed;
    private readonly IReadOnlyList<Diagnostic> unexpected;

    private Comparison(ImmutableArray<(string Path, string Text)> sources, IReadOnlyList<Markers.Place> missed, IReadOnlyList<Diagnostic> unexpected)
    {
        this.sources = sources;
        this.missed = missed;
        this.unexpected = unexpected;
    }

    public bool IsRight => missed.Count == 0 && unexpected.Count == 0;

    /// <param name="sources">The files with their marks.</param>
    /// <param name="findings">What was found in them.</param>
    /// <param name="counted">The rules that count; null for all.</param>
    public static Comparison Of(ImmutableArray<(string Path, string Text)> sources, ImmutableArray<Diagnostic> findings, IReadOnlySet<string>? counted)
    {
        var marks = Markers.Read(sources);
        var found = findings.Where(finding => Counts(finding.Id)).GroupBy(PlaceOf).ToDictionary(group => group.Key, group => group.First());
        return new(
            sources,
            [.. marks.Expected.Where(place => Counts(place.Id) && !found.ContainsKey(place))],
            [.. found.Where(pair => !marks.Expected.Contains(pair.Key) && !marks.Allowed.Contains(pair.Key)).Select(pair => pair.Value)]);

        bool Counts(string id) => counted is null || counted.Contains(id);
    }

    public static Markers.Place PlaceOf(Diagnostic finding)
    {
        var span = finding.Location.GetLineSpan();
        return new(span.Path ?? "", span.StartLinePosition.Line + 1, finding.Id);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var place in missed)
            text.AppendLine($"missed {place}   {Line(place)}");
        foreach (var finding in unexpected)
            text.AppendLine($"false  {PlaceOf(finding)}   {Line(PlaceOf(finding))}\n       {finding.GetMessage()}");
        return text.ToString();
    }

    private string Line(Markers.Place place)
    {
        var source = sources.FirstOrDefault(file => file.Path == place.File).Text ?? "";
        return source.Split('\n').ElementAtOrDefault(place.Line - 1)?.Trim() ?? "";
    }
}
