using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Which helpers hand the region that they begin to their callers: by syntax alone, and rather too many than too few. A transaction
/// that a <c>using</c> of the same body ends stays inside, unless the body runs somebody's delegate meanwhile.
/// </summary>
internal static class Wrapping
{
    /// <summary>The name by which others reach the body; null: nobody does.</summary>
    public static string? NameOf(SyntaxNode declaration) => declaration switch
    {
        ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        AccessorDeclarationSyntax accessor => accessor.FirstAncestorOrSelf<PropertyDeclarationSyntax>()?.Identifier.ValueText,
        ArrowExpressionClauseSyntax arrow => arrow.FirstAncestorOrSelf<PropertyDeclarationSyntax>()?.Identifier.ValueText,
        _ => null,
    };

    /// <summary>It runs where a property is read.</summary>
    public static bool IsGetter(SyntaxNode declaration) =>
        declaration is AccessorDeclarationSyntax { RawKind: (int)SyntaxKind.GetAccessorDeclaration, Parent.Parent: PropertyDeclarationSyntax } or ArrowExpressionClauseSyntax { Parent: PropertyDeclarationSyntax };

    /// <summary>It has a parameter that it can run in its region.</summary>
    public static bool RunsDelegate(SyntaxNode declaration) =>
        declaration is BaseMethodDeclarationSyntax { ParameterList.Parameters: var parameters }
        && parameters.Any(p => p.Type is { } type && (type.ToString() is var t && (t.Contains("Func<") || t.Contains("Action") || t.Contains("Delegate") || t.Contains("Handler"))
            || IsInvoked(declaration, p.Identifier.ValueText)));

    private static bool IsInvoked(SyntaxNode body, string parameter) =>
        body.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(i =>
            i.Expression is IdentifierNameSyntax id && id.Identifier.ValueText == parameter
            || i.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax target, Name.Identifier.ValueText: "Invoke" } && target.Identifier.ValueText == parameter);

    /// <summary>A result or a connection that this use of a name opens, or this text, outlives the body: one in a local leaves only where the local itself is handed on.</summary>
    public static bool HandsOutResult(SyntaxNode declaration, SyntaxToken use, bool isText) =>
        (isText || !EndsHere(use.Parent!, asResult: true)) && !((isText || IsStatement(use.Parent!)) && Ends(declaration, use.Parent!.SpanStart));

    /// <summary>The begin is called for its effect alone: its end is a call as well.</summary>
    private static bool IsStatement(SyntaxNode begin) =>
        begin.FirstAncestorOrSelf<StatementSyntax>() is ExpressionStatementSyntax { Expression: not AssignmentExpressionSyntax };

    /// <summary>The body commits or rolls back itself, by whatever API, behind the begin.</summary>
    private static bool Ends(SyntaxNode declaration, int begin) => declaration.DescendantTokens().Any(t =>
        t.SpanStart >= begin && t.ValueText is not ("ReadCommitted" or "ReadUncommitted") && (t.IsKind(SyntaxKind.IdentifierToken) || t.IsKind(SyntaxKind.StringLiteralToken))
        && (t.ValueText.IndexOf("commit", StringComparison.OrdinalIgnoreCase) >= 0 || t.ValueText.IndexOf("rollback", StringComparison.OrdinalIgnoreCase) >= 0));

    /// <summary>The value goes into a <c>using</c>; a result also into a local of a body that returns nothing that could carry it.</summary>
    public static bool EndsHere(SyntaxNode begin, bool asResult)
    {
        for (var node = begin; node is not null; node = node.Parent)
        {
            switch (node)
            {
                case UsingStatementSyntax statement when statement.Declaration?.Span.Contains(begin.Span) == true || statement.Expression?.Span.Contains(begin.Span) == true:
                case LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 }:
                    return true;
                case LocalDeclarationStatementSyntax local when asResult:
                    return local.FirstAncestorOrSelf<MethodDeclarationSyntax>() is not { } method || !CanCarry(method.ReturnType)
                        || (local.Declaration.Variables.Count == 1 && !IsHandedOn(local.Declaration.Variables[0].Identifier.ValueText, method));
                case ArgumentSyntax when !asResult:
                    // `using var insert = new NpgsqlCommand(text, connection, Tx)`: the command ends, not what it was given.
                    return false;
                case ParameterSyntax or AttributeSyntax:
                    return true;
                case AnonymousFunctionExpressionSyntax:
                    return true;
                case MemberDeclarationSyntax or StatementSyntax or ArrowExpressionClauseSyntax:
                    return false;
            }
        }

        return false;
    }

    /// <summary>It is given to a call, stored or returned as it is; `[.. rows]` and `rows.ToList()` are other objects.</summary>
    private static bool IsHandedOn(string local, SyntaxNode body) => body.DescendantNodes().Any(n => n is IdentifierNameSyntax { Parent: not (MemberAccessExpressionSyntax or ConditionalAccessExpressionSyntax or SpreadElementSyntax or CommonForEachStatementSyntax) } name
        && name.Identifier.ValueText == local);

    private static bool CanCarry(TypeSyntax type) => type switch
    {
        PredefinedTypeSyntax => false,
        NullableTypeSyntax nullable => CanCarry(nullable.ElementType),
        IdentifierNameSyntax { Identifier.ValueText: "Task" or "ValueTask" } => false,
        GenericNameSyntax { Identifier.ValueText: "Task" or "ValueTask", TypeArgumentList.Arguments: { Count: 1 } arguments } => CanCarry(arguments[0]),
        QualifiedNameSyntax qualified => CanCarry(qualified.Right),
        _ => true,
    };
}
