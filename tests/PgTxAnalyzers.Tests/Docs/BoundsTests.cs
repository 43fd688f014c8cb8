using System.Text.RegularExpressions;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Docs;

/// <summary>The bounds that <c>docs/how-it-works.md</c> lists are those of the code.</summary>
public partial class BoundsTests
{
    private static readonly Lazy<string> Source = new(() => string.Join("\n", Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}")).Select(File.ReadAllText)));

    public static TheoryData<string, string> Rows => [.. File.ReadAllLines(Repository.PathOf("docs/how-it-works.md"))
        .Select(line => Row().Match(line)).Where(row => row.Success).Select(row => (row.Groups[1].Value, row.Groups[2].Value))];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_bound_that_is_documented_has_that_value(string names, string values)
    {
        var (name, value) = (Name().Matches(names).Select(m => m.Value).ToList(), Number().Matches(values).Select(m => m.Value.Replace(",", "")).ToList());

        // Two names with one value share it.
        for (var i = 0; i < name.Count; i++)
        {
            var wanted = value[Math.Min(i, value.Count - 1)] + (values.Contains("MiB") && i == 0 ? " MiB" : "");
            Assert.Contains(wanted, Values(name[i]));
        }
    }

    /// <summary>What constants of this name are set to, digits only.</summary>
    private static List<string> Values(string name) => Regex.Matches(Source.Value, $@"\b{name} = ([^;]+);").Select(m => m.Groups[1].Value).SelectMany(Written).ToList();

    private static IEnumerable<string> Written(string value) => value switch
    {
        "1024 * 1024" or "1 << 20" => ["1 MiB", "1048576"],
        "GraphWalker.MaxStatesPerBlock" => ["160"],
        "MaxStatesPerBlock / 2" => ["80"],
        _ => [value.Replace("_", "")],
    };

    [GeneratedRegex(@"^\| ((?:`Max\w+`(?:, )?)+) \| ([^|]+) \| `")]
    private static partial Regex Row();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Name();

    [GeneratedRegex(@"\d+(?:,\d{3})*")]
    private static partial Regex Number();
}
