using System.Text.RegularExpressions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Examples;

/// <summary>
/// One file of example code: PGTX101/EarlyReturns.cs belongs to the examples of PGTX101 and is marked for all rules.
/// Lines at its top, before the first line of code, give options and additional files:
/// <code>
/// // option: pgtx.pooling = transaction
/// // file: pgbouncer.ini | [pgbouncer]\npool_mode = transaction
/// </code>
/// </summary>
internal static partial class ExampleFile
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Examples");

    /// <summary>All files as <c>PGTX101/EarlyReturns.cs</c>, in a stable order.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Directory.GetFiles(Root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    public static TestCode Read(string name)
    {
        var text = File.ReadAllText(Path.Combine(Root, name));
        var code = TestCode.Of(text, name);
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n').TakeWhile(line => line.StartsWith("//", StringComparison.Ordinal) || line.Trim().Length == 0))
        {
            if (Option().Match(line) is { Success: true } option)
                code = code.WithOption(option.Groups["key"].Value, option.Groups["value"].Value.Trim());
            if (AdditionalFile().Match(line) is { Success: true } file)
                code = code.WithAdditionalFile(file.Groups["path"].Value, file.Groups["text"].Value.Trim().Replace("\\n", "\n"));
        }

        return code;
    }

    [GeneratedRegex(@"^//\s*option:\s*(?<key>\S+)\s*=\s*(?<value>.+)$")]
    private static partial Regex Option();

    [GeneratedRegex(@"^//\s*file:\s*(?<path>\S+)\s*\|\s*(?<text>.+)$")]
    private static partial Regex AdditionalFile();
}
