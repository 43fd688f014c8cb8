using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Retry;

/// <summary>What a condition asks of an exception.</summary>
/// <param name="States">The SQLSTATEs that it names.</param>
/// <param name="AsksState">It reads <c>SqlState</c>.</param>
/// <param name="AsksTransient">It reads <c>IsTransient</c>.</param>
/// <param name="AsksElsewhere">It asks something that cannot be read here: a method, a list, a negation. Nothing may be concluded from what it does not name.</param>
/// <param name="Message">The test of the message's text for something that PostgreSQL says, where there is one.</param>
internal sealed record FailureTest(ImmutableHashSet<string> States, bool AsksState, bool AsksTransient, bool AsksElsewhere, SyntaxNode? Message)
{
    public static readonly FailureTest None = new(ImmutableHashSet<string>.Empty, false, false, false, null);

    /// <summary>What PostgreSQL and Npgsql write into the messages of failures that a retry cures; they are translated and reworded.</summary>
    private static readonly string[] Phrases =
    {
        "terminating connection", "could not serialize", "deadlock detected", "the connection unexpectedly", "exception while reading from", "exception while writing to",
        "the database system is", "too many clients", "remaining connection slots", "connection is broken", "broken pipe", "connection reset", "server closed the connection",
    };

    /// <summary>What the methods ask that it calls and that are one expression each; null for none. Kept apart: what they do not name is not judged (PGTX205).</summary>
    public FailureTest? Below { get; private init; }

    /// <summary>A method that it asks, itself or further down, cannot be read.</summary>
    public bool IsUnread { get; private init; }

    private bool TurnsLostAway { get; init; }

    private bool TurnsConflictAway { get; init; }

    public bool IsEmpty => !AsksState && !AsksTransient && !AsksElsewhere && Message is null;

    public static FailureTest Read(SyntaxNode condition, SemanticModel model, CancellationToken cancellation) => Read(condition, model, 0, cancellation);

    private static FailureTest Read(SyntaxNode condition, SemanticModel model, int depth, CancellationToken cancellation)
    {
        FailureTest? below = null;
        var unread = false;
        var states = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        bool asksState = false, transient = false, elsewhere = false;
        SyntaxNode? message = null;
        foreach (var node in condition.DescendantNodesAndSelf())
        {
            switch (node)
            {
                case IdentifierNameSyntax { Identifier.ValueText: "SqlState" } name when IsOfException(name, model, cancellation):
                    asksState = true;
                    elsewhere |= IsNegated(name, condition);
                    break;
                case IdentifierNameSyntax { Identifier.ValueText: "IsTransient" } name when IsOfException(name, model, cancellation):
                    transient = true;
                    break;
                case IdentifierNameSyntax { Identifier.ValueText: "Message" or "MessageText" } name when message is null && IsOfException(name, model, cancellation):
                    message = PhraseTest(name, condition, model, cancellation);
                    break;
                case InvocationExpressionSyntax call when !IsReadable(call, model, cancellation):
                    elsewhere = true;
                    var asked = depth < TurnedAway.MaxHelpers && TurnedAway.Helper(call, model, cancellation) is var (body, own) ? Read(body, own, depth + 1, cancellation) : null;
                    unread |= asked?.IsUnread ?? true;
                    below = asked is null ? below : (below ?? None).With(asked);
                    break;
                case ExpressionSyntax expression and (LiteralExpressionSyntax or IdentifierNameSyntax or MemberAccessExpressionSyntax):
                    if (model.GetConstantValue(expression, cancellation) is { HasValue: true, Value: string text } && (SqlStates.IsState(text) || text is "08" or "57P" or "57"))
                    {
                        states.Add(text == "57P" || text == "57" ? "57P01" : text);
                        if (text.StartsWith("57", StringComparison.Ordinal) && text.Length < 5)
                        {
                            states.UnionWith(SqlStates.Lost);
                        }
                    }

                    break;
            }
        }

        return new FailureTest(asksState ? states.ToImmutable() : ImmutableHashSet<string>.Empty, asksState, transient, elsewhere, message)
        {
            Below = below,
            IsUnread = unread,
            TurnsLostAway = condition is ExpressionSyntax of && TurnedAway.By(of, SqlStates.IsLost, model, cancellation),
            TurnsConflictAway = condition is ExpressionSyntax test && TurnedAway.By(test, SqlStates.IsConflict, model, cancellation),
        };
    }

    /// <summary>Both together: the handlers of one try, a filter and the conditions in its block.</summary>
    public FailureTest With(FailureTest other) =>
        new(States.Union(other.States), AsksState || other.AsksState, AsksTransient || other.AsksTransient, AsksElsewhere || other.AsksElsewhere, Message ?? other.Message)
        {
            Below = Below is { } own && other.Below is { } further ? own.With(further) : Below ?? other.Below,
            IsUnread = IsUnread || other.IsUnread,
        };

    /// <summary>It asks for a lost connection by name.</summary>
    public bool NamesLost => AsksTransient || States.Any(SqlStates.IsLost) || Below is { NamesLost: true };

    /// <summary>A lost connection may pass this test.</summary>
    public bool AdmitsLost => !TurnsLostAway && (!AsksState || AsksTransient || AsksElsewhere || States.Any(SqlStates.IsLost));

    /// <summary>A serialisation failure or a deadlock may pass this test.</summary>
    public bool AdmitsConflict => !TurnsConflictAway && (!AsksState || AsksTransient || AsksElsewhere || States.Any(SqlStates.IsConflict));

    /// <summary>A member of an exception that may be the driver's: its own, one of what it derives from, or one of the project's own.</summary>
    public static bool IsOfException(SimpleNameSyntax name, SemanticModel model, CancellationToken cancellation) =>
        model.GetSymbolInfo(name, cancellation).Symbol is IPropertySymbol property && KnownTypes.DerivesFrom(property.ContainingType, "System", "Exception")
        && !Handler.IsOfOtherDriver(OwnerOf(name, property, model, cancellation));

    /// <summary>The type of what is asked. Drivers inherit what they ask nothing of: the property's own type says <c>DbException</c> then.</summary>
    public static ITypeSymbol OwnerOf(SimpleNameSyntax name, IPropertySymbol property, SemanticModel model, CancellationToken cancellation)
    {
        var owner = name.Parent switch
        {
            MemberAccessExpressionSyntax access when access.Name == name => model.GetTypeInfo(access.Expression, cancellation).Type,
            MemberBindingExpressionSyntax => name.FirstAncestorOrSelf<ConditionalAccessExpressionSyntax>() is { } asked ? model.GetTypeInfo(asked.Expression, cancellation).Type : null,
            NameColonSyntax { Parent: SubpatternSyntax { Parent.Parent: RecursivePatternSyntax pattern } } => model.GetTypeInfo(pattern, cancellation).ConvertedType,
            _ => null,
        };
        return owner is INamedTypeSymbol ? owner : property.ContainingType;
    }

    private static bool IsNegated(SyntaxNode name, SyntaxNode condition)
    {
        for (var node = name.Parent; node is not null && condition.Span.Contains(node.Span); node = node.Parent)
        {
            if (node.IsKind(SyntaxKind.NotEqualsExpression) || node.IsKind(SyntaxKind.LogicalNotExpression))
            {
                return true;
            }

            if (node is IsPatternExpressionSyntax { Pattern: var pattern } && pattern.DescendantNodesAndSelf().Any(n => n.IsKind(SyntaxKind.NotPattern)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>String comparisons can be read; a method of the project's own, a list or a set in a field cannot.</summary>
    private static bool IsReadable(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation)
    {
        if (model.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol method)
        {
            return true;
        }

        if (method.ContainingType.SpecialType == SpecialType.System_String)
        {
            return true;
        }

        return method.ContainingType.Name == "Regex" || method.Name is "ToString" or "GetType" or "GetBaseException";
    }

    private static SyntaxNode? PhraseTest(SyntaxNode name, SyntaxNode condition, SemanticModel model, CancellationToken cancellation)
    {
        for (var node = name.Parent; node is not null && condition.Span.Contains(node.Span); node = node.Parent)
        {
            if (node is not (InvocationExpressionSyntax or BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression } or IsPatternExpressionSyntax))
            {
                continue;
            }

            var isPhrase = node.DescendantNodes().OfType<ExpressionSyntax>().Any(e =>
                e is LiteralExpressionSyntax or IdentifierNameSyntax or MemberAccessExpressionSyntax && model.GetConstantValue(e, cancellation) is { HasValue: true, Value: string text } && IsPhrase(text));
            if (isPhrase)
            {
                return node;
            }
        }

        return null;
    }

    public static bool IsPhrase(string text) =>
        (SqlStates.IsState(text.TrimEnd(':', ' ')) && (SqlStates.IsLost(text.Substring(0, 5)) || SqlStates.IsConflict(text.Substring(0, 5))))
        || Phrases.Any(p => text.IndexOf(p, StringComparison.OrdinalIgnoreCase) >= 0);

    /// <summary>The conditions that stand in a handler's own block, beside its filter.</summary>
    public static IEnumerable<ExpressionSyntax> ConditionsIn(BlockSyntax block) =>
        block.DescendantNodes(n => n is not AnonymousFunctionExpressionSyntax).Select(n => n switch
        {
            IfStatementSyntax branch => branch.Condition,
            ConditionalExpressionSyntax choice => choice.Condition,
            WhileStatementSyntax loop => loop.Condition,
            _ => null,
        }).Where(c => c is not null)!;
}
