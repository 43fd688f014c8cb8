using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>Adds <c>Target Session Attributes=read-write</c> to the connection string, or the property to its builder.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX211HostsWithoutTargetFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX211.ReadWrite";

    private static readonly ConnectionFix Fix = new(
        "Add 'Target Session Attributes=read-write'", EquivalenceKey, ConnectionRewrites.ReadWrite, (edits, creation) => BuilderEdits.Set(edits, creation, "TargetSessionAttributes", "\"read-write\""));

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX211");

    /// <summary>None: a string may be meant for reading, so it is to be decided string by string.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            await Fix.RegisterAsync(context, diagnostic).ConfigureAwait(false);
        }
    }
}
