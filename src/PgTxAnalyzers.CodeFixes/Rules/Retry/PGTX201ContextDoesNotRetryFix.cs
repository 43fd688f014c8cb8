using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>
/// Adds <c>EnableRetryOnFailure()</c> to the options of a context, in whatever form they are there. Where EF Core would refuse transactions from then on, they are wrapped in the same
/// step. Not offered where one of them cannot be, or where a command would not be retried although everybody would think it is.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX201ContextDoesNotRetryFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX201.EnableRetryOnFailure";
    internal const string Title = "Retry on failure";
    internal const string WrapKey = "PGTX201.RetryAndWrap";
    internal const string WrapTitle = "Retry on failure, and run the transactions inside the execution strategy";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX201");

    /// <summary>Each context is a decision of its own.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || model is null)
        {
            return;
        }

        foreach (var diagnostic in context.Diagnostics)
        {
            var name = root.FindToken(diagnostic.Location.SourceSpan.Start).Parent;
            if (name?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } call)
            {
                continue;
            }

            diagnostic.Properties.TryGetValue("pgtx.states", out var states);
            var edits = Plan(call, states ?? "", model, context.CancellationToken);
            var unseen = new UnseenTransactions(ContextOf(call, model, context.CancellationToken), context.CancellationToken);
            if (await Offer.AcceptedAsync(context.Document, diagnostic.Id, diagnostic.Location.SourceSpan, edits, context.CancellationToken).ConfigureAwait(false) is { } changed
                && await ProjectGuard.AcceptsAsync(context.Document, changed, context.CancellationToken).ConfigureAwait(false))
            {
                if (await unseen.ExistAsync(changed.Project).ConfigureAwait(false))
                {
                    continue;
                }

                context.RegisterCodeFix(CodeAction.Create(Title, _ => Task.FromResult(changed), EquivalenceKey), diagnostic);
            }
            else if (edits is not null && await RetryAndWrap.PlanAsync(context.Document, diagnostic.Location.SourceSpan, edits, context.CancellationToken).ConfigureAwait(false) is { } solution
                     && !await unseen.ExistAsync(solution.GetProject(context.Document.Project.Id)!).ConfigureAwait(false))
            {
                context.RegisterCodeFix(CodeAction.Create(WrapTitle, _ => Task.FromResult(solution), WrapKey), diagnostic);
            }
        }
    }

    /// <summary>The context whose options these are: of <c>AddDbContext&lt;T&gt;</c> and its kin, or the one that configures itself. Null where neither says it.</summary>
    private static string? ContextOf(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken)
    {
        var registered = call.AncestorsAndSelf().OfType<InvocationExpressionSyntax>().SelectMany(outer => (outer.Expression as MemberAccessExpressionSyntax)?.Name is GenericNameSyntax generic ? generic.TypeArgumentList.Arguments : default)
            .Select(argument => model.GetTypeInfo(argument, cancellationToken).Type).FirstOrDefault(KnownTypes.IsDbContext);
        var own = call.FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } type && model.GetDeclaredSymbol(type, cancellationToken) is { } symbol && KnownTypes.IsDbContext(symbol) ? symbol : null;
        return (registered is ITypeParameterSymbol ? null : registered ?? own)?.ToDisplayString();
    }

    private static TextEdits? Plan(InvocationExpressionSyntax call, string states, SemanticModel model, CancellationToken cancellationToken)
    {
        if (model.GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol method)
        {
            return null;
        }

        var edits = new TextEdits();
        var list = states.Length == 0 ? "" : "errorCodesToAdd: " + StateListText.Of(states.Split(','), call.SyntaxTree);
        var retries = $"EnableRetryOnFailure({list})";
        var action = call.ArgumentList.Arguments.FirstOrDefault(a => IsAction(Parameter(method, a, call)));
        if (action is null || action.Expression.IsKind(SyntaxKind.NullLiteralExpression))
        {
            var name = NewNames.Free("npgsql", model, call);
            var lambda = $"{name} => {name}.{retries}";
            if (action is not null)
            {
                edits.Replace(action.Expression.Span, lambda);
            }
            else if ((method.ReducedFrom ?? method).Parameters.FirstOrDefault(IsAction) is { } parameter)
            {
                ArgumentText.Append(edits, call, parameter.Name, lambda);
            }

            return edits;
        }

        switch (action.Expression)
        {
            case LambdaExpressionSyntax { ExpressionBody: { } body } lambda when Name(lambda) is { } name:
                if (IsBuilder(model.GetTypeInfo(body, cancellationToken).Type))
                {
                    edits.Insert(body.Span.End, "." + retries);
                }
                else
                {
                    edits.Insert(body.SpanStart, "{ ");
                    edits.Insert(body.Span.End, $"; {name}.{retries}; }}");
                }

                return edits;
            case LambdaExpressionSyntax { Block: { } block } lambda when Name(lambda) is { } name:
                return InBlock(edits, block, $"{name}.{retries};");
            case IdentifierNameSyntax or MemberAccessExpressionSyntax when model.GetSymbolInfo(action.Expression, cancellationToken).Symbol is IMethodSymbol:
                var builder = NewNames.Free("npgsql", model, call);
                edits.Replace(action.Expression.Span, $"{builder} => {{ {action.Expression}({builder}); {builder}.{retries}; }}");
                return edits;
            default:
                return null;
        }
    }

    private static TextEdits InBlock(TextEdits edits, BlockSyntax block, string statement)
    {
        if (block.Statements.Count == 0)
        {
            edits.Insert(block.OpenBraceToken.Span.End, $" {statement}{(block.CloseBraceToken.GetPreviousToken().TrailingTrivia.Any() || block.CloseBraceToken.HasLeadingTrivia ? "" : " ")}");
            return edits;
        }

        // Behind a return it would be for some only.
        var returns = block.DescendantNodes(node => !SyntaxSearch.IsFunction(node)).Any(node => node is ReturnStatementSyntax);
        var last = returns ? block.Statements[0] : block.Statements[block.Statements.Count - 1];
        var text = block.SyntaxTree.GetText();
        var line = text.Lines.GetLineFromPosition(last.SpanStart);
        var indentation = text.ToString(Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(line.Start, last.SpanStart));
        var lines = new SourceLines(block.SyntaxTree.GetRoot(), text);
        if (returns)
        {
            edits.Insert(last.SpanStart, statement + (string.IsNullOrWhiteSpace(indentation) ? lines.LineEnd(lines.LineOf(last.SpanStart)) + indentation : " "));
        }
        else if (string.IsNullOrWhiteSpace(indentation))
        {
            lines.InsertBehind(edits, lines.LastLine(last), indentation + statement + lines.LineEnd(lines.LastLine(last)));
        }
        else
        {
            edits.Insert(last.Span.End, " " + statement);
        }

        return edits;
    }

    private static string? Name(LambdaExpressionSyntax lambda) => lambda switch
    {
        SimpleLambdaExpressionSyntax simple => simple.Parameter.Identifier.ValueText,
        ParenthesizedLambdaExpressionSyntax { ParameterList.Parameters: { Count: 1 } parameters } => parameters[0].Identifier.ValueText,
        _ => null,
    };

    private static IParameterSymbol? Parameter(IMethodSymbol method, ArgumentSyntax argument, InvocationExpressionSyntax call) =>
        argument.NameColon is { } named
            ? method.Parameters.FirstOrDefault(p => p.Name == named.Name.Identifier.ValueText)
            : method.Parameters.ElementAtOrDefault(call.ArgumentList.Arguments.IndexOf(argument));

    private static bool IsAction(IParameterSymbol? parameter) =>
        parameter?.Type is INamedTypeSymbol { TypeKind: TypeKind.Delegate, TypeArguments: { Length: 1 } types } && IsBuilder(types[0]);

    private static bool IsBuilder(ITypeSymbol? type) => type is { Name: "NpgsqlDbContextOptionsBuilder", ContainingAssembly.Name: "Npgsql.EntityFrameworkCore.PostgreSQL" };
}
