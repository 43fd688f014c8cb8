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
    /// <param name="context">The light bulb.</param>
    /// <param name="diagnostic">The finding.</param>
    /// <param name="title">What the light bulb says.</param>
    /// <param name="equivalenceKey">What the action is known by.</param>
    /// <param name="edits">What it changes.</param>
    /// <param name="warning">What the preview warns of, at the marked place of the edits.</param>
    public static async Task<bool> RegisterAsync(CodeFixContext context, Diagnostic diagnostic, string title, string equivalenceKey, TextEdits? edits, string? warning = null)
    {
        if (await AcceptedAsync(context.Document, diagnostic.Id, diagnostic.Location.SourceSpan, edits, context.CancellationToken, repeats: warning is not null).ConfigureAwait(false) is not { } changed)
        {
            return false;
        }

        if (warning is not null)
        {
            changed = await WarnAsync(changed, edits!, warning, context.CancellationToken).ConfigureAwait(false);
        }

        Func<CancellationToken, Task<Document>> create = _ => Task.FromResult(changed);
        context.RegisterCodeFix(CodeAction.Create(title, create, equivalenceKey), diagnostic);
        return true;
    }

    /// <summary>Offers the first of several plans, best first, that passes.</summary>
    public static async Task<bool> RegisterFirstAsync(CodeFixContext context, Diagnostic diagnostic, string title, string equivalenceKey, IEnumerable<TextEdits> plans, string? warning = null)
    {
        foreach (var plan in plans)
        {
            if (await RegisterAsync(context, diagnostic, title, equivalenceKey, plan, warning).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<Document> WarnAsync(Document document, TextEdits edits, string warning, CancellationToken cancellationToken)
    {
        if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root || edits.MarkedPlace is not { } place || !root.FullSpan.Contains(place))
        {
            return document;
        }

        var token = root.FindToken(place);
        return document.WithSyntaxRoot(root.ReplaceToken(token, token.WithAdditionalAnnotations(WarningAnnotation.Create(warning))));
    }

    /// <summary>The same for a document that was changed in several steps.</summary>
    public static async Task<bool> RegisterAsync(CodeFixContext context, Diagnostic diagnostic, string title, string equivalenceKey, Document changed)
    {
        if (changed == context.Document || !await PassesAsync(context.Document, changed, diagnostic.Id, diagnostic.Location.SourceSpan, repeats: false, context.CancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        context.RegisterCodeFix(CodeAction.Create(title, _ => Task.FromResult(changed), equivalenceKey), diagnostic);
        return true;
    }

    /// <summary>The changed document, or null where the edits do nothing or break something.</summary>
    /// <param name="document">The document of the finding.</param>
    /// <param name="id">The rule of the finding.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="edits">What the fix changes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="repeats">The edits write code down a second time, with what is found in it.</param>
    public static async Task<Document?> AcceptedAsync(Document document, string id, TextSpan place, TextEdits? edits, CancellationToken cancellationToken, bool repeats = false)
    {
        if (edits is null || edits.IsEmpty || edits.InOrder() is null)
        {
            return null;
        }

        var changed = await edits.ApplyAsync(document, cancellationToken).ConfigureAwait(false);
        return await PassesAsync(document, changed, id, place, repeats, cancellationToken).ConfigureAwait(false) ? changed : null;
    }

    private static async Task<bool> PassesAsync(Document document, Document changed, string id, TextSpan place, bool repeats, CancellationToken cancellationToken) =>
        await CompileGuard.AcceptsAsync(document, changed, place, cancellationToken).ConfigureAwait(false)
        && await FindingGuard.AcceptsAsync(document, changed, id, repeats, cancellationToken).ConfigureAwait(false);
}
