using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// Reads the rows of a loop into a list before the first round: EF Core by <c>ToListAsync</c> or <c>ToList</c>, Dapper by its buffered query. The loop's body sees the same
/// rows in the same order. A reader and a COPY have no list of their own, so nothing is offered for them.
/// </summary>
internal static class MaterialiseFirst
{
    /// <param name="rows">Where the enumeration begins: the expression that the loop runs over.</param>
    /// <param name="place">The call that the rows wait for. Of loops in one another each one keeps a result open, so all of them change.</param>
    public static TextEdits? Plan(SyntaxNode root, SemanticModel model, TextSpan rows, TextSpan place, CancellationToken cancellationToken)
    {
        var loop = root.FindSpan(rows)?.AncestorsAndSelf().OfType<CommonForEachStatementSyntax>().FirstOrDefault(l => l.Expression.Span.Contains(rows));
        var edits = new TextEdits();
        if (loop is null || !Change(edits, loop, model, cancellationToken))
        {
            return null;
        }

        foreach (var outer in root.FindSpan(place)?.Ancestors().TakeWhile(a => !SyntaxSearch.IsFunction(a)).OfType<CommonForEachStatementSyntax>() ?? Enumerable.Empty<CommonForEachStatementSyntax>())
        {
            if (outer != loop && outer.Statement.Span.Contains(place))
            {
                Change(edits, outer, model, cancellationToken);
            }
        }

        return edits;
    }

    private static bool Change(TextEdits edits, CommonForEachStatementSyntax loop, SemanticModel model, CancellationToken cancellationToken)
    {
        var (source, token, configured) = Unwrapped(loop.Expression);
        if (IsQuery(model.GetTypeInfo(source, cancellationToken).Type))
        {
            OfQuery(edits, loop, source, token, configured);
            return true;
        }

        // Dapper takes a token in a CommandDefinition alone: without it the query could not be cancelled any more.
        return token is null && source is InvocationExpressionSyntax call
            && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { ContainingType: { Name: "SqlMapper", ContainingNamespace: { Name: "Dapper", ContainingNamespace.IsGlobalNamespace: true } } } method
            && OfDapper(edits, loop, call, method, configured);
    }

    /// <summary>The loop's source without <c>WithCancellation</c>, <c>ConfigureAwait</c>, <c>AsAsyncEnumerable</c> and <c>AsEnumerable</c>.</summary>
    private static (ExpressionSyntax Source, ExpressionSyntax? Token, ArgumentListSyntax? Configured) Unwrapped(ExpressionSyntax expression)
    {
        ExpressionSyntax? token = null;
        ArgumentListSyntax? configured = null;
        while (expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var inner } access, ArgumentList: { } arguments })
        {
            switch (access.Name.Identifier.ValueText)
            {
                case "WithCancellation" when arguments.Arguments.Count == 1:
                    token = arguments.Arguments[0].Expression;
                    break;
                case "ConfigureAwait" when arguments.Arguments.Count == 1:
                    configured = arguments;
                    break;
                case "AsAsyncEnumerable" or "AsEnumerable" when arguments.Arguments.Count == 0:
                    break;
                default:
                    return (expression, token, configured);
            }

            expression = inner;
        }

        return (expression, token, configured);
    }

    private static bool IsQuery(ITypeSymbol? type) =>
        type is not null && type.AllInterfaces.Concat(new[] { type }.OfType<INamedTypeSymbol>()).Any(i => i is { Name: "IQueryable", ContainingNamespace: { Name: "Linq", ContainingNamespace.Name: "System" } });

    private static void OfQuery(TextEdits edits, CommonForEachStatementSyntax loop, ExpressionSyntax source, ExpressionSyntax? token, ArgumentListSyntax? configured)
    {
        var text = source.ToString();
        if (source is not (InvocationExpressionSyntax or MemberAccessExpressionSyntax or SimpleNameSyntax or ParenthesizedExpressionSyntax or ElementAccessExpressionSyntax))
        {
            text = $"({text})";
        }

        var awaits = loop.AwaitKeyword.IsKind(SyntaxKind.AwaitKeyword) || loop.IsInAsync();
        edits.Replace(loop.Expression.Span, awaits ? $"await {text}.ToListAsync({token}){Configure(configured)}" : $"{text}.ToList()");
        WithoutAwait(edits, loop);
    }

    private static bool OfDapper(TextEdits edits, CommonForEachStatementSyntax loop, InvocationExpressionSyntax call, IMethodSymbol method, ArgumentListSyntax? configured)
    {
        if (method.Name == "QueryUnbufferedAsync" && call.Expression is MemberAccessExpressionSyntax { Name: var name })
        {
            edits.Insert(loop.Expression.SpanStart, "await ");
            edits.Replace(name.Identifier.Span, "QueryAsync");
            if (configured is null)
            {
                edits.Delete(TextSpan.FromBounds(call.Span.End, loop.Expression.Span.End));
            }

            WithoutAwait(edits, loop);
            return true;
        }

        foreach (var argument in call.ArgumentList.Arguments)
        {
            var parameter = argument.NameColon?.Name.Identifier.ValueText ?? method.Parameters.ElementAtOrDefault(call.ArgumentList.Arguments.IndexOf(argument))?.Name;
            if (parameter == "buffered" && argument.Expression.IsKind(SyntaxKind.FalseLiteralExpression))
            {
                edits.Replace(argument.Expression.Span, "true");
                return true;
            }
        }

        return false;
    }

    private static void WithoutAwait(TextEdits edits, CommonForEachStatementSyntax loop)
    {
        if (loop.AwaitKeyword.IsKind(SyntaxKind.AwaitKeyword))
        {
            edits.Delete(TextSpan.FromBounds(loop.AwaitKeyword.SpanStart, loop.ForEachKeyword.SpanStart));
        }
    }

    private static string Configure(ArgumentListSyntax? arguments) => arguments is null ? "" : ".ConfigureAwait" + arguments;
}
