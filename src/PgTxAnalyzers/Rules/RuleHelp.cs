namespace PgTxAnalyzers.Rules;

/// <summary>Where a rule's page is.</summary>
internal static class RuleHelp
{
    private const string Pages = "https://github.com/pgtxanalyzers/pgtxanalyzers/blob/main/docs/rules/";

    public static string LinkFor(string id) => Pages + id + ".md";
}
