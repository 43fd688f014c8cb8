using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>The options of a test, the same for every file, as an .editorconfig at the root would give them.</summary>
internal sealed class GivenOptions(IReadOnlyDictionary<string, string> values) : AnalyzerConfigOptionsProvider
{
    private readonly Values options = new(values);

    public override AnalyzerConfigOptions GlobalOptions => options;

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => options;

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => options;

    private sealed class Values(IReadOnlyDictionary<string, string> values) : AnalyzerConfigOptions
    {
        // Roslyn hands keys out in lower case, whatever the file says.
        private readonly Dictionary<string, string> lowered =
            values.ToDictionary(pair => pair.Key.ToLowerInvariant(), pair => pair.Value, KeyComparer);

        public override IEnumerable<string> Keys => lowered.Keys;

        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => lowered.TryGetValue(key, out value);
    }
}

/// <summary>An additional file of a test. Its text may be absent, as that of a file that cannot be read.</summary>
internal sealed class GivenFile(string path, string? content) : AdditionalText
{
    private readonly SourceText? text = content is null ? null : SourceText.From(content, Encoding.UTF8);

    public override string Path => path;

    public override SourceText? GetText(CancellationToken cancellationToken = default) => text;
}
