using System.Text;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Rules;

namespace PgTxAnalyzers.Tests.Docs;

/// <summary>The severities that <c>PgTxAnalysisMode</c> stands for. The mode <c>default</c> has no file: it is what the descriptors say.</summary>
public class ModePackTests
{
    [Fact]
    public void Mode_none_turns_every_rule_off() => Holds("none", _ => "none");

    [Fact]
    public void Mode_ci_makes_warnings_errors() =>
        Holds("ci", rule => rule.Descriptor.DefaultSeverity == DiagnosticSeverity.Warning && !SeverityDependsOnPlace(rule) ? "error" : null);

    [Fact]
    public void Mode_all_lifts_what_is_less_than_a_warning() =>
        Holds("all", rule => rule.Descriptor.DefaultSeverity < DiagnosticSeverity.Warning ? "warning" : null);

    // An error of a suggestion would break builds that are meant to pass.
    private static bool SeverityDependsOnPlace(DocumentedRule rule) => rule.Descriptor.CustomTags.Contains(RuleHelp.SeverityByPlace);

    private static void Holds(string mode, Func<DocumentedRule, string?> severity)
    {
        var text = new StringBuilder();
        text.Append($"# PgTxAnalysisMode={mode}. Generated from the rules' descriptors; {nameof(ModePackTests)} holds it in sync.\n");
        text.Append("is_global = true\n");
        text.Append("# Below any level that a user's file has: a severity in .globalconfig or .editorconfig wins.\n");
        text.Append("global_level = -100\n");
        foreach (var rule in DocumentedRule.All)
        {
            if (severity(rule) is { } level)
                text.Append($"\n# {rule.Title}\ndotnet_diagnostic.{rule.Id}.severity = {level}\n");
        }

        GeneratedText.HoldsFile($"src/PgTxAnalyzers.Package/modes/PgTx.{mode}.globalconfig", text.ToString());
    }
}
