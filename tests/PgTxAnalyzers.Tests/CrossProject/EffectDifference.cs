using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>Two assemblies' effects and work, method by method, in words that a reader can hold side by side.</summary>
internal static class EffectDifference
{
    public static IEnumerable<string> Between(string? built, string? followed)
    {
        var (ofBuild, ofSource) = (Read(built), Read(followed));
        return ofBuild.Keys.Union(ofSource.Keys).Order(StringComparer.Ordinal)
            .Where(method => ofBuild.GetValueOrDefault(method) != ofSource.GetValueOrDefault(method))
            .Select(method => $"{method}\n    metadata: {ofBuild.GetValueOrDefault(method) ?? "nothing"}\n    source:   {ofSource.GetValueOrDefault(method) ?? "nothing"}");
    }

    private static Dictionary<string, string> Read(string? text) =>
        EffectText.Read(text)?.All.ToDictionary(m => $"{m.Type}.{m.Key}", m => $"{(m.Effect is { } effect ? Text(effect) : "")}{(m.Work is { } work ? Text(work) : "")}") ?? [];

    private static string Text(MethodWork work) =>
        $" works {string.Join(" → ", work.Chain)} {work.Aftermath}, calls {string.Join(", ", work.Open)}, repeats {string.Join(", ", work.Scopes)}";

    private static string Text(MethodEffect effect) => (effect.IsLazy ? "lazy; " : "") + string.Join(" / ", effect.Rows.Select(row => string.Join("; ", row.Reaches.Select(Text).Concat(row.Runs.Select(EffectText.Run)).Concat(row.Exits.Select(EffectText.Exit)))));

    private static string Text(ForeignReach reach) =>
        $"{reach.Kind}{(reach.IsWait ? " wait" : "")}{(reach.IsLater ? " later" : "")}{(reach.AddsUp ? " adds up" : "")}[{reach.Fates.Text}] {string.Join(" → ", reach.Chain.Select(s => $"{s.Name} ({s.File}:{s.Line})"))}";
}
