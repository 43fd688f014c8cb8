using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Looks at the changed document with the analyzer's own eyes: there is one finding less of the rule, and none more of any other. A call that is moved out of one
/// region may well land in another one, and only the flow knows.
/// </summary>
internal static class FindingGuard
{
    /// <summary>
    /// What a fix may bring: what is left to say of a call when the transaction around it is gone (its connection is still held), and what is said of a statement
    /// of every row as soon as a transaction is around it. And the mark of a unit that a strategy runs: that its commit may be lost could not be said while it did not run at all.
    /// </summary>
    private static readonly string[] Allowed = { "PGTX108", "PGTX110", "PGTX210" };

    /// <summary>One light bulb asks about one document several times. The entries go with the documents.</summary>
    private static readonly ConditionalWeakTable<Document, IReadOnlyList<Diagnostic>> Known = new();

    /// <param name="before">The document of the finding.</param>
    /// <param name="after">What the fix makes of it.</param>
    /// <param name="id">The rule of the finding.</param>
    /// <param name="repeats">The fix writes code down a second time: a finding of another rule in it comes a second time as well, and is no new one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<bool> AcceptsAsync(Document before, Document after, string id, bool repeats, CancellationToken cancellationToken)
    {
        var old = await FindingsAsync(before, cancellationToken).ConfigureAwait(false);
        var left = await FindingsAsync(after, cancellationToken).ConfigureAwait(false);
        var count = Count(old, id);
        return (count == 0 || Count(left, id) < count)
            && left.GroupBy(finding => finding.Id).All(rule => rule.Count() <= Count(old, rule.Key) || Allowed.Contains(rule.Key)
                || (repeats && rule.Key != id && rule.All(finding => old.Any(other => other.Id == rule.Key && Text(other) == Text(finding)))));
    }

    /// <summary>No rule has more to say than before.</summary>
    public static async Task<bool> AddsNothingAsync(Document before, Document after, CancellationToken cancellationToken)
    {
        var old = await FindingsAsync(before, cancellationToken).ConfigureAwait(false);
        return (await FindingsAsync(after, cancellationToken).ConfigureAwait(false)).GroupBy(finding => finding.Id).All(rule => rule.Count() <= Count(old, rule.Key) || Allowed.Contains(rule.Key));
    }

    /// <summary>One of the rules says something about a place in the span, or about one behind it in a region that begins there.</summary>
    public static async Task<bool> AnyInAsync(Document document, TextSpan span, ISet<string> ids, CancellationToken cancellationToken) =>
        (await FindingsAsync(document, cancellationToken).ConfigureAwait(false)).Any(finding => ids.Contains(finding.Id) && (span.IntersectsWith(finding.Location.SourceSpan)
            || (finding.AdditionalLocations.FirstOrDefault() is { } begin && begin.SourceTree == finding.Location.SourceTree && span.Contains(begin.SourceSpan))));

    /// <summary>What these rules say about places in the span.</summary>
    public static async Task<IEnumerable<Diagnostic>> InAsync(Document document, TextSpan span, ISet<string> ids, CancellationToken cancellationToken) =>
        (await FindingsAsync(document, cancellationToken).ConfigureAwait(false)).Where(finding => ids.Contains(finding.Id) && span.IntersectsWith(finding.Location.SourceSpan));

    /// <summary>What a rule says about a document.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> OfRuleAsync(Document document, string id, CancellationToken cancellationToken) =>
        (await FindingsAsync(document, cancellationToken).ConfigureAwait(false)).Where(finding => finding.Id == id).ToList();

    private static int Count(IReadOnlyList<Diagnostic> findings, string id) => findings.Count(finding => finding.Id == id);

    /// <summary>The code of a finding. The transaction of a second half has a number behind its name.</summary>
    private static string Text(Diagnostic finding)
    {
        var text = finding.Location.SourceTree?.GetText().ToString(finding.Location.SourceSpan) ?? "";
        return new string(text.Where((character, index) => !char.IsDigit(character) || index == 0 || !char.IsLetterOrDigit(text[index - 1])).ToArray());
    }

    private static async Task<IReadOnlyList<Diagnostic>> FindingsAsync(Document document, CancellationToken cancellationToken)
    {
        if (Known.TryGetValue(document, out var known))
        {
            return known;
        }

        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (model is null)
        {
            return [];
        }

        // No exception may come out of a fix, and no other host may be told of one: the analyzer under its own name reports them already.
        var options = new CompilationWithAnalyzersOptions(document.Project.AnalyzerOptions, onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false);
        var analysis = model.Compilation.WithAnalyzers(ImmutableArray.Create<DiagnosticAnalyzer>(new TransactionAnalyzer(), new RetryAnalyzer(), new PoolingAnalyzer()), options);
        var findings = await analysis.GetAnalyzerSemanticDiagnosticsAsync(model, filterSpan: null, cancellationToken).ConfigureAwait(false);
        return Known.GetValue(document, _ => findings);
    }
}
