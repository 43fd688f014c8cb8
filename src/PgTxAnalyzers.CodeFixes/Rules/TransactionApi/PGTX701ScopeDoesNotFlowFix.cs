using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.TransactionApi;

/// <summary>
/// Lets a <c>TransactionScope</c> flow across <c>await</c>: adds <c>TransactionScopeAsyncFlowOption.Enabled</c> and keeps the other arguments.
/// Eight of the fourteen constructors take no flow option. Six of them have a twin that does; the two with an
/// <c>EnterpriseServicesInteropOption</c> have none, and nothing is offered there.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX701ScopeDoesNotFlowFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX701.AddAsyncFlow";
    internal const string Title = "Let the transaction scope flow across await";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX701");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new FixAllInDocument();

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var scopes = ImmutableArray.Create(diagnostic.Location.SourceSpan);
            var edits = await PlanAsync(context.Document, scopes, context.CancellationToken).ConfigureAwait(false);
            await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, edits).ConfigureAwait(false);
        }
    }

    private static async Task<TextEdits> PlanAsync(Document document, ImmutableArray<TextSpan> scopes, CancellationToken cancellationToken)
    {
        var edits = new TextEdits();
        var root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null)
        {
            return edits;
        }

        foreach (var span in scopes.Distinct())
        {
            if (root.FindSpan(span)?.FirstAncestorOrSelf<BaseObjectCreationExpressionSyntax>() is { } creation)
            {
                AddFlow(edits, creation, model, cancellationToken);
            }
        }

        return edits;
    }

    private static void AddFlow(TextEdits edits, BaseObjectCreationExpressionSyntax creation, SemanticModel model, CancellationToken cancellationToken)
    {
        if (model.GetSymbolInfo(creation, cancellationToken).Symbol is not IMethodSymbol constructor
            || constructor.ContainingType.ToDisplayString() != "System.Transactions.TransactionScope"
            || model.Compilation.GetTypeByMetadataName("System.Transactions.TransactionScopeAsyncFlowOption") is not { } option)
        {
            return;
        }

        if (constructor.Parameters.Any(parameter => SymbolEqualityComparer.Default.Equals(parameter.Type, option)))
        {
            ReplaceSuppress(edits, creation, model, option, cancellationToken);
        }
        else if (TwinWithFlow(constructor, option) is { } flow)
        {
            var value = $"{option.ToMinimalDisplayString(model, creation.SpanStart)}.Enabled";
            ArgumentText.Append(edits, creation, flow.Name, value);
        }
    }

    /// <summary>The flow parameter of the constructor that takes the same parameters and the flow option behind them.</summary>
    private static IParameterSymbol? TwinWithFlow(IMethodSymbol constructor, INamedTypeSymbol option) =>
        constructor.ContainingType.InstanceConstructors
            .Where(twin => twin.Parameters.Length == constructor.Parameters.Length + 1
                && SymbolEqualityComparer.Default.Equals(twin.Parameters[twin.Parameters.Length - 1].Type, option)
                && twin.Parameters.Zip(constructor.Parameters, (a, b) => a.Name == b.Name && SymbolEqualityComparer.Default.Equals(a.Type, b.Type)).All(same => same))
            .Select(twin => twin.Parameters[twin.Parameters.Length - 1])
            .FirstOrDefault();

    /// <summary>Only the constant is replaced: an option that is computed has a reason of its own.</summary>
    private static void ReplaceSuppress(
        TextEdits edits, BaseObjectCreationExpressionSyntax creation, SemanticModel model, INamedTypeSymbol option, CancellationToken cancellationToken)
    {
        foreach (var argument in creation.ArgumentList?.Arguments ?? default)
        {
            if (model.GetSymbolInfo(argument.Expression, cancellationToken).Symbol is IFieldSymbol { Name: "Suppress" } field
                && SymbolEqualityComparer.Default.Equals(field.ContainingType, option))
            {
                var name = argument.Expression is MemberAccessExpressionSyntax access ? access.Name : argument.Expression;
                edits.Replace(name.Span, "Enabled");
            }
        }
    }

    private sealed class FixAllInDocument : DocumentBasedFixAllProvider
    {
        protected override async Task<Document?> FixAllAsync(FixAllContext fixAllContext, Document document, ImmutableArray<Diagnostic> diagnostics)
        {
            var spans = diagnostics.Select(diagnostic => diagnostic.Location.SourceSpan).ToImmutableArray();
            var edits = await PlanAsync(document, spans, fixAllContext.CancellationToken).ConfigureAwait(false);
            return await edits.ApplyAsync(document, fixAllContext.CancellationToken).ConfigureAwait(false);
        }
    }
}
