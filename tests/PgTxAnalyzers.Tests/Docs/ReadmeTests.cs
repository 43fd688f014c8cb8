namespace PgTxAnalyzers.Tests.Docs;

public class ReadmeTests
{
    [Fact]
    public void The_table_of_rules_agrees_with_the_descriptors()
    {
        var rows = DocumentedRule.All.Select(rule => $"| [{rule.Id}]({rule.Page}) | {rule.Title} | {rule.Severity} | {rule.Fix} |\n");
        GeneratedText.HoldsBlock("README.md", "rules", "| rule | title | severity | fix |\n|---|---|---|---|\n" + string.Concat(rows));
    }
}
