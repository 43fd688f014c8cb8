using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions.Splitting;

/// <summary>The statements that both halves begin with: what opens the connection, and the begin. All others of the first half run once.</summary>
internal sealed class SplitHeads
{
    private readonly SplitUnit _unit;
    private readonly CancellationToken _cancellationToken;
    private readonly ImmutableArray<StatementSyntax>[] _perRung;

    private SplitHeads(SplitUnit unit, CancellationToken cancellationToken)
    {
        _unit = unit;
        _cancellationToken = cancellationToken;
        _perRung = new ImmutableArray<StatementSyntax>[unit.Rung + 1];
    }

    /// <summary>Null where the connection is closed on the way and nothing opens it again.</summary>
    public static SplitHeads? Of(SplitUnit unit, IReadOnlyCollection<StatementSyntax> later, CancellationToken cancellationToken)
    {
        var heads = new SplitHeads(unit, cancellationToken);
        for (var i = 0; i <= unit.Rung; i++)
        {
            heads._perRung[i] = unit.Rungs[i].List.Take(unit.Rungs[i].Index).Where(statement => heads.IsHead(statement, i, later)).ToImmutableArray();
        }

        return heads.AreComplete() ? heads : null;
    }

    /// <summary>The statements of one list, in order.</summary>
    public ImmutableArray<StatementSyntax> In(int rung) => _perRung[rung];

    public bool Contains(StatementSyntax statement) => _perRung.Any(heads => heads.Contains(statement));

    /// <summary>The first statement of the unit in its own list.</summary>
    public StatementSyntax Front => _unit.Owner ?? In(_unit.Rung).FirstOrDefault() ?? _unit.Rungs[_unit.Rung].Child;

    /// <summary>A connection or context that is made where a scope is already there takes part in it: the second scope needs its own.</summary>
    public static bool IsOpenedInScope(HeldCall call, VariableDeclaratorSyntax variable, CancellationToken cancellationToken) =>
        call.Region.IsScope && variable.SpanStart > call.Region.Begin.SpanStart && IsMade(call, variable, cancellationToken);

    private static bool IsMade(HeldCall call, VariableDeclaratorSyntax variable, CancellationToken cancellationToken) =>
        variable.Initializer is { Value: var value } && Region.Opens(value, call.Model, cancellationToken)
        && call.Model.GetDeclaredSymbol(variable, cancellationToken) is ILocalSymbol { Type: var type }
        && (DataLibrary.IsContextType(type) || type.Name.EndsWith("Connection", System.StringComparison.Ordinal));

    private bool IsHead(StatementSyntax statement, int rung, IReadOnlyCollection<StatementSyntax> later)
    {
        var region = _unit.Call.Region;
        var isBeginning = statement == region.BeginStatement || region.IsUsingOf(statement, _unit.Call.Model, _cancellationToken);
        var isOpening = statement == region.ConnectionStatement || region.Opening.Contains(statement) || region.IsOpenCall(statement, _unit.Call.Model, _cancellationToken);
        var isInside = rung < _unit.Rung || _unit.Owner is { } owner && CallPath.Position(_unit.List, statement) >= CallPath.Position(_unit.List, owner);
        if (isBeginning)
        {
            return true;
        }

        if (isOpening)
        {
            return isInside || IsClosedOnTheWay();
        }

        return isInside && (IsOpenedInScope(statement, later) || IsCleared(statement));
    }

    /// <summary><c>await using var connection = …;</c> or <c>await connection.OpenAsync(ct);</c> in a scope, where the second half uses the connection too.</summary>
    private bool IsOpenedInScope(StatementSyntax statement, IReadOnlyCollection<StatementSyntax> later)
    {
        var call = _unit.Call;
        if (statement is LocalDeclarationStatementSyntax { Declaration.Variables: { Count: 1 } variables })
        {
            return IsOpenedInScope(call, variables[0], _cancellationToken)
                && call.Model.GetDeclaredSymbol(variables[0], _cancellationToken) is { } declared
                && later.Any(other => call.Facts.Of(other).Mentions.Contains(declared));
        }

        return call.Region.IsScope
            && statement is ExpressionStatementSyntax { Expression: var expression }
            && expression.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>().FirstOrDefault() is { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Open" or "OpenAsync" } access }
            && call.Model.GetSymbolInfo(access.Expression, _cancellationToken).Symbol is ILocalSymbol { Type.Name: var name }
            && name.EndsWith("Connection", System.StringComparison.Ordinal);
    }

    /// <summary><c>db.ChangeTracker.Clear();</c> as the first statement of a retried unit: each unit needs it.</summary>
    private bool IsCleared(StatementSyntax statement) =>
        _unit.IsRetried && statement is ExpressionStatementSyntax { Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Clear", Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ChangeTracker" } } } };

    /// <summary>The closing part of a block closes the connection or disposes of it: <c>finally { await connection.DisposeAsync(); }</c>.</summary>
    private bool IsClosedOnTheWay() => EndsOfConnection().Any();

    /// <summary>The names of the calls that end the connection in the closing parts of the unit's blocks.</summary>
    private IEnumerable<string> EndsOfConnection() => _unit.Layers.Select(layer => layer.Around).OfType<TryStatementSyntax>()
        .SelectMany(attempt => attempt.Catches.Select(handler => (SyntaxNode)handler).Concat(attempt.Finally is null ? [] : [attempt.Finally]))
        .SelectMany(handler => handler.DescendantNodes()).OfType<IdentifierNameSyntax>()
        .Where(name => _unit.Call.Region.Connection is { } connection && SymbolEqualityComparer.Default.Equals(_unit.Call.Model.GetSymbolInfo(name, _cancellationToken).Symbol, connection))
        .Select(name => name.Parent switch
        {
            MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
            ConditionalAccessExpressionSyntax { WhenNotNull: InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding } } => binding.Name.Identifier.ValueText,
            _ => "",
        }).Where(end => end is "Dispose" or "DisposeAsync" or "Close" or "CloseAsync");

    /// <summary>What is closed is opened again; what is disposed of cannot be, and is made again.</summary>
    private bool AreComplete()
    {
        var opened = _perRung.SelectMany(heads => heads).ToList();
        var (region, model) = (_unit.Call.Region, _unit.Call.Model);
        return EndsOfConnection().All(end => opened.Any(statement => statement == region.ConnectionStatement || region.IsMaking(statement, model, _cancellationToken)
            || (end is "Close" or "CloseAsync" && region.IsOpenCall(statement, model, _cancellationToken))));
    }
}
