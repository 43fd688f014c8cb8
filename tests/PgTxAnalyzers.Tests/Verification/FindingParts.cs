using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>The parts of a finding in the words of the source, for assertions that a reader can check by eye.</summary>
internal static class FindingParts
{
    /// <summary>The code that a location covers.</summary>
    public static string Text(this Location location) => location.SourceTree!.GetText().ToString(location.SourceSpan);

    /// <summary>The code under each additional location, in order.</summary>
    public static IEnumerable<string> OtherTexts(this Diagnostic finding) => finding.AdditionalLocations.Select(Text);

    /// <summary>The line, counted from one, on which a location begins.</summary>
    public static int Line(this Location location) => location.GetLineSpan().StartLinePosition.Line + 1;
}
