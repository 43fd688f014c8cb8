using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Docs;

/// <summary>Every rule has a page, its head agrees with the descriptor, and the help link of a finding leads there.</summary>
public class RulePageTests
{
    private const string BlockName = "generated";

    [Fact]
    public void The_head_of_a_page_agrees_with_the_descriptor() => Assert.All(DocumentedRule.All, rule =>
    {
        GeneratedText.HoldsBlock(rule.Page, BlockName, Head(rule), Skeleton(rule));
        Assert.StartsWith(Heading(rule) + "\n", GeneratedText.Read(rule.Page));
    });

    [Fact]
    public void A_page_shows_the_bad_and_the_good_and_how_to_suppress() => Assert.All(
        DocumentedRule.All,
        rule => Assert.All(["## Bad", "## Good", "## Suppress"], section => Assert.Contains($"\n{section}\n", GeneratedText.Read(rule.Page))));

    [Fact]
    public void The_help_link_leads_to_the_page() =>
        Assert.All(DocumentedRule.All, rule => Assert.Equal($"https://github.com/pgtxanalyzers/pgtxanalyzers/blob/main/{rule.Page}", rule.Descriptor.HelpLinkUri));

    [Fact]
    public void No_page_speaks_of_a_rule_that_does_not_exist() =>
        Assert.Equal(DocumentedRule.All.Select(rule => rule.Page), Repository.Files("docs/rules", "PGTX*.md"));

    [Fact]
    public void A_finding_says_why_it_hurts() => Assert.All(DocumentedRule.All, rule =>
    {
        Assert.NotEqual("", rule.Descriptor.Description.ToString(null));
        Assert.NotEqual(rule.Title, rule.Descriptor.MessageFormat.ToString(null));
    });

    private static string Heading(DocumentedRule rule) => $"# {rule.Id}: {rule.Title}";

    private static string Head(DocumentedRule rule) => $"""
        | id | title | category | severity | fix |
        |---|---|---|---|---|
        | {rule.Id} | {rule.Title} | {rule.Descriptor.Category} | {rule.Severity} | {rule.Fix} |

        """.ReplaceLineEndings("\n");

    private static string Skeleton(DocumentedRule rule)
    {
        var (opening, closing) = GeneratedText.Comments(BlockName);
        return $"{Heading(rule)}\n\n{opening}\n{closing}\n";
    }
}
