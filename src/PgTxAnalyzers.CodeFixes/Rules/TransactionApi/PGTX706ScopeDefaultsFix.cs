using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.TransactionApi;

/// <summary>
/// Writes out what a <c>TransactionScope</c> does by default: its isolation level and its timeout. Nothing changes, and both can be seen
/// and chosen. Not offered where the scope may join one of another level: a level that is stated has to agree with it.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX706ScopeDefaultsFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX706.StateBoth";
    internal const string Title = "State the isolation level and the timeout";

    private const string Space = "System.Transactions.";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX706");

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (model is not null && root?.FindSpan(diagnostic.Location.SourceSpan)?.FirstAncestorOrSelf<BaseObjectCreationExpressionSyntax>() is { } creation)
            {
                await Offer.RegisterAsync(context, diagnostic, Title, EquivalenceKey, Plan(creation, model, context.CancellationToken)).ConfigureAwait(false);
            }
        }
    }

    private static TextEdits? Plan(BaseObjectCreationExpressionSyntax creation, SemanticModel model, CancellationToken cancellationToken)
    {
        if (model.GetSymbolInfo(creation, cancellationToken).Symbol is not IMethodSymbol constructor || constructor.ContainingType.ToDisplayString() != Space + "TransactionScope")
        {
            return null;
        }

        // By the parameters' types: the constructors without options take a scope option, a time and a flow option, each at most once.
        string? option = null, timeout = null, flow = null;
        var arguments = creation.ArgumentList?.Arguments ?? default;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i].NameColon is not null || i >= constructor.Parameters.Length)
            {
                return null;
            }

            var text = arguments[i].Expression.ToString();
            switch (constructor.Parameters[i].Type.Name)
            {
                case "TransactionScopeOption":
                    option = text;
                    break;
                case "TimeSpan":
                    timeout = text;
                    break;
                case "TransactionScopeAsyncFlowOption":
                    flow = text;
                    break;
                default:
                    return null;
            }
        }

        string? Name(string type) => model.Compilation.GetTypeByMetadataName(Space + type)?.ToMinimalDisplayString(model, creation.SpanStart);
        if (Name("TransactionScopeOption") is not { } options || Name("IsolationLevel") is not { } level || Name("TransactionManager") is not { } manager
            || (option?.EndsWith(".RequiresNew", System.StringComparison.Ordinal) != true && MayJoinAnotherLevel(model, cancellationToken)))
        {
            return null;
        }

        var stated = $"new {Name("TransactionOptions")} {{ IsolationLevel = {level}.Serializable, Timeout = {timeout ?? manager + ".DefaultTimeout"} }}";
        var list = $"({option ?? options + ".Required"}, {stated}{(flow is null ? "" : ", " + flow)})";
        var edits = new TextEdits();
        if (creation.ArgumentList is { } old)
        {
            edits.Replace(old.Span, list);
        }
        else
        {
            edits.Insert(creation is ObjectCreationExpressionSyntax { Type: var type } ? type.Span.End : creation.NewKeyword.Span.End, list);
        }

        return edits;
    }

    /// <summary>Somewhere a scope is created with options of its own: this one may run inside it, and then has its level.</summary>
    private static bool MayJoinAnotherLevel(SemanticModel model, CancellationToken cancellationToken) =>
        model.Compilation.SyntaxTrees.Any(tree => tree.GetText(cancellationToken).ToString().Contains("TransactionOptions"));
}
