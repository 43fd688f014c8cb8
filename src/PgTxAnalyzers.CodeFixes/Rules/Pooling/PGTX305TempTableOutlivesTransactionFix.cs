using System.Collections.Immutable;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Pooling;

/// <summary>Adds <c>ON COMMIT DROP</c> to a temporary table that is created in a transaction; in front of AS, where it is filled by a query.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX305TempTableOutlivesTransactionFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX305.OnCommitDrop";

    private static readonly SessionTextFix Fix = new("Drop the table with the transaction (ON COMMIT DROP)", EquivalenceKey, SqlRewrites.OnCommitDrop, text => text.Sql.Statements.Any(s => s.OnCommit == Postgres.SqlOnCommit.Drop));

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX305");

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
