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
        foreach (var id in await ConcernedAsync(before, cancellationToken).ConfigureAwait(false))
        {
            if (id == before.Id || before.Project.GetDocument(id) is not { } document)
            {
                continue;
            }

            var changed = after.Project.GetDocument(id);
            if (changed is null || !await FindingGuard.AddsNothingAsync(document, changed, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The documents of the project in which something may be begun, or sent, that the strategy has a word in; the given one is always among them.</summary>
    public static async Task<IReadOnlyList<DocumentId>> ConcernedAsync(Document given, CancellationToken cancellationToken)
    {
        var found = new List<DocumentId>();
        foreach (var document in given.Project.Documents)
        {
            if (document.Id == given.Id || await MentionsAsync(document, cancellationToken).ConfigureAwait(false))
            {
                found.Add(document.Id);
            }
        }

        return found;
    }

    private static async Task<bool> MentionsAsync(Document document, CancellationToken cancellationToken)
    {
        var text = (await document.GetTextAsync(cancellationToken).ConfigureAwait(false)).ToString();
        return Words.Any(word => text.IndexOf(word, StringComparison.Ordinal) >= 0);
    }
}
