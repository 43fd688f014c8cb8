using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// The isolation level that a begin asks for. System.Data: Chaos 16, ReadUncommitted 256, ReadCommitted 4096, RepeatableRead 65536, Serializable 1048576,
/// Snapshot 16777216. System.Transactions: Serializable 0, RepeatableRead 1, ReadCommitted 2, ReadUncommitted 3, Snapshot 4.
/// </summary>
internal static class Levels
{
    /// <summary>Null: read committed, or not to be read here. IsSnapshot: repeatable read, which is a snapshot in PostgreSQL.</summary>
    public static (string Name, bool IsDefault, bool IsSnapshot)? Of(ExpressionSyntax begin, RetryContext context, CancellationToken cancellation)
    {
        var model = context.Model(begin);
        var fact = context.FactOf(begin, out var method, cancellation);
        if (method is null)
        {
            return null;
        }

        if (fact.Role == ApiRole.Scope)
        {
            return OfScope((BaseObjectCreationExpressionSyntax)begin, method, model, context, cancellation);
        }

        var arguments = (begin as InvocationExpressionSyntax)?.ArgumentList ?? (begin as BaseObjectCreationExpressionSyntax)?.ArgumentList;
        foreach (var argument in arguments?.Arguments ?? default)
        {
            if (KnownTypes.Is(model.GetTypeInfo(argument.Expression, cancellation).Type, "System.Data", "IsolationLevel"))
            {
                return model.GetConstantValue(argument.Expression, cancellation) is { HasValue: true, Value: int level } && level switch
                {
                    1048576 => "serializable",
                    65536 => "repeatable read",
                    16777216 => "a snapshot (repeatable read)",
                    _ => null,
                } is { } name ? (name, false, level != 1048576) : null;
            }
        }

        return null;
    }

    private static (string Name, bool IsDefault, bool IsSnapshot)? OfScope(BaseObjectCreationExpressionSyntax creation, IMethodSymbol constructor, SemanticModel model, RetryContext context, CancellationToken cancellation)
    {
        // A scope over a transaction that exists has that one's level, and a suppressed one has none.
        if (constructor.Parameters.Any(p => p.Type.Name is "Transaction" or "DependentTransaction") || IsSuppressed(creation, model, cancellation))
        {
            return null;
        }

        var options = constructor.Parameters.FirstOrDefault(p => p.Type.Name == "TransactionOptions");
        if (options is null)
        {
            return ("serializable", true, false);
        }

        foreach (var argument in creation.ArgumentList?.Arguments ?? default)
        {
            if (SymbolEqualityComparer.Default.Equals(RetryScopes.ParameterOf(constructor, argument), options))
            {
                return OfOptions(argument.Expression, model, context, cancellation);
            }
        }

        return null;
    }

    private static bool IsSuppressed(BaseObjectCreationExpressionSyntax creation, SemanticModel model, CancellationToken cancellation) =>
        creation.ArgumentList?.Arguments.Any(a => KnownTypes.Is(model.GetTypeInfo(a.Expression, cancellation).Type, "System.Transactions", "TransactionScopeOption")
            && model.GetConstantValue(a.Expression, cancellation) is not { HasValue: true, Value: 0 or 1 }) == true;

    private static (string Name, bool IsDefault, bool IsSnapshot)? OfOptions(ExpressionSyntax options, SemanticModel model, RetryContext context, CancellationToken cancellation)
    {
        var made = options;
        if (options is IdentifierNameSyntax or MemberAccessExpressionSyntax)
        {
            made = model.GetSymbolInfo(options, cancellation).Symbol?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is VariableDeclaratorSyntax { Initializer.Value: { } value } ? value : null;
        }

        // What is set later, or by somebody else, cannot be read here.
        if (made is not BaseObjectCreationExpressionSyntax creation || (creation.Initializer is null && made != options))
        {
            return null;
        }

        var level = creation.Initializer?.Expressions.OfType<AssignmentExpressionSyntax>().FirstOrDefault(a => a.Left is IdentifierNameSyntax { Identifier.ValueText: "IsolationLevel" });
        if (level is null)
        {
            return IsSetLater(made, options, context) ? null : ("serializable", true, false);
        }

        return context.Model(level).GetConstantValue(level.Right, cancellation) is { HasValue: true, Value: int number } && number switch
        {
            0 => "serializable",
            1 => "repeatable read",
            4 => "a snapshot (repeatable read)",
            _ => null,
        } is { } name ? (name, false, number != 0) : null;
    }

    /// <summary><c>options.IsolationLevel = …</c> behind the declaration.</summary>
    private static bool IsSetLater(SyntaxNode made, ExpressionSyntax options, RetryContext context) =>
        made != options && context.Uses.Of(made.SyntaxTree, "IsolationLevel", CancellationToken.None).Any(use =>
            use.Parent is MemberAccessExpressionSyntax { Parent: AssignmentExpressionSyntax } access && access.Expression.ToString() == options.ToString());
}
