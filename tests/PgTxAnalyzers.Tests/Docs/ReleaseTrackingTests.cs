namespace PgTxAnalyzers.Tests.Docs;

public class ReleaseTrackingTests
{
    [Fact]
    public void Every_rule_is_tracked_once_with_its_category_and_severity()
    {
        var rows = new[] { "Shipped", "Unshipped" }
            .SelectMany(file => GeneratedText.Read($"src/PgTxAnalyzers/AnalyzerReleases.{file}.md").Split('\n'))
            .Where(line => line.StartsWith("PGTX", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (Id: cells[0], Category: cells[1], Severity: cells[2]))
            .Order();
        var rules = DocumentedRule.All.Select(rule => (rule.Id, rule.Descriptor.Category, rule.Descriptor.DefaultSeverity.ToString()));
        Assert.Equal(rules, rows);
    }
}
