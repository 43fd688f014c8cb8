using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// The region of a finding as it is written down: the statement that begins it, the variables that stand for it, and, where the same
/// method opens the connection, the statements that do.
/// </summary>
internal sealed class Region
{
    private Region(ExpressionSyntax begin, StatementSyntax statement)
    {
        Begin = begin;
        BeginStatement = statement;
    }

    public ExpressionSyntax Begin { get; }

    /// <summary>The statement of a list that the begin stands in: a declaration, an expression, or a <c>using</c> with the begin in its head.</summary>
    public StatementSyntax BeginStatement { get; }

    public bool BeginsInUsingHead => BeginStatement is UsingStatementSyntax;

    /// <summary>The variable that holds the transaction or scope; null where nobody holds it.</summary>
    public ISymbol? Transaction { get; private set; }

    /// <summary>The connection, context or unit of work that the transaction was begun on.</summary>
    public ISymbol? Connection { get; private set; }

    public bool IsScope { get; private set; }

    /// <summary>The connection is a local that the same function opened, and nothing but this function knows it.</summary>
    public bool OwnsConnection => ConnectionStatement is not null;

    /// <summary>The declaration of the own connection, or the <c>using</c> statement that opens it.</summary>
    public StatementSyntax? ConnectionStatement { get; private set; }

    /// <summary>What opens the connection before the begin, in order, in the begin's own list: its declaration, <c>OpenAsync</c>, a <c>using</c> of a variable.</summary>
    public ImmutableArray<StatementSyntax> Opening { get; private set; } = ImmutableArray<StatementSyntax>.Empty;

    public static Region? Find(ExpressionSyntax begin, SemanticModel model, CancellationToken cancellationToken)
    {
        // The head of a stacked using belongs to the outermost one: only that stands in a list.
        if (begin.ListStatement() is not { } statement || HolderOf(begin, statement, out var declared) is false)
        {
            return null;
        }

        var region = new Region(begin, statement);
        if (declared is not null)
        {
            region.Transaction = declared is VariableDeclaratorSyntax declarator
                ? model.GetDeclaredSymbol(declarator, cancellationToken)
                : model.GetSymbolInfo(declared, cancellationToken).Symbol;
        }

        region.IsScope = model.GetTypeInfo(begin, cancellationToken).Type is { Name: "TransactionScope" };
        region.Connection = region.IsScope ? null : ConnectionOf(begin, model, cancellationToken);
        region.FindOpening(model, cancellationToken);
        return region;
    }

    /// <summary>True where a node names the transaction or its connection.</summary>
    public bool IsNamedIn(CodeFacts facts) =>
        (Transaction is not null && facts.Mentions.Contains(Transaction)) || (Connection is not null && facts.Mentions.Contains(Connection));

    public bool IsRegionSymbol(ISymbol? symbol) =>
        symbol is not null && (SymbolEqualityComparer.Default.Equals(symbol, Transaction) || SymbolEqualityComparer.Default.Equals(symbol, Connection));

    /// <summary>
    /// The variable that a begin is stored in. Only plain forms are known: a declaration of one variable, an assignment, a
    /// <c>using</c> head, or nothing at all.
    /// </summary>
    private static bool HolderOf(ExpressionSyntax begin, StatementSyntax statement, out SyntaxNode? holder)
    {
        holder = null;
        SyntaxNode current = begin;
        while (current.Parent is AwaitExpressionSyntax or ParenthesizedExpressionSyntax or CastExpressionSyntax or PostfixUnaryExpressionSyntax
            || current.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" or "GetAwaiter" or "GetResult" or "AsTask" or "Result" }
            || (current.Parent is InvocationExpressionSyntax call && call.Expression == current))
        {
            current = current.Parent;
        }

        switch (current.Parent)
        {
            case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1 } declaration } declarator }:
                holder = declarator;
                return declaration.Parent == statement || declaration.Parent is UsingStatementSyntax;
            case AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax assigned } assignment when assignment.Right == current && assigned == statement:
                holder = assignment.Left;
                return assignment.IsKind(SyntaxKind.SimpleAssignmentExpression);
            case ExpressionStatementSyntax expression:
                return expression == statement;
            case UsingStatementSyntax:
                return true;
            default:
                return false;
        }
    }

    /// <summary>The first variable with a connection, a context or the like that the begin is called on or given.</summary>
    private static ISymbol? ConnectionOf(ExpressionSyntax begin, SemanticModel model, CancellationToken cancellationToken)
    {
        if (model.GetOperation(begin, cancellationToken) is not { } operation)
        {
            return null;
        }

        foreach (var inner in operation.DescendantsAndSelf())
        {
            var symbol = inner switch
            {
                ILocalReferenceOperation local => local.Local,
                IParameterReferenceOperation parameter => parameter.Parameter,
                IMemberReferenceOperation { Instance: null or IInstanceReferenceOperation, Member: IFieldSymbol or IPropertySymbol } member => member.Member,
                _ => (ISymbol?)null,
            };
            if (symbol is not null && inner.Type is { IsValueType: false } type && type.SpecialType == SpecialType.None && type.Name is not "NpgsqlDataSource" and not "DbDataSource")
            {
                return symbol;
            }
        }

        return null;
    }

    private void FindOpening(SemanticModel model, CancellationToken cancellationToken)
    {
        if (Connection is null)
        {
            return;
        }

        var siblings = BeginStatement.Siblings();
        var index = IndexOf(siblings, BeginStatement);
        if (Connection is ILocalSymbol && Connection.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellationToken) is VariableDeclaratorSyntax declarator)
        {
            ConnectionStatement = declarator.ListStatement() is { } declaration && declaration.EnclosingFunction() == Begin.EnclosingFunction()
                && IsOpened(declarator, declaration, model, cancellationToken) ? declaration : null;
        }

        var opening = new List<StatementSyntax>();
        for (var i = 0; i < index; i++)
        {
            if (siblings[i] == ConnectionStatement || IsMaking(siblings[i], model, cancellationToken) || IsOpenCall(siblings[i], model, cancellationToken) || IsUsingOf(siblings[i], model, cancellationToken))
            {
                opening.Add(siblings[i]);
            }
        }

        Opening = opening.ToImmutableArray();
    }

    /// <summary>A connection that is taken over from elsewhere (a field, a context) is not ours to open or close.</summary>
    private bool IsOpened(VariableDeclaratorSyntax declarator, StatementSyntax declaration, SemanticModel model, CancellationToken cancellationToken)
    {
        if (declaration is not (LocalDeclarationStatementSyntax { Declaration.Variables.Count: 1 } or UsingStatementSyntax) || declarator.Initializer is not { Value: var value })
        {
            return false;
        }

        return Opens(value, model, cancellationToken);
    }

    /// <summary>An expression that makes a connection or a context, and not one that hands out one that is there.</summary>
    public static bool Opens(ExpressionSyntax value, SemanticModel model, CancellationToken cancellationToken) =>
        model.GetOperation(value, cancellationToken)?.DescendantsAndSelf().Any(inner =>
            inner is IObjectCreationOperation { Type: { } type } && DataLibrary.IsDataType(type)
            || inner is IInvocationOperation { TargetMethod.Name: "OpenConnection" or "OpenConnectionAsync" or "CreateConnection" or "CreateConnectionAsync" or "CreateDbContext" or "CreateDbContextAsync" }) == true;

    /// <summary><c>connection = new NpgsqlConnection(…);</c> as a statement.</summary>
    public bool IsMaking(StatementSyntax statement, SemanticModel model, CancellationToken cancellationToken) =>
        statement is ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } assignment }
        && Connection is not null && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(assignment.Left, cancellationToken).Symbol, Connection)
        && Opens(assignment.Right, model, cancellationToken);

    /// <summary><c>await connection.OpenAsync(ct);</c> as a statement.</summary>
    public bool IsOpenCall(StatementSyntax statement, SemanticModel model, CancellationToken cancellationToken) =>
        statement is ExpressionStatementSyntax { Expression: var expression }
        && InvocationsIn(expression).FirstOrDefault() is { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Open" or "OpenAsync" } access }
        && IsRegionSymbol(model.GetSymbolInfo(access.Expression, cancellationToken).Symbol);

    /// <summary><c>await using var _ = connection.ConfigureAwait(false);</c>: only the disposal of what was opened before.</summary>
    public bool IsUsingOf(StatementSyntax statement, SemanticModel model, CancellationToken cancellationToken)
    {
        if (statement is not LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0, Declaration.Variables: { Count: 1 } variables } || variables[0].Initializer is not { Value: var value })
        {
            return false;
        }

        var held = value is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } access } ? access.Expression : value;
        return held is IdentifierNameSyntax && IsRegionSymbol(model.GetSymbolInfo(held, cancellationToken).Symbol);
    }

    private static IEnumerable<InvocationExpressionSyntax> InvocationsIn(ExpressionSyntax expression)
    {
        // Outermost first, but the ConfigureAwait and the await around the call are of no interest.
        return expression.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>()
            .Where(call => call.Expression is not MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" or "GetAwaiter" or "GetResult" });
    }

    private static int IndexOf(IReadOnlyList<StatementSyntax> statements, StatementSyntax statement)
    {
        for (var i = 0; i < statements.Count; i++)
        {
            if (statements[i] == statement)
            {
                return i;
            }
        }

        return statements.Count;
    }
}
