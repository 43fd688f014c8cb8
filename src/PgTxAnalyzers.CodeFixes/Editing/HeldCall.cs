using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>A finding about a call that holds a region, with all that a fix needs to know of the code around it.</summary>
internal sealed class HeldCall
{
    private HeldCall(SemanticModel model, SourceLines lines, FactSource facts, Region region, CallPath path)
    {
        Model = model;
        Lines = lines;
        Facts = facts;
        Region = region;
        Path = path;
    }

    public SemanticModel Model { get; }

    public SourceLines Lines { get; }

    public FactSource Facts { get; }

    public Region Region { get; }

    public CallPath Path { get; }

    /// <summary>The begin is in the same document as the call, and in the hands of the same method: a region that came in as a parameter, or that stands around a handler, is somebody else's.</summary>
    public static bool IsOurs(Diagnostic diagnostic) =>
        !(diagnostic.Properties.TryGetValue("pgtx.region", out var kind) && kind is "parameter" or "pipeline" or "given")
        && diagnostic.AdditionalLocations.Count > 0
        && diagnostic.AdditionalLocations[0].SourceTree == diagnostic.Location.SourceTree;

    /// <summary>Reads a diagnostic: the call is its location, the begin its first additional one. Null where a fix cannot follow it.</summary>
    public static Task<HeldCall?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken) =>
        IsOurs(diagnostic)
            ? FindAsync(document, diagnostic.Location.SourceSpan, diagnostic.AdditionalLocations[0].SourceSpan, cancellationToken)
            : Task.FromResult<HeldCall?>(null);

    public static async Task<HeldCall?> FindAsync(Document document, TextSpan call, TextSpan begin, CancellationToken cancellationToken)
    {
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        var text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        if (root?.FindSpan(call) is not { } callNode || root.FindSpan(begin)?.FirstAncestorOrSelf<ExpressionSyntax>() is not { } beginNode || model is null)
        {
            return null;
        }

        if (Region.Find(beginNode, model, cancellationToken) is not { } region)
        {
            return null;
        }

        var facts = new FactSource(model, cancellationToken);
        return CallPath.Find(callNode, region, facts, cancellationToken) is { } path
            ? new HeldCall(model, new SourceLines(root, text, document.Project.AnalyzerOptions.AnalyzerConfigOptionsProvider.GetOptions(root.SyntaxTree)), facts, region, path)
            : null;
    }
}
