using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Rules;

namespace PgTxAnalyzers.Retry;

/// <summary>A statement in a retry scope whose connection was opened, or whose transaction was begun, outside of it.</summary>
/// <param name="Statement">The call in the scope.</param>
/// <param name="Opened">The opening or the begin; the parameter, where a caller has begun it, or has made the command.</param>
/// <param name="IsTransaction">It is a begin, or a caller's transaction.</param>
internal sealed record RepeatedStatement(ExpressionSyntax Statement, SyntaxNode Opened, bool IsTransaction);

/// <summary>
/// Searches from the opening: what it opens is a local, a parameter or a context with a name; each command on that name behind it is asked for its scope.
/// </summary>
internal static class RepeatedStatements
{
    public static readonly string[] Openers =
    {
        "OpenConnection", "OpenConnectionAsync", "Open", "OpenAsync", "BeginTransaction", "BeginTransactionAsync",
    };

    /// <summary>What a transaction that a caller hands in is called by.</summary>
    public static readonly string[] Transactions = { "NpgsqlTransaction", "DbTransaction", "IDbTransaction", "IDbContextTransaction" };

    /// <summary>Methods that a connection is handed through.</summary>
    private const int MaxDepth = 3;

    public static IEnumerable<RepeatedStatement> In(RetryFile file)
    {
        var found = new Dictionary<ExpressionSyntax, RepeatedStatement>();
        foreach (var opening in file.Calls(Openers))
        {
            // Nothing is bound before something behind the opening stands where it may run again.
            var extent = opening.FirstAncestorOrSelf<BlockSyntax>() is { } block ? (SyntaxNode)block : file.Root;
            var calls = extent.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(c => c.SpanStart > opening.Span.End && MayRunAgain(c)).ToList();
            if (calls.Count == 0)
            {
                continue;
            }

            var role = file.Retry.FactOf(opening, out _, file.Cancellation).Role;
            if (role is not (ApiRole.OpenNew or ApiRole.Open or ApiRole.Begin) || Opened(opening, role, file) is not { Count: > 0 } names)
            {
                continue;
            }

            foreach (var call in calls)
            {
                if (IsRepeated(call, opening, role == ApiRole.Begin, names, file))
                {
                    // Of an opening and a begin, the begin says more.
                    if (!found.TryGetValue(call, out var known) || (role == ApiRole.Begin && !known.IsTransaction))
                    {
                        found[call] = new RepeatedStatement(call, opening, role == ApiRole.Begin);
                    }
                }
            }
        }

        foreach (var parameter in file.Root.DescendantNodes().OfType<ParameterSyntax>())
        {
            var calls = IsCallersTransaction(parameter, file) && parameter.Parent?.Parent is { } function
                ? function.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(c => c.SpanStart > parameter.Span.End && MayRunAgain(c)).ToList()
                : new List<InvocationExpressionSyntax>();
            if (calls.Count == 0 || file.Model.GetDeclaredSymbol(parameter, file.Cancellation) is not { } transaction)
            {
                continue;
            }

            foreach (var call in calls.Where(c => !found.ContainsKey(c) && IsRepeated(c, parameter, true, new List<ISymbol> { transaction }, file)))
            {
                found[call] = new RepeatedStatement(call, parameter, true);
            }
        }

        foreach (var command in CallersCommands.In(file).Where(c => !found.ContainsKey(c.Statement)))
        {
            found[command.Statement] = command;
        }

        // Of a call in a call, the outer one only passes the result on.
        return found.Values.Where(r => !found.Keys.Any(other => other != r.Statement && r.Statement.Span.Contains(other.Span))).OrderBy(r => r.Statement.SpanStart);
    }

    /// <summary>A parameter of a transaction type. One that may be null says that the method works without a caller's transaction as well: it may retry where there is none.</summary>
    private static bool IsCallersTransaction(ParameterSyntax parameter, RetryFile file) =>
        parameter is { Default: null, Type: { } type } && type.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().LastOrDefault() is { } name && Transactions.Contains(name.Identifier.ValueText)
        && file.Model.GetTypeInfo(type, file.Cancellation).Type is { NullableAnnotation: not NullableAnnotation.Annotated } transaction
        && type is not NullableTypeSyntax && file.Retry.Compilation.Shapes.Of(transaction) == Effects.Shape.Transaction;

    /// <summary>
    /// By syntax: in a lambda, handed on as a method group, or in a try with handlers. A command in a handler is not what the loop around its try repeats, and says
    /// the same of the same command twice where the transaction is aborted.
    /// </summary>
    public static bool MayRunAgain(SyntaxNode call)
    {
        foreach (var ancestor in call.Ancestors())
        {
            switch (ancestor)
            {
                case CatchClauseSyntax:
                    return false;
                case AnonymousFunctionExpressionSyntax or TryStatementSyntax { Catches.Count: > 0 }:
                    return true;
                case MemberDeclarationSyntax:
                    return false;
            }
        }

        return false;
    }

    /// <summary>What is open from here on, by name: the new connection, the connection or context itself, the transaction.</summary>
    private static List<ISymbol> Opened(ExpressionSyntax opening, ApiRole role, RetryFile file)
    {
        var names = new List<ISymbol>();
        if (role != ApiRole.OpenNew)
        {
            var receiver = RetryContext.ReceiverOf(opening);
            var owner = receiver is null ? null : EfWork.ContextExpression(receiver, file.Model, file.Cancellation) ?? receiver;

            // A connection in a field may be opened anew by somebody else; a context's transaction is its own.
            if (owner is not null && file.Model.GetSymbolInfo(owner, file.Cancellation).Symbol is { } symbol
                && (symbol is ILocalSymbol or IParameterSymbol || (role == ApiRole.Begin && KnownTypes.IsDbContext(file.Model.GetTypeInfo(owner, file.Cancellation).Type))))
            {
                names.Add(symbol);
            }
        }

        if (role != ApiRole.Open && opening.FirstAncestorOrSelf<VariableDeclaratorSyntax>() is { } variable && file.Model.GetDeclaredSymbol(variable, file.Cancellation) is { } local
            && opening.Ancestors().TakeWhile(a => a != variable).All(a => a is AwaitExpressionSyntax or EqualsValueClauseSyntax or ParenthesizedExpressionSyntax or InvocationExpressionSyntax or MemberAccessExpressionSyntax))
        {
            names.Add(local);
        }

        return names;
    }

    private static bool IsRepeated(InvocationExpressionSyntax call, SyntaxNode opening, bool isTransaction, List<ISymbol> names, RetryFile file)
    {
        if (file.Retry.Scopes.Around(call, out _, file.Cancellation) is not { } scope || Extent(scope, file) is not { } extent || extent.Span.Contains(opening.Span) || !extent.Span.Contains(call.Span))
        {
            return false;
        }

        return Works(call, names, file, 0) && !IsReopened(extent, names, file) && !IsEnded(opening, extent, isTransaction, names, file);
    }

    /// <summary>What runs again: the delegate, the whole loop, or what a jump goes back over; null for a recursion, whose extent is the method.</summary>
    public static RepeatedText? Extent(RetryScope scope, RetryFile file) =>
        scope.Kind == RetryKind.Loop && scope.Unit.Parent is TryStatementSyntax attempt ? RetryLoop.Of(attempt, file.Model, file.Cancellation)?.Extent : new RepeatedText(scope.Unit, scope.Unit.Span);

    /// <summary>The call runs a command on what was opened, itself or in a method that it hands it to.</summary>
    private static bool Works(InvocationExpressionSyntax call, IReadOnlyCollection<ISymbol> names, RetryFile file, int depth)
    {
        var model = file.Retry.Model(call);
        var fact = file.Retry.FactOf(call, out var method, file.Cancellation);
        if (method is null)
        {
            return false;
        }

        if (fact.Role is ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Query or ApiRole.Save or ApiRole.Copy)
        {
            return Owners(call, model, file).Any(o => names.Contains(o, SymbolEqualityComparer.Default));
        }

        if (fact.Role != ApiRole.None || depth >= MaxDepth)
        {
            return false;
        }

        var handed = call.ArgumentList.Arguments
            .Where(a => DelegateState.Behind(a.Expression, file.Retry, file.Cancellation) is { } s && names.Contains(s, SymbolEqualityComparer.Default))
            .Select(a => RetryScopes.ParameterOf(method, a)?.Ordinal).Where(o => o is not null).ToList();
        return handed.Count > 0 && file.Retry.Compilation.Targets.Of(method, Flow.Value.Nothing, false, file.Cancellation).Any(target =>
        {
            var parameters = handed.Where(o => o < target.Parameters.Length).Select(o => (ISymbol)target.Parameters[o!.Value]).ToList();
            return target.DeclaringSyntaxReferences.Any(r => r.GetSyntax(file.Cancellation).DescendantNodes().OfType<InvocationExpressionSyntax>().Any(inner => Works(inner, parameters, file, depth + 1)));
        });
    }

    /// <summary>The connection, the context and the transaction that a command names, also through a command's variable.</summary>
    private static IEnumerable<ISymbol> Owners(InvocationExpressionSyntax call, SemanticModel model, RetryFile file)
    {
        var receiver = RetryContext.ReceiverOf(call);
        if (receiver is not null)
        {
            var owner = EfWork.ContextExpression(receiver, model, file.Cancellation) ?? receiver;
            if (DelegateState.Behind(owner, file.Retry, file.Cancellation) is { } symbol)
            {
                yield return symbol;

                // `var command = new NpgsqlCommand(text, connection)`, `connection.CreateCommand()`
                if (symbol.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(file.Cancellation) is VariableDeclaratorSyntax { Initializer.Value: { } made } variable)
                {
                    foreach (var part in Named(made, file).Concat(Given(variable, model, file)))
                    {
                        yield return part;
                    }
                }
            }
        }

        foreach (var argument in call.ArgumentList.Arguments)
        {
            if (DelegateState.Behind(argument.Expression, file.Retry, file.Cancellation) is { } passed)
            {
                yield return passed;
            }
        }
    }

    /// <summary><c>command.Transaction = transaction;</c></summary>
    private static IEnumerable<ISymbol> Given(VariableDeclaratorSyntax command, SemanticModel model, RetryFile file) =>
        from assignment in (command.FirstAncestorOrSelf<BlockSyntax>() ?? command.SyntaxTree.GetRoot(file.Cancellation)).DescendantNodes().OfType<AssignmentExpressionSyntax>()
        where assignment.Left is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Transaction" or "Connection", Expression: IdentifierNameSyntax owner } && owner.Identifier.ValueText == command.Identifier.ValueText
        let given = model.GetSymbolInfo(assignment.Right, file.Cancellation).Symbol
        where given is ILocalSymbol or IParameterSymbol
        select given;

    private static IEnumerable<ISymbol> Named(ExpressionSyntax made, RetryFile file)
    {
        if (made is not (BaseObjectCreationExpressionSyntax or InvocationExpressionSyntax)
            || file.Retry.FactOf(made, out _, file.Cancellation).Role is not (ApiRole.NewCommand or ApiRole.Begin))
        {
            yield break;
        }

        foreach (var name in made.DescendantNodes().OfType<ExpressionSyntax>().Where(e => e is IdentifierNameSyntax or MemberAccessExpressionSyntax))
        {
            if (DelegateState.Behind(name, file.Retry, file.Cancellation) is { } part and (ILocalSymbol or IParameterSymbol))
            {
                yield return part;
            }
        }
    }

    /// <summary>The scope opens anew, gives the name another connection, or goes back to a savepoint, before it tries again.</summary>
    private static bool IsReopened(RepeatedText extent, List<ISymbol> names, RetryFile file) => extent.Nodes.Any(node => node switch
    {
        InvocationExpressionSyntax inner => Mends(inner, file) is { } role && (role == ApiRole.Savepoint || Owners(inner, file.Model, file).Any(o => names.Contains(o, SymbolEqualityComparer.Default))),
        AssignmentExpressionSyntax { Left: IdentifierNameSyntax or TupleExpressionSyntax } change => change.Left.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>()
            .Any(n => file.Model.GetSymbolInfo(n, file.Cancellation).Symbol is { } given && names.Contains(given, SymbolEqualityComparer.Default)),

        // A savepoint in text.
        LiteralExpressionSyntax { Token.Value: string text } => file.Retry.Compilation.Sql(text).Statements.Any(s => s.Kind is SqlKind.Savepoint or SqlKind.Rollback or SqlKind.RollbackAndChain or SqlKind.RollbackTo),
        _ => false,
    });

    /// <summary>What the call does that makes the connection or the transaction whole again, itself or in the method that it leads to; null for nothing.</summary>
    public static ApiRole? Mends(InvocationExpressionSyntax call, RetryFile file)
    {
        var role = file.Retry.FactOf(call, out var method, file.Cancellation).Role;
        if (role is ApiRole.Savepoint or ApiRole.Open or ApiRole.Close or ApiRole.Begin or ApiRole.Rollback)
        {
            return role;
        }

        return role != ApiRole.None || method is null ? null
            : file.Retry.Compilation.Targets.Of(method, Flow.Value.Nothing, false, file.Cancellation).SelectMany(target => target.DeclaringSyntaxReferences)
                .SelectMany(r => r.GetSyntax(file.Cancellation).DescendantNodes().OfType<InvocationExpressionSyntax>())
                .Select(inner => (ApiRole?)file.Retry.FactOf(inner, out _, file.Cancellation).Role)
                .FirstOrDefault(inner => inner is ApiRole.Savepoint or ApiRole.Close or ApiRole.Rollback);
    }

    /// <summary>Closed or committed before the scope begins.</summary>
    private static bool IsEnded(SyntaxNode opening, RepeatedText extent, bool isTransaction, List<ISymbol> names, RetryFile file) =>
        (opening.FirstAncestorOrSelf<BlockSyntax>() ?? file.Root).DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Where(c => c.SpanStart > opening.Span.End && c.Span.End < extent.Span.Start)
            .Any(c => file.Retry.FactOf(c, out _, file.Cancellation).Role is ApiRole.Close or ApiRole.DisposeTransaction || (isTransaction && file.Retry.FactOf(c, out _, file.Cancellation).Role is ApiRole.Commit or ApiRole.Rollback)
                ? Owners(c, file.Model, file).Any(o => names.Contains(o, SymbolEqualityComparer.Default)) : false);
}
