using System;
using System.Collections.Generic;
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

    private BodyUses(string[] names, bool hasSqlBegin, bool hasTransactionParameter) =>
        (this.names, HasSqlBegin, HasTransactionParameter) = (names, hasSqlBegin, hasTransactionParameter);

    /// <summary>In the order of their first use.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>A text of it may be SQL that begins a transaction.</summary>
    public bool HasSqlBegin { get; }

    /// <summary>A parameter of it, or of a function in it, may be a transaction.</summary>
    public bool HasTransactionParameter { get; }

    public static BodyUses Of(SyntaxNode body) => Known.GetValue(body, Read);

    /// <summary>One of the names is used, or a text may begin a transaction.</summary>
    public bool Have(ISet<string> wanted)
    {
        if (HasSqlBegin)
        {
            return true;
        }

        foreach (var name in names)
        {
            if (wanted.Contains(name))
            {
                return true;
            }
        }

        return false;
    }

    private static BodyUses Read(SyntaxNode body)
    {
        var (names, seen, hasSqlBegin) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal), false);
        foreach (var token in body.DescendantTokens())
        {
            if (!token.IsKind(SyntaxKind.IdentifierToken))
            {
                hasSqlBegin |= IsSqlBegin(token);
            }
            else if (IsUse(token.Parent) && seen.Add(token.ValueText))
            {
                names.Add(token.ValueText);
            }
        }

        return new BodyUses(names.ToArray(), hasSqlBegin, TakesTransaction(body));
    }

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
