using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Who ends the transaction of an attempt that fails. A context keeps the one that was begun until somebody does, and refuses the begin of the next attempt ("The connection is already in a transaction").
/// </summary>
internal static class FailedAttempt
{
    /// <summary>
    /// What has to stand in front of the begin's statement: nothing where a <c>using</c>, a <c>finally</c> or a handler ends it, else <c>await using</c>. Null where nobody ends it, and a <c>using</c>
    /// might end it too early: without a commit in the unit it may be meant to outlive it.
    /// </summary>
    /// <param name="begin">The begin, or the creation of a scope.</param>
    /// <param name="statement">Its statement, one of the unit's.</param>
    /// <param name="unit">What would run again.</param>
    /// <param name="model">The model of the document.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static string? Ending(ExpressionSyntax begin, StatementSyntax statement, IReadOnlyList<StatementSyntax> unit, SemanticModel model, CancellationToken cancellationToken)
    {
        if (statement is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } or UsingStatementSyntax || unit.Any(s => IsHeld(s, statement, model, cancellationToken))
            || unit.SelectMany(s => s.DescendantNodes()).OfType<InvocationExpressionSyntax>().Any(call => EndsAfterFailure(call, model, cancellationToken)))
        {
            return "";
        }

        var made = Made(begin);
        if (!unit.Any(s => Commits(s, model, cancellationToken)) || begin is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "BeginTransaction" or "BeginTransactionAsync" } })
        {
            return null;
        }

        var keyword = made is AwaitExpressionSyntax ? "await using " : "using ";
        return statement switch
        {
            ExpressionStatementSyntax dropped when dropped.Expression == made => $"{keyword}var {NewNames.Free("transaction", model, statement.Parent!)} = ",
            LocalDeclarationStatementSyntax { Declaration.Variables: { Count: 1 } variables } when variables[0].Initializer?.Value == made => keyword,
            _ => null,
        };
    }

    /// <summary>The begin with the <c>ConfigureAwait</c> and the <c>await</c> around it.</summary>
    private static ExpressionSyntax Made(ExpressionSyntax begin)
    {
        var made = begin is { Parent: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Parent: InvocationExpressionSyntax configured } } ? configured : begin;
        return made.Parent as AwaitExpressionSyntax ?? made;
    }

    /// <summary><c>using (transaction)</c>, <c>await using var _ = transaction.ConfigureAwait(false)</c>, of what the begin's statement has declared.</summary>
    private static bool IsHeld(StatementSyntax statement, StatementSyntax begin, SemanticModel model, CancellationToken cancellationToken)
    {
        SyntaxNode? held = statement switch
        {
            UsingStatementSyntax given => given.Expression ?? (SyntaxNode?)given.Declaration,
            LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } given => given.Declaration,
            _ => null,
        };
        var declared = RetryUnit.Declared(begin, model).ToList();
        return held?.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(name => model.GetSymbolInfo(name, cancellationToken).Symbol is ILocalSymbol local && declared.Contains(local, SymbolEqualityComparer.Default)) == true;
    }

    /// <summary>A rollback or the disposal of a transaction, in a <c>finally</c> or in a handler of whatever has failed.</summary>
    private static bool EndsAfterFailure(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken) =>
        CalledName.Of(call) is { } name && RetryContext.ReceiverOf(call) is { } owner
        && (name.StartsWith("RollbackTransaction", System.StringComparison.Ordinal) || (name is "Rollback" or "RollbackAsync" or "Dispose" or "DisposeAsync" && IsTransaction(model.GetTypeInfo(owner, cancellationToken).Type)))
        && call.Ancestors().TakeWhile(around => !SyntaxSearch.IsFunction(around)).Any(around => around is FinallyClauseSyntax
            || (around is CatchClauseSyntax { Filter: null } handler && (handler.Declaration is null || KnownTypes.Is(model.GetTypeInfo(handler.Declaration.Type, cancellationToken).Type, "System", "Exception"))));

    private static bool IsTransaction(ITypeSymbol? type) => type is { Name: "TransactionScope" } || (type?.Name.EndsWith("Transaction", System.StringComparison.Ordinal) == true && SessionTypes.Is(type));

    /// <summary>The statement itself, or one of the try that it is, commits: on the way that nothing has stopped, the transaction is over when the unit is.</summary>
    private static bool Commits(StatementSyntax statement, SemanticModel model, CancellationToken cancellationToken) => statement switch
    {
        TryStatementSyntax attempt => attempt.Block.Statements.Any(inner => Commits(inner, model, cancellationToken)),
        ExpressionStatementSyntax => statement.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(call => model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { Name: "Commit" or "CommitAsync" or "CommitTransaction" or "CommitTransactionAsync" } method
            && DataLibrary.IsInLibrary(method)),
        _ => false,
    };
}
