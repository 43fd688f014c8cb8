using System.Collections.Immutable;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// Awaits the task where it is made. Safe: the command runs in its transaction, as it was meant to, and its failure is seen. Not offered where the function cannot await
/// (a <c>void</c> method would become <c>async void</c>).
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX109DatabaseTaskNotAwaitedFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX109.Await";
    internal const string Title = "Await the task";

    private static readonly OneByOne All = new("PGTX109", (root, model, finding, cancellationToken) => AwaitTask.Plan(root, model, finding.Place, cancellationToken));

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX109");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => All;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context) => All.RegisterAsync(context, Title, EquivalenceKey);
}
