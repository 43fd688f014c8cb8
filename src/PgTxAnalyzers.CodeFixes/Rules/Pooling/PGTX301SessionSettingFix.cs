using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Pooling;

/// <summary>Makes the settings of a text local to the transaction that it runs in: <c>SET LOCAL</c>, and <c>true</c> as the third argument of <c>set_config</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX301SessionSettingFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX301.SetLocal";

    private static readonly SessionTextFix Fix = new("Let the setting end with the transaction (SET LOCAL)", EquivalenceKey, SqlRewrites.SetLocal);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX301");

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
