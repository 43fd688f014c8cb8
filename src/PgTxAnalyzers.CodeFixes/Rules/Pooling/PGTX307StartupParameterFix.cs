using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.CodeFixes.Editing;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Rules.Pooling;

/// <summary>Takes the keyword out of the connection string; the title says what has to take its place.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, DocumentKinds = new[] { nameof(TextDocumentKind.Document), nameof(TextDocumentKind.AdditionalDocument) })]
public sealed class PGTX307StartupParameterFix : CodeFixProvider
{
    internal const string SearchPathKey = "PGTX307.RemoveSearchPath";
    internal const string OptionsKey = "PGTX307.RemoveOptions";

    private static readonly ConnectionFix SearchPath = Removing(
        "Remove 'Search Path', and set it by SET LOCAL or ALTER ROLE … SET search_path instead", SearchPathKey, ConnectionKeyword.SearchPath);

    private static readonly ConnectionFix Options = Removing(
        "Remove 'Options', and set them by SET LOCAL or ALTER ROLE … SET instead", OptionsKey, ConnectionKeyword.Options);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX307");

    /// <summary>None: without the keyword the code reads another schema's tables until somebody has written by hand what takes its place.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var fix = diagnostic.Properties.TryGetValue("pgtx.keyword", out var keyword) ? keyword : null;
            if (fix == nameof(ConnectionKeyword.SearchPath))
            {
                await SearchPath.RegisterAsync(context, diagnostic).ConfigureAwait(false);
            }
            else if (fix == nameof(ConnectionKeyword.Options))
            {
                await Options.RegisterAsync(context, diagnostic).ConfigureAwait(false);
            }
        }
    }

    private static ConnectionFix Removing(string title, string key, ConnectionKeyword keyword)
    {
        IReadOnlyCollection<ConnectionKeyword> only = new[] { keyword };
        return new ConnectionFix(title, key, (text, content) => ConnectionRewrites.Remove(text, content, only), (edits, creation) => BuilderEdits.Remove(edits, creation, keyword.ToString()));
    }
}
