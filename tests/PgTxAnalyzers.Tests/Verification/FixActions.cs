using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>Asks the product's fixes for actions and carries them out, as an editor does.</summary>
internal static class FixActions
{
    /// <summary>All actions for a finding. A group is replaced by what is in it.</summary>
    public static async Task<IReadOnlyList<(CodeFixProvider Provider, CodeAction Action)>> Offered(Project project, Diagnostic finding)
    {
        var document = project.GetDocument(finding.Location.SourceTree)!;
        List<(CodeFixProvider, CodeAction)> offered = [];
        foreach (var provider in Product.CreateFixes().Where(provider => provider.FixableDiagnosticIds.Contains(finding.Id)))
        {
            var context = new CodeFixContext(
                document, finding, (action, _) => offered.AddRange(Unfold(action).Select(leaf => (provider, leaf))), CancellationToken.None);
            await provider.RegisterCodeFixesAsync(context);
        }

        return offered;
    }

    public static async Task<Project> Apply(CodeAction action, Project project)
    {
        var operations = await action.GetOperationsAsync(CancellationToken.None);
        var changed = Assert.Single(operations.OfType<ApplyChangesOperation>()).ChangedSolution;
        return changed.GetProject(project.Id)!;
    }

    public static Task<CodeAction?> FixAllAction(
        FixAllProvider fixAll, CodeFixProvider provider, Project project, Document document, FixAllScope scope, string id, string? key,
        Func<Project, Task<ImmutableArray<Diagnostic>>> analyse)
    {
        var findings = new Findings(id, analyse);
        var context = new FixAllContext(document, provider, scope, key!, [id], findings, CancellationToken.None);
        Assert.Same(project, context.Project);
        return fixAll.GetFixAsync(context);
    }

    private static IEnumerable<CodeAction> Unfold(CodeAction action)
    {
        var nested = Nested(action);
        return nested.IsEmpty ? [action] : nested.SelectMany(Unfold);
    }

    // Public from a later Roslyn on; the property itself is there in all of them.
    private static ImmutableArray<CodeAction> Nested(CodeAction action)
    {
        const System.Reflection.BindingFlags Any = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic;
        var property = typeof(CodeAction).GetProperty("NestedActions", Any) ?? typeof(CodeAction).GetProperty("NestedCodeActions", Any);
        Assert.True(property is not null, "This Roslyn has no property for the actions of a group.");
        return (ImmutableArray<CodeAction>)property.GetValue(action)!;
    }

    private sealed class Findings(string id, Func<Project, Task<ImmutableArray<Diagnostic>>> analyse) : FixAllContext.DiagnosticProvider
    {
        public override async Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            (await analyse(project)).Where(finding => finding.Id == id);

        public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken)
        {
            var tree = await document.GetSyntaxTreeAsync(cancellationToken);
            return (await GetAllDiagnosticsAsync(document.Project, cancellationToken)).Where(finding => finding.Location.SourceTree == tree);
        }

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
