using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Rules.Configuration;

/// <summary>
/// A referenced assembly says what its methods do in words that this version does not read: another version's, or damaged ones. Nothing is wrong with
/// the code, so nobody is told; who wonders why a call is not followed can ask.
/// </summary>
internal static class PGTX002UnreadableEffects
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        "PGTX002",
        "Effects of a referenced assembly cannot be read",
        "What {0} says about its methods is of another version of PgTxAnalyzers, or damaged ({1} of the references): it is ignored, as if it had been built without the package",
        "Configuration",
        DiagnosticSeverity.Hidden,
        isEnabledByDefault: true,
        description: "A project that is built with PgTxAnalyzers carries what its methods do to a transaction, for the projects that reference it. Effects that cannot be read are ignored, and the assembly counts as one that was built without the package.",
        helpLinkUri: RuleHelp.LinkFor("PGTX002"));

    public static Diagnostic Report(IReadOnlyList<string> assemblies) =>
        Diagnostic.Create(Descriptor, Location.None, string.Join(", ", assemblies.OrderBy(a => a, System.StringComparer.Ordinal)), assemblies.Count);
}
