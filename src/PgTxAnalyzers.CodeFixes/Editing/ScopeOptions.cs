using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Gives a <c>TransactionScope</c> that has none its options: an isolation level, and the timeout that it has anyway. Null where the scope may join one of another level: a level
/// that is stated has to agree with it.
/// </summary>
internal static class ScopeOptions
{
    private const string Space = "System.Transactions.";
    private const string Options = "TransactionOptions";

    /// <param name="document">The document of the creation.</param>
    /// <param name="isolation">A member of <c>IsolationLevel</c>.</param>
    /// <param name="creation">A creation without options.</param>
    /// <param name="model">The model of its document.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static TextEdits? State(Document document, string isolation, BaseObjectCreationExpressionSyntax creation, SemanticModel model, CancellationToken cancellationToken)
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
            || (option?.EndsWith(".RequiresNew", System.StringComparison.Ordinal) != true
                && (MayJoinAnotherLevel(isolation, model, cancellationToken) || Callers.MayJoin(creation, Repeatable.ContextOf(document, model, cancellationToken), cancellationToken))))
        {
            return null;
        }

        var stated = $"new {Name("TransactionOptions")} {{ IsolationLevel = {level}.{isolation}, Timeout = {timeout ?? manager + ".DefaultTimeout"} }}";
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

    /// <summary>
    /// Somewhere a scope is created with options of its own: this one may run inside it, as inside a filter or a behavior, and then has its level, and ends with its time. Those that state just the same are none.
    /// </summary>
    private static bool MayJoinAnotherLevel(string isolation, SemanticModel model, CancellationToken cancellationToken) =>
        model.Compilation.SyntaxTrees.Where(tree => tree.GetText(cancellationToken).ToString().Contains(Options)).SelectMany(tree => tree.GetRoot(cancellationToken).DescendantNodes())
            .OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == Options && !SaysTheSame(name, isolation));

    private static bool SaysTheSame(IdentifierNameSyntax name, string isolation) =>
        name.Ancestors().FirstOrDefault(n => n is not QualifiedNameSyntax and not AliasQualifiedNameSyntax) is ObjectCreationExpressionSyntax { Initializer: { } initializer } options && options.Type.Span.Contains(name.Span)
        && Value(initializer, "IsolationLevel").EndsWith("." + isolation, System.StringComparison.Ordinal) && Value(initializer, "Timeout").EndsWith(".DefaultTimeout", System.StringComparison.Ordinal);

    private static string Value(InitializerExpressionSyntax initializer, string property) =>
        initializer.Expressions.OfType<AssignmentExpressionSyntax>().FirstOrDefault(a => a.Left.ToString() == property)?.Right.ToString() ?? "";
}
