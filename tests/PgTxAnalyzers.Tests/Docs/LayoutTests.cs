using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Docs;

/// <summary>
/// Who knows the id of a rule finds all its files by name: the folder is the category, and rule, fix and test have one stem.
/// <code>
/// src/PgTxAnalyzers/Rules/HeldTransactions/PGTX103TransactionBeginsTooEarly.cs
/// src/PgTxAnalyzers.CodeFixes/Rules/HeldTransactions/PGTX103TransactionBeginsTooEarlyFix.cs
/// tests/PgTxAnalyzers.Tests/Rules/HeldTransactions/PGTX103TransactionBeginsTooEarlyTests.cs
/// docs/rules/PGTX103.md
/// </code>
/// </summary>
public class LayoutTests
{
    [Fact]
    public void Each_rule_has_one_file_of_its_own() =>
        Assert.All(DocumentedRule.All, rule => Assert.Single(Repository.Files($"src/PgTxAnalyzers/Rules/{rule.Descriptor.Category}", rule.Id + "*.cs")));

    [Fact]
    public void Each_rule_has_tests_beside_the_same_name() =>
        Assert.All(DocumentedRule.All, rule => Assert.Contains(
            $"tests/PgTxAnalyzers.Tests/Rules/{rule.Descriptor.Category}/{Stem(rule)}Tests.cs",
            Repository.Files("tests/PgTxAnalyzers.Tests/Rules", "*.cs")));

    [Fact]
    public void A_fix_bears_the_name_of_its_rule() => Assert.All(DocumentedRule.All, rule =>
    {
        var folder = $"src/PgTxAnalyzers.CodeFixes/Rules/{rule.Descriptor.Category}";
        var fixes = Repository.Files(folder, rule.Id + "*.cs").ToList();
        if (rule.HasFix)
            Assert.Contains($"{folder}/{Stem(rule)}Fix.cs", fixes);
        else
            Assert.Empty(fixes);
    });

    private static string Stem(DocumentedRule rule) =>
        Path.GetFileNameWithoutExtension(Repository.Files($"src/PgTxAnalyzers/Rules/{rule.Descriptor.Category}", rule.Id + "*.cs").FirstOrDefault(rule.Id));
}
