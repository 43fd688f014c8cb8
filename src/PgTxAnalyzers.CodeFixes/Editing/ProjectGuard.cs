using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// For a fix whose effect is elsewhere: once a context retries, what EF Core refuses and what it does not retry is wherever its transactions are. Looks at the files that name one.
/// </summary>
internal static class ProjectGuard
{
    private static readonly string[] Words = { "BeginTransaction", "TransactionScope", "UseTransaction", "ExecuteSql", "EnableRetryOnFailure" };

    public static async Task<bool> AcceptsAsync(Document before, Document after, CancellationToken cancellationToken)
    {
        foreach (var document in before.Project.Documents)
        {
            if (document.Id == before.Id || !await MentionsAsync(document, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            var changed = after.Project.GetDocument(document.Id);
            if (changed is null || !await FindingGuard.AddsNothingAsync(document, changed, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<bool> MentionsAsync(Document document, CancellationToken cancellationToken)
    {
        var text = (await document.GetTextAsync(cancellationToken).ConfigureAwait(false)).ToString();
        return Words.Any(word => text.IndexOf(word, StringComparison.Ordinal) >= 0);
    }
}
