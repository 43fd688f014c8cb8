using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Looks at the changed document with the analyzer's own eyes: there is one finding less of the rule, and none more of any other. A call that is moved out of one
/// region may well land in another one, and only the flow knows.
/// </summary>
internal static class FindingGuard
{
    public static async Task<bool> AcceptsAsync(Document before, Document after, string id, CancellationToken cancellationToken)
    {
        var old = await FindingsAsync(before, cancellationToken).ConfigureAwait(false);
        var left = await FindingsAsync(after, cancellationToken).ConfigureAwait(false);
        return left.All(rule => rule.Value <= Count(old, rule.Key)) && (Count(old, id) == 0 || Count(left, id) < Count(old, id));
    }

    private static int Count(IReadOnlyDictionary<string, int> findings, string id) => findings.TryGetValue(id, out var count) ? count : 0;

    private static async Task<IReadOnlyDictionary<string, int>> FindingsAsync(Document document, CancellationToken cancellationToken)
    {
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (model is null)
        {
            return ImmutableDictionary<string, int>.Empty;
        }

        // No exception may come out of a fix, and no other host may be told of one: the analyzer under its own name reports them already.
        var options = new CompilationWithAnalyzersOptions(document.Project.AnalyzerOptions, onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false);
        var analysis = model.Compilation.WithAnalyzers(ImmutableArray.Create<DiagnosticAnalyzer>(new TransactionAnalyzer()), options);
        var findings = await analysis.GetAnalyzerSemanticDiagnosticsAsync(model, filterSpan: null, cancellationToken).ConfigureAwait(false);
        return findings.GroupBy(finding => finding.Id).ToDictionary(group => group.Key, group => group.Count());
    }
}
