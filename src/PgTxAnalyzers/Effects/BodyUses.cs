using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// What a body uses, by its syntax alone: each name that it calls, constructs or hands on. Read once per body, whoever asks: in an editor each project above asks again.
/// </summary>
internal sealed class BodyUses
{
    /// <summary>The table holds no tree alive: nodes are its keys, and a value holds strings.</summary>
    private static readonly ConditionalWeakTable<SyntaxNode, BodyUses> Known = new();

    private readonly string[] names;
    private readonly string[] outliving;

    /// <summary>Names whose result is handed out; those that nobody has asked for are not in it.</summary>
    private ImmutableDictionary<string, bool> handedOut = ImmutableDictionary<string, bool>.Empty;
    private object? runsDelegate;

    /// <summary>Names whose value is read: only those of properties that begin something matter, and most are none.</summary>
    private readonly string[] reads;

    /// <summary>Names of which <c>Value</c> is read: only those of fields that begin something lazily matter, and hardly any does.</summary>
    private readonly string[] valued;

    private BodyUses(string[] names, string[] outliving, string[] reads, string[] valued) => (this.names, this.outliving, this.reads, this.valued) = (names, outliving, reads, valued);

    /// <summary>In the order of their first use.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Without those of <see cref="Names"/>.</summary>
    public IReadOnlyList<string> Reads => reads;

    /// <summary>A text of it may be SQL that begins a transaction.</summary>
    public bool HasSqlBegin { get; private init; }

    /// <summary>It can go on after a failure.</summary>
    public bool HasTry { get; private init; }

    /// <summary>It, or a function in it, yields.</summary>
    public bool IsIterator { get; private init; }

    /// <summary>A parameter of it, or of a function in it, may be a transaction.</summary>
    public bool HasTransactionParameter { get; private init; }

    public static BodyUses Of(SyntaxNode body) => Known.GetValue(body, Read);

    /// <summary>One of the names is used, or a text may begin a transaction.</summary>
    public bool Have(ISet<string> wanted) => HasSqlBegin || Array.Exists(names, wanted.Contains);

    /// <summary>One of the properties is read, by its name.</summary>
    public bool HaveRead(ISet<string> properties) => properties.Count > 0 && Array.Exists(reads, properties.Contains);

    /// <summary>The <c>Value</c> of one of the fields is asked for.</summary>
    public bool HaveValue(ISet<string> deferred) => deferred.Count > 0 && Array.Exists(valued, deferred.Contains);

    /// <summary>
    /// What one of the names begins may outlive the body: no <c>using</c> of its own holds it, or it is begun by a text. (A using around a text ends the command, not
    /// what the command has begun.) Whether its own commit surely ends it is asked by flow (<see cref="RegionHelpers"/>).
    /// </summary>
    public bool MayLeaveOpen(ISet<string> beginners) => HasSqlBegin || Array.Exists(outliving, beginners.Contains);

    /// <summary>A result or a connection that one of the names opens, or a text, may outlive the body.</summary>
    /// <param name="body">The one whose uses these are.</param>
    public bool MayHandOutResult(SyntaxNode body, ISet<string> openers) =>
        Array.Exists(names, name => openers.Contains(name) && HandsOut(body, name)) || (HasSqlBegin && HandsOut(body, ""));

    /// <summary>A parameter of it is a delegate that it can run.</summary>
    /// <param name="body">The one whose uses these are.</param>
    public bool RunsDelegate(SyntaxNode body) => (bool)(runsDelegate ??= Wrapping.RunsDelegate(body));

    /// <param name="name">Empty: the texts.</param>
    private bool HandsOut(SyntaxNode body, string name)
    {
        if (!handedOut.TryGetValue(name, out var known))
        {
            known = body.DescendantTokens().Any(token => name.Length == 0
                ? IsSqlBegin(token) && Wrapping.HandsOutResult(body, token, isText: true)
                : UsedBy(token) == name && Wrapping.HandsOutResult(body, token, isText: false));
            ImmutableInterlocked.TryAdd(ref handedOut, name, known);
        }

        return known;
    }

    private static BodyUses Read(SyntaxNode body)
    {
        var (names, outliving, hasSqlBegin, hasTry, isIterator) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal), false, false, false);
        var (seen, reads, valued) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var token in body.DescendantTokens())
        {
            if (token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText == "Value" && token.Parent?.Parent is MemberAccessExpressionSyntax { Expression: var owner } && TargetTyped.OwnName(owner) is { } field)
            {
                valued.Add(field);
            }

            if (UsedBy(token) is not { } name)
            {
                if (token.IsKind(SyntaxKind.IdentifierToken) && IsRead(token.Parent))
                {
                    reads.Add(token.ValueText);
                    if (!outliving.Contains(token.ValueText) && !Wrapping.EndsHere(token.Parent!, asResult: false))
                    {
                        outliving.Add(token.ValueText);
                    }
                }

                hasSqlBegin |= IsSqlBegin(token);
                hasTry |= token.IsKind(SyntaxKind.TryKeyword);
                isIterator |= token.IsKind(SyntaxKind.YieldKeyword);
            }
            else
            {
                if (seen.Add(name))
                {
                    names.Add(name);
                }

                if (!outliving.Contains(name) && !Wrapping.EndsHere(token.Parent!, asResult: false))
                {
                    outliving.Add(name);
                }
            }
        }

        reads.ExceptWith(seen);
        return new BodyUses(names.ToArray(), outliving.ToArray(), reads.ToArray(), valued.ToArray()) { HasSqlBegin = hasSqlBegin, HasTry = hasTry, IsIterator = isIterator, HasTransactionParameter = TakesTransaction(body) };
    }

    /// <summary>The name that a token uses: its own, or that of the type that <c>new(…)</c> makes. Null: none.</summary>
    private static string? UsedBy(SyntaxToken token) =>
        token.IsKind(SyntaxKind.IdentifierToken) ? IsUse(token.Parent) ? token.ValueText : null
        : token.Parent is ImplicitObjectCreationExpressionSyntax made && token == made.NewKeyword ? TargetTyped.NameOf(made)
        : null;

    /// <summary>The name is called, constructed or handed on, not declared or merely a type.</summary>
    public static bool IsUse(SyntaxNode? name) => name?.Parent switch
    {
        InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or ArgumentSyntax => true,
        MemberAccessExpressionSyntax access => access.Name == name && access.Parent is InvocationExpressionSyntax or ArgumentSyntax or MemberAccessExpressionSyntax,
        MemberBindingExpressionSyntax => true,
        QualifiedNameSyntax { Parent: BaseObjectCreationExpressionSyntax } => true,
        VariableDeclarationSyntax => true,
        _ => false,
    };

    /// <summary>The value behind the name goes somewhere, or a member of it is asked: of a property, its getter runs.</summary>
    public static bool IsRead(SyntaxNode? name) => name is IdentifierNameSyntax { Identifier.ValueText: { Length: > 0 } text } && char.IsUpper(text[0]) && name.Parent switch
    {
        MemberAccessExpressionSyntax access => access.Expression == name || IsValue(access),
        _ => IsValue((ExpressionSyntax)name),
    };

    private static bool IsValue(ExpressionSyntax value) => value.Parent switch
    {
        AssignmentExpressionSyntax assignment => assignment.Right == value,
        EqualsValueClauseSyntax or ReturnStatementSyntax or ArrowExpressionClauseSyntax or UsingStatementSyntax or AwaitExpressionSyntax or AnonymousFunctionExpressionSyntax => true,
        ConditionalAccessExpressionSyntax or ConditionalExpressionSyntax or IsPatternExpressionSyntax or ParenthesizedExpressionSyntax => true,
        CastExpressionSyntax cast => cast.Expression == value,
        BinaryExpressionSyntax binary => binary.Kind() is SyntaxKind.CoalesceExpression or SyntaxKind.AsExpression && binary.Left == value,
        _ => false,
    };

    /// <summary>A text in which BEGIN or START TRANSACTION may be SQL.</summary>
    public static bool IsSqlBegin(SyntaxToken token) =>
        (token.IsKind(SyntaxKind.StringLiteralToken) || token.IsKind(SyntaxKind.InterpolatedStringTextToken) || token.IsKind(SyntaxKind.SingleLineRawStringLiteralToken)
            || token.IsKind(SyntaxKind.MultiLineRawStringLiteralToken))
        && (token.Text.IndexOf("begin", StringComparison.OrdinalIgnoreCase) >= 0 || token.Text.IndexOf("start transaction", StringComparison.OrdinalIgnoreCase) >= 0);

    private static bool TakesTransaction(SyntaxNode body) =>
        body.DescendantNodesAndSelf().Any(n => n is ParameterSyntax { Type: { } type } && type.ToString().Contains("Transaction")
            || n is ParameterSyntax { Type: null } untyped && IsTransactionName(untyped));

    /// <summary>`(connection, tx) =>`, `transaction =>`: what a lambda of a helper in another assembly calls it. `t` alone is anything.</summary>
    private static bool IsTransactionName(ParameterSyntax untyped) => untyped.Identifier.ValueText is var name
        && (name.StartsWith("tx", StringComparison.OrdinalIgnoreCase) || name.IndexOf("trans", StringComparison.OrdinalIgnoreCase) >= 0 || name is "trx" or "trn"
            || (name == "t" && untyped.Parent is ParameterListSyntax { Parameters.Count: > 1 }));
}
