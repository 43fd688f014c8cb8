namespace PgTxAnalyzers.Rules;

/// <summary>Where a rule's page is, and what its descriptor tells the package.</summary>
internal static class RuleHelp
{
    private const string Pages = "https://github.com/pgtxanalyzers/pgtxanalyzers/blob/main/docs/rules/";

    /// <summary>
    /// Tag of a rule whose findings are a warning at one place and a suggestion at another. A mode leaves such a rule alone: the one severity
    /// that a configuration can give it would make errors of the suggestions as well.
    /// </summary>
    public const string SeverityByPlace = "PgTx.SeverityByPlace";

    public static string LinkFor(string id) => Pages + id + ".md";
}
