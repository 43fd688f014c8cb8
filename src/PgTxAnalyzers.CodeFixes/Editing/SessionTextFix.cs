using System;
using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.Rules;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>A fix that rewrites the SQL of a command inside its literal, where the command runs in a transaction. Safe to apply to many findings at once.</summary>
internal sealed class SessionTextFix
{
    private readonly string title;
    private readonly string key;
    private readonly Func<SessionText, TextEdits, bool> rewrite;

    /// <summary>Nothing has to be rewritten: only the transaction is missing.</summary>
    private readonly Func<SessionText, bool> isDone;

    public SessionTextFix(string title, string key, Func<SessionText, TextEdits, bool> rewrite, Func<SessionText, bool>? isDone = null) =>
        (this.title, this.key, this.rewrite, this.isDone) = (title, key, rewrite, isDone ?? (_ => false));

    public FixAllProvider FixAll => new InDocument(this);

    /// <summary>The analyzer has seen the command in a transaction, on every path.</summary>
    public static bool IsInside(Diagnostic diagnostic) => diagnostic.Properties.TryGetValue(PoolingRule.RegionKey, out var region) && region == "inside";

    /// <summary>The same, with a transaction around the rest of the block, where the command runs in none.</summary>
    public async Task RegisterWithRegionAsync(CodeFixContext context, Diagnostic diagnostic)
    {
        if (!diagnostic.Properties.TryGetValue(PoolingRule.RegionKey, out var region) || region != "outside")
        {
            return;
        }

        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || model is null || !root.FullSpan.Contains(diagnostic.Location.SourceSpan))
        {
            return;
        }

        var edits = new TextEdits();
        var lines = new SourceLines(root, await context.Document.GetTextAsync(context.CancellationToken).ConfigureAwait(false));
        if (SessionText.At(root.FindToken(diagnostic.Location.SourceSpan.Start), model, context.CancellationToken) is { } text && (rewrite(text, edits) || isDone(text))
            && new AddedRegion(lines, model, context.CancellationToken).Around(text, edits))
        {
            await Offer.RegisterAsync(context, diagnostic, title + ", in a transaction around the rest of the block", key + "InTransaction", edits).ConfigureAwait(false);
        }
    }

    public async Task RegisterAsync(CodeFixContext context, Diagnostic diagnostic)
    {
        if (!IsInside(diagnostic))
        {
            await RegisterWithRegionAsync(context, diagnostic).ConfigureAwait(false);
            return;
        }

        var edits = new TextEdits();
        var text = await SessionText.AtAsync(context.Document, diagnostic.Location.SourceSpan, context.CancellationToken).ConfigureAwait(false);
        if (text is not null && rewrite(text, edits))
        {
            await Offer.RegisterAsync(context, diagnostic, title, key, edits).ConfigureAwait(false);
        }
    }

    private sealed class InDocument(SessionTextFix fix) : DocumentBasedFixAllProvider
    {
        protected override async Task<Document?> FixAllAsync(FixAllContext fixAllContext, Document document, ImmutableArray<Diagnostic> diagnostics)
        {
            var changed = new TextEdits();
            foreach (var diagnostic in diagnostics)
            {
                var one = new TextEdits();
                if (IsInside(diagnostic) && await SessionText.AtAsync(document, diagnostic.Location.SourceSpan, fixAllContext.CancellationToken).ConfigureAwait(false) is { } text && fix.rewrite(text, one))
                {
                    changed.Add(one);
                }
            }

            return await changed.ApplyAsync(document, fixAllContext.CancellationToken).ConfigureAwait(false);
        }
    }
}
