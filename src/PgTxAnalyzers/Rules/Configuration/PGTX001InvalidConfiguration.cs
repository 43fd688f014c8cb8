using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Options;

namespace PgTxAnalyzers.Rules.Configuration;

/// <summary>An option or a model line that cannot be understood does nothing. This says which, where, and what would be right.</summary>
internal static class PGTX001InvalidConfiguration
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        "PGTX001",
        "Configuration is invalid",
        "Invalid configuration: {0}",
        "Configuration",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "An option of PgTxAnalyzers or a line of PgTx.Models.txt cannot be understood or contradicts another one. It was ignored.",
        helpLinkUri: RuleHelp.LinkFor("PGTX001"));

    public static Diagnostic Report(ConfigurationProblem problem) => Diagnostic.Create(Descriptor, problem.Location, problem.Message);
}
