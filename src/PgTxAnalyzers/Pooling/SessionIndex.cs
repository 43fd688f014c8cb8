using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Pooling;

/// <summary>
/// Where texts with session words may go to a command: from the literals up to the calls and assignments, through the names that carry them. Names and syntax only; a
/// place that is found here is looked at with the semantic model, and nothing else is.
/// </summary>
internal sealed class SessionIndex
{
    /// <summary>Names that a text is handed through, one to the next.</summary>
    private const int MaxHands = 4;

    private readonly IReadOnlyList<SyntaxTree> trees;
    private readonly CancellationToken cancellation;
    private readonly Dictionary<SyntaxTree, List<SyntaxNode>> places = new();
    private readonly HashSet<SyntaxNode> seen = new();
    private readonly HashSet<(string Name, SyntaxNode? Scope)> carriers = new();

    private SessionIndex(IReadOnlyList<SyntaxTree> trees, CancellationToken cancellation) => (this.trees, this.cancellation) = (trees, cancellation);

    /// <summary>By tree, in the order of the source: calls, creations and assignments that are given such a text.</summary>
    public static ImmutableDictionary<SyntaxTree, ImmutableArray<SyntaxNode>> Create(IReadOnlyList<SyntaxTree> trees, CancellationToken cancellation)
    {
        var index = new SessionIndex(trees, cancellation);
        index.Run();
        return index.places.ToImmutableDictionary(p => p.Key, p => p.Value.OrderBy(node => node.SpanStart).ToImmutableArray());
    }

    private void Run()
    {
        var fresh = new List<(string Name, SyntaxNode? Scope)>();
        foreach (var tree in trees)
        {
            cancellation.ThrowIfCancellationRequested();
            var positions = TreeLiterals.Of(tree, cancellation).SessionTexts;
            if (positions.IsEmpty)
            {
                continue;
            }

            var root = tree.GetRoot(cancellation);
            foreach (var position in positions)
            {
                if (TextPlaces.LiteralAt(root, position) is { } literal)
                {
                    Climb(literal, fresh);
                }
            }
        }

        for (var round = 0; round < MaxHands && fresh.Count > 0; round++)
        {
            var now = fresh.ToList();
            fresh.Clear();
            foreach (var (name, scope) in now)
            {
                Follow(name, scope, fresh);
            }
        }
    }

    private void Follow(string name, SyntaxNode? scope, List<(string, SyntaxNode?)> fresh)
    {
        var word = new[] { TreeWords.Hash(name) };
        foreach (var tree in scope is null ? trees : new[] { scope.SyntaxTree })
        {
            cancellation.ThrowIfCancellationRequested();
            if (!NameIndex.WordsOf(tree, cancellation).ContainsAny(word))
            {
                continue;
            }

            foreach (var token in TextPlaces.Identifiers(tree, name, cancellation))
            {
                if (token.Parent is SimpleNameSyntax use && (scope is null || scope.Span.Contains(use.Span)))
                {
                    ExpressionSyntax expression = use.Parent is MemberAccessExpressionSyntax access && access.Name == use ? access : use;
                    expression = expression.Parent switch
                    {
                        InvocationExpressionSyntax call when call.Expression == expression => call,

                        // What a builder holds is asked for by its ToString.
                        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ToString", Parent: InvocationExpressionSyntax held } member when member.Expression == expression => held,
                        _ => expression,
                    };
                    Climb(expression, fresh);
                }
            }
        }
    }

    private void Climb(ExpressionSyntax part, List<(string, SyntaxNode?)> fresh)
    {
        var whole = Outer(part);
        if (!seen.Add(whole))
        {
            return;
        }

        switch (whole.Parent)
        {
            case ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Append" or "AppendLine" or "AppendFormat" } append } }:
                if (Root(append.Expression) is IdentifierNameSyntax builder)
                {
                    Carry(builder.Identifier.ValueText, Body(whole), fresh);
                }

                break;
            case ArgumentSyntax { Parent.Parent: { } call and (InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or ConstructorInitializerSyntax) }:
                Add(call);
                break;
            case AssignmentExpressionSyntax assignment when assignment.Right == whole:
                var target = assignment.Left switch { IdentifierNameSyntax n => n, MemberAccessExpressionSyntax m => m.Name, _ => null };
                if (target?.Identifier.ValueText == "CommandText")
                {
                    Add(assignment);
                }
                else if (target is not null)
                {
                    Carry(target.Identifier.ValueText, null, fresh);
                }

                break;
            case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable }:
                Carry(variable.Identifier.ValueText, variable.Parent?.Parent is LocalDeclarationStatementSyntax ? Body(variable) : null, fresh);
                break;
            case EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax property }:
                Carry(property.Identifier.ValueText, null, fresh);
                break;
            case ArrowExpressionClauseSyntax or ReturnStatementSyntax:
                if (Member(whole) is { } name)
                {
                    Carry(name, null, fresh);
                }

                break;
        }
    }

    /// <summary>Of <c>a ? b : c</c> and its kin, the whole.</summary>
    private static ExpressionSyntax Outer(ExpressionSyntax part)
    {
        while (true)
        {
            part = TextPlaces.Whole(part);
            switch (part.Parent)
            {
                case ConditionalExpressionSyntax choice when choice.Condition != part:
                    part = choice;
                    break;
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } either:
                    part = either;
                    break;
                case SwitchExpressionArmSyntax { Parent: SwitchExpressionSyntax arms }:
                    part = arms;
                    break;
                default:
                    return part;
            }
        }
    }

    private static ExpressionSyntax Root(ExpressionSyntax receiver)
    {
        while (receiver is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax inner })
        {
            receiver = inner.Expression;
        }

        return receiver;
    }

    private static string? Member(SyntaxNode node) => node.Ancestors().FirstOrDefault(n =>
        n is MethodDeclarationSyntax or LocalFunctionStatementSyntax or PropertyDeclarationSyntax or AnonymousFunctionExpressionSyntax) switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        LocalFunctionStatementSyntax local => local.Identifier.ValueText,
        PropertyDeclarationSyntax property => property.Identifier.ValueText,
        _ => null,
    };

    private static SyntaxNode? Body(SyntaxNode node) => CodeTexts.Definitions.BodyOf(node);

    private void Carry(string name, SyntaxNode? scope, List<(string, SyntaxNode?)> fresh)
    {
        if (carriers.Add((name, scope)))
        {
            fresh.Add((name, scope));
        }
    }

    private void Add(SyntaxNode place)
    {
        if (!places.TryGetValue(place.SyntaxTree, out var list))
        {
            places.Add(place.SyntaxTree, list = new List<SyntaxNode>());
        }

        if (!list.Contains(place))
        {
            list.Add(place);
        }
    }
}
