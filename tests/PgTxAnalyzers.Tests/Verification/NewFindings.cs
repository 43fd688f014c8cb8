using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>The findings after a fix that were not there before it.</summary>
internal static partial class NewFindings
{
    /// <param name="before">What was found before.</param>
    /// <param name="after">What is found now.</param>
    /// <param name="repeats">The fix writes code down a second time, as a split does with begin and handlers: what was found there before is found in both places.</param>
    public static IEnumerable<Diagnostic> Of(IReadOnlyCollection<Diagnostic> before, IReadOnlyCollection<Diagnostic> after, bool repeats)
    {
        foreach (var rule in after.GroupBy(finding => finding.Id).Where(rule => rule.Count() > before.Count(finding => finding.Id == rule.Key)))
        {
            var known = before.Where(finding => finding.Id == rule.Key).Select(Text).ToHashSet();
            foreach (var finding in rule.Where(finding => !repeats || !known.Contains(Text(finding))))
                yield return finding;
        }
    }

    /// <summary>The code of the finding; the transaction of a second half has a number behind its name.</summary>
    private static string Text(Diagnostic finding) => Digits().Replace(finding.Location.SourceTree!.GetText().ToString(finding.Location.SourceSpan), "");

    [GeneratedRegex(@"(?<=[A-Za-z])\d+\b")]
    private static partial Regex Digits();
}
