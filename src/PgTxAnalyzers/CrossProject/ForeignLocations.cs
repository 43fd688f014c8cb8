using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// A step of a chain may stand in the source of another project, where the host has it. Roslyn refuses findings with such a place
/// (the analyzer counts as crashed), unless it is given as a line of a file that is not the compilation's.
/// </summary>
internal static class ForeignLocations
{
    public static Diagnostic Acceptable(Diagnostic finding, Compilation compilation)
    {
        if (finding.AdditionalLocations.All(l => !IsForeign(l, compilation)))
        {
            return finding;
        }

        var descriptor = finding.Descriptor;
        return Diagnostic.Create(
            finding.Id, descriptor.Category, finding.GetMessage(CultureInfo.InvariantCulture), finding.Severity, finding.DefaultSeverity, descriptor.IsEnabledByDefault, finding.WarningLevel,
            descriptor.Title, descriptor.Description, descriptor.HelpLinkUri, finding.Location, Acceptable(finding.AdditionalLocations, compilation), descriptor.CustomTags, finding.Properties);
    }

    private static IEnumerable<Location> Acceptable(IEnumerable<Location> locations, Compilation compilation) =>
        locations.Select(l => IsForeign(l, compilation) ? Location.Create(l.SourceTree!.FilePath, l.SourceSpan, l.GetLineSpan().Span) : l);

    private static bool IsForeign(Location location, Compilation compilation) => location.SourceTree is { } tree && !compilation.ContainsSyntaxTree(tree);
}
