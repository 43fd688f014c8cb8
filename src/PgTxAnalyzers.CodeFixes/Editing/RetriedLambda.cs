using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// The function that a region stands in, as far as it matters how often it runs. What a retry runs again as a whole can only be cut in two by making it two:
/// else a failure in the second half would run the first half again.
/// </summary>
/// <param name="IsPlain">A method, or a lambda that runs once per request: the region may be split where it stands.</param>
/// <param name="Statement">The statement with <c>await strategy.ExecuteAsync(async () => …)</c>, which can be repeated.</param>
/// <param name="Call">The expression in it that makes the call, with its <c>await</c>.</param>
/// <param name="Lambda">What is run.</param>
internal sealed record RetriedLambda(bool IsPlain, StatementSyntax? Statement = null, ExpressionSyntax? Call = null, AnonymousFunctionExpressionSyntax? Lambda = null)
{
    private static readonly RetriedLambda Plain = new(IsPlain: true);
    private static readonly RetriedLambda Unknown = new(IsPlain: false);

    public static RetriedLambda Around(SyntaxNode begin, SemanticModel model, CancellationToken cancellationToken)
    {
        if (begin.EnclosingFunction() is not AnonymousFunctionExpressionSyntax lambda)
        {
            return Plain;
        }

        if (lambda.Parent is not ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax invocation }
            || model.GetSymbolInfo(invocation, cancellationToken).Symbol is not IMethodSymbol method)
        {
            return Unknown;
        }

        if (DataLibrary.IsIn(method, ["Microsoft.AspNetCore"]) && method.Name.StartsWith("Map", System.StringComparison.Ordinal))
        {
            return Plain;
        }

        return IsRunner(method) && IsWritten(invocation, lambda, out var statement, out var call) ? new RetriedLambda(IsPlain: false, statement, call, lambda) : Unknown;
    }

    /// <summary>
    /// Code may leave the lambda: of its parameters it names none but a cancellation token, for which there is one of the same name outside.
    /// </summary>
    public bool CanLeave(CodeFacts code, SemanticModel model) =>
        Statement is not null && code.Mentions.OfType<IParameterSymbol>().Where(parameter => parameter.DeclaringSyntaxReferences.Any(reference => Lambda!.Span.Contains(reference.Span))).All(parameter =>
            parameter.Type.Name == "CancellationToken" && model.LookupSymbols(Statement.SpanStart, name: parameter.Name).Any(outer => outer is IParameterSymbol or ILocalSymbol or IFieldSymbol));

    /// <summary>EF Core's execution strategies and Polly's policies and pipelines.</summary>
    public static bool IsRunner(IMethodSymbol method) =>
        method.Name.StartsWith("Execute", System.StringComparison.Ordinal) && !method.Name.StartsWith("ExecuteInTransaction", System.StringComparison.Ordinal)
        && (DataLibrary.IsIn(method, ["Polly"]) || (DataLibrary.IsIn(method, ["Microsoft.EntityFrameworkCore"]) && method.Parameters.Any(parameter => parameter.Type.TypeKind == TypeKind.Delegate)));

    /// <summary>Only where the statement is nothing but the call, or keeps or returns what it gives.</summary>
    private static bool IsWritten(InvocationExpressionSyntax invocation, AnonymousFunctionExpressionSyntax lambda, out StatementSyntax? statement, out ExpressionSyntax? call)
    {
        call = invocation;
        while (call.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Parent: InvocationExpressionSyntax configured })
        {
            call = configured;
        }

        if (call.Parent is AwaitExpressionSyntax wait)
        {
            call = wait;
        }

        statement = call.ListStatement();
        var isAwaited = (call is AwaitExpressionSyntax) == (lambda.AsyncKeyword != default);
        var isWhole = call.Parent is ExpressionStatementSyntax or ReturnStatementSyntax
            or AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax }
            or EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0 } } } };

        // With type arguments the result of the first half could not be another one.
        var isPlain = invocation.Expression is MemberAccessExpressionSyntax { Name: IdentifierNameSyntax };
        return statement is not null && isAwaited && isWhole && isPlain && lambda.Body is BlockSyntax && call.Ancestors().TakeWhile(node => node != lambda && !SyntaxSearch.IsFunction(node)).Contains(statement);
    }
}
