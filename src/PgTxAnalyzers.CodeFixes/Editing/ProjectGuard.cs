using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// For a fix whose effect is elsewhere: once a context retries, what EF Core refuses and what it does not retry is wherever its transactions are, in its own project or in one that uses it. Looks at
/// the files that name one.
/// </summary>
internal static class ProjectGuard
{
    private static readonly string[] Begins = { "BeginTransaction", "TransactionScope", "UseTransaction" };
    private static readonly string[] Words = Begins.Append("ExecuteSql").Append("EnableRetryOnFailure").ToArray();

    public static async Task<bool> AcceptsAsync(Document before, Document after, CancellationToken cancellationToken)
    {
        foreach (var id in await ConcernedAsync(before, cancellationToken).ConfigureAwait(false))
        {
            if (id == before.Id || before.Project.Solution.GetDocument(id) is not { } document)
            {
                continue;
            }

            var changed = after.Project.Solution.GetDocument(id);
            if (changed is null || !await FindingGuard.AddsNothingAsync(document, changed, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return !await IsRefusedBelowAsync(before, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A project that this one is built on does not see where its contexts are configured, and so its own findings say nothing of it: it is asked what it would say if they retried.
    /// </summary>
    private static async Task<bool> IsRefusedBelowAsync(Document given, CancellationToken cancellationToken)
    {
        var solution = given.Project.Solution;
        foreach (var project in solution.GetProjectDependencyGraph().GetProjectsThatThisProjectTransitivelyDependsOn(given.Project.Id).Select(solution.GetProject).OfType<Project>().Where(project => project.Language == LanguageNames.CSharp))
        {
            var path = Path.Combine(Path.GetDirectoryName(project.FilePath) is { Length: > 0 } folder ? folder : "/", "pgtx.retrying.globalconfig");
            var retrying = solution.AddAnalyzerConfigDocument(DocumentId.CreateNewId(project.Id), Path.GetFileName(path), SourceText.From("is_global = true\npgtx.retrying_strategy = true\n"), filePath: path);
            foreach (var document in project.Documents)
            {
                if (await MentionsAsync(document, Begins, cancellationToken).ConfigureAwait(false)
                    && (await FindingGuard.OfRuleAsync(retrying.GetDocument(document.Id)!, "PGTX202", cancellationToken).ConfigureAwait(false)).Count > 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The documents of the project, and of those that see it, in which something may be begun, or sent, that the strategy has a word in; the given one is always among them.</summary>
    public static async Task<IReadOnlyList<DocumentId>> ConcernedAsync(Document given, CancellationToken cancellationToken)
    {
        var found = new List<DocumentId>();
        var solution = given.Project.Solution;
        var above = solution.GetProjectDependencyGraph().GetProjectsThatTransitivelyDependOnThisProject(given.Project.Id);
        foreach (var document in above.Select(solution.GetProject).OfType<Project>().Where(project => project.Language == LanguageNames.CSharp).Prepend(given.Project).SelectMany(project => project.Documents))
        {
            if (document.Id == given.Id || await MentionsAsync(document, Words, cancellationToken).ConfigureAwait(false))
            {
                found.Add(document.Id);
            }
        }

        return found;
    }

    private static async Task<bool> MentionsAsync(Document document, string[] words, CancellationToken cancellationToken)
    {
        var text = (await document.GetTextAsync(cancellationToken).ConfigureAwait(false)).ToString();
        return words.Any(word => text.IndexOf(word, StringComparison.Ordinal) >= 0);
    }
}
