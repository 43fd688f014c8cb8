using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Puts an action on the light bulb, when what it makes of the document passes the <see cref="CompileGuard"/> and the <see cref="FindingGuard"/>.</summary>
internal static class Offer
{
    public static async Task<bool> RegisterAsync(CodeFixContext context, Diagnostic diagnostic, string title, string equivalenceKey, TextEdits? edits)
    {
        if (await AcceptedAsync(context.Document, diagnostic.Id, diagnostic.Location.SourceSpan, edits, context.CancellationToken).ConfigureAwait(false) is not { } changed)
        {
            return false;
        }

        Func<CancellationToken, Task<Document>> create = _ => Task.FromResult(changed);
        context.RegisterCodeFix(CodeAction.Create(title, create, equivalenceKey), diagnostic);
        return true;
    }

    /// <summary>Offers the first of several plans, best first, that passes.</summary>
    public static async Task<bool> RegisterFirstAsync(CodeFixContext context, Diagnostic diagnostic, string title, string equivalenceKey, IEnumerable<TextEdits> plans)
    {
        foreach (var plan in plans)
        {
            if (await RegisterAsync(context, diagnostic, title, equivalenceKey, plan).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The changed document, or null where the edits do nothing or break something.</summary>
    public static async Task<Document?> AcceptedAsync(Document document, string id, TextSpan place, TextEdits? edits, CancellationToken cancellationToken)
    {
        if (edits is null || edits.IsEmpty || edits.InOrder() is null)
        {
            return null;
        }

        var changed = await edits.ApplyAsync(document, cancellationToken).ConfigureAwait(false);
        return await CompileGuard.AcceptsAsync(document, changed, place, cancellationToken).ConfigureAwait(false)
            && await FindingGuard.AcceptsAsync(document, changed, id, cancellationToken).ConfigureAwait(false) ? changed : null;
    }
}
