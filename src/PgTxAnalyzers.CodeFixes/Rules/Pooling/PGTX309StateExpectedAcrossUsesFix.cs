using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Pooling;

/// <summary>Puts the setting and the work that expects it into one transaction: <c>SET LOCAL</c>, or <c>set_config</c> with <c>true</c>, to the end of the block.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX309StateExpectedAcrossUsesFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX309.SetLocal";

    private static readonly SessionTextFix Fix = new("Let the setting end with the transaction (SET LOCAL)", EquivalenceKey, SqlRewrites.SetLocal);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX309");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => Fix.FixAll;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            await Fix.RegisterAsync(context, diagnostic).ConfigureAwait(false);
        }
    }
}
