using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Rules;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// A retry around a command that a caller has made: no command runs on a closed connection, so its connection was opened outside of the retry. A command of a data source opens one for each run, so a
/// caller in sight has to make it on a connection.
/// </summary>
internal static class CallersCommands
{
    /// <summary>What a command is called by.</summary>
    public static readonly string[] Types = { "NpgsqlCommand", "DbCommand", "IDbCommand" };

    /// <summary>Callers that are asked for what they hand in.</summary>
    private const int MaxCallers = 16;

    public static IEnumerable<RepeatedStatement> In(RetryFile file)
    {
        foreach (var parameter in file.Root.DescendantNodes().OfType<ParameterSyntax>())
        {
            if (parameter is not { Default: null, Type: { } type, Parent.Parent: MethodDeclarationSyntax or LocalFunctionStatementSyntax } || !Types.Contains(type.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().LastOrDefault()?.Identifier.ValueText))
            {
                continue;
            }

            var runs = parameter.Parent.Parent.DescendantNodes().OfType<InvocationExpressionSyntax>()
                .Where(c => RetryContext.ReceiverOf(c) is IdentifierNameSyntax name && name.Identifier.ValueText == parameter.Identifier.ValueText && RepeatedStatements.MayRunAgain(c)).ToList();
            if (runs.Count == 0 || file.Model.GetDeclaredSymbol(parameter, file.Cancellation) is not IParameterSymbol { ContainingSymbol: IMethodSymbol method } command || file.Retry.Compilation.Shapes.Of(command.Type) != Shape.Command)
            {
                continue;
            }

            foreach (var run in runs.Where(r => IsRepeated(r, command, file) && IsMadeOnConnection(method, command, file)))
            {
                yield return new RepeatedStatement(run, parameter, false);
            }
        }
    }

    /// <summary>After a conflict without a transaction the same command may succeed; after a lost connection it cannot, unless somebody in the scope is handed it, or its connection, to open that anew.</summary>
    private static bool IsRepeated(InvocationExpressionSyntax run, IParameterSymbol command, RetryFile file) =>
        file.Retry.FactOf(run, out _, file.Cancellation).Role is ApiRole.Command or ApiRole.Reader && Is(RetryContext.ReceiverOf(run)!, command, file)
        && file.Retry.Scopes.Around(run, out _, file.Cancellation) is { CoversLost: true } scope && RepeatedStatements.Extent(scope, file) is { } extent && extent.Span.Contains(run.Span)
        && !extent.Nodes.Any(node => node switch
        {
            IdentifierNameSyntax name when name.Identifier.ValueText == command.Name && Is(name, command, file) => name.Parent is not MemberAccessExpressionSyntax { Name.Identifier.ValueText: not "Connection" },
            InvocationExpressionSyntax call => RepeatedStatements.Mends(call, file) is not null,
            _ => false,
        });

    private static bool Is(ExpressionSyntax name, IParameterSymbol command, RetryFile file) => SymbolEqualityComparer.Default.Equals(file.Model.GetSymbolInfo(name, file.Cancellation).Symbol, command);

    private static bool IsMadeOnConnection(IMethodSymbol method, IParameterSymbol command, RetryFile file) =>
        file.Retry.Coverage.CallersOf(method, file.Cancellation).OfType<SimpleNameSyntax>().Take(MaxCallers).Any(name =>
            NameUses.CallOf(name) is InvocationExpressionSyntax call && file.Retry.FactOf(call, out var called, file.Cancellation).Role == ApiRole.None && called is not null
            && Given(call, called, command) is { } given && Made(given, file) is { } made && file.Retry.FactOf(made, out _, file.Cancellation).Role == ApiRole.NewCommand);

    private static ExpressionSyntax? Given(InvocationExpressionSyntax call, IMethodSymbol called, IParameterSymbol command) =>
        called.ReducedFrom is not null && command.Ordinal == 0 ? RetryContext.ReceiverOf(call)
        : call.ArgumentList.Arguments.FirstOrDefault(argument => RetryScopes.ParameterOf(called, argument)?.Ordinal == command.Ordinal)?.Expression;

    /// <summary>The creation itself, or that of the local.</summary>
    private static ExpressionSyntax? Made(ExpressionSyntax given, RetryFile file) => given switch
    {
        BaseObjectCreationExpressionSyntax or InvocationExpressionSyntax => given,
        IdentifierNameSyntax when file.Retry.Model(given).GetSymbolInfo(given, file.Cancellation).Symbol is ILocalSymbol { DeclaringSyntaxReferences: { Length: 1 } declared } =>
            declared[0].GetSyntax(file.Cancellation) is VariableDeclaratorSyntax { Initializer.Value: BaseObjectCreationExpressionSyntax or InvocationExpressionSyntax } variable ? variable.Initializer!.Value : null,
        _ => null,
    };
}
