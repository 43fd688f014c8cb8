using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeTexts;

/// <summary>What a name stands for, where that is written down once: constants, locals, fields and properties that nothing else assigns.</summary>
internal static class Definitions
{
    /// <summary>The expression whose value the symbol has at <paramref name="use"/>; null where more than one may be the answer, or none is in sight.</summary>
    public static ExpressionSyntax? ValueOf(ISymbol symbol, SyntaxNode use, Func<SyntaxTree, SemanticModel?> models, CancellationToken cancellation)
    {
        switch (symbol)
        {
            case ILocalSymbol { IsConst: true } or IFieldSymbol { IsConst: true }:
                return Initializer(symbol, cancellation);
            case ILocalSymbol local:
                return Local(local, use, models, cancellation);
            case IFieldSymbol field:
                return Member(field, cancellation);
            case IPropertySymbol { SetMethod: null } property:
                return Member(property, cancellation) ?? Getter(property, cancellation);
            case IPropertySymbol { SetMethod.IsInitOnly: true } or IPropertySymbol { SetMethod.DeclaredAccessibility: Accessibility.Private }:
                return Member(symbol, cancellation);
            default:
                return null;
        }
    }

    /// <summary>What a method without a body of statements returns; or one whose only statement is a return.</summary>
    public static ExpressionSyntax? ReturnedBy(IMethodSymbol method, CancellationToken cancellation)
    {
        if (method.IsVirtual || method.IsAbstract || method.IsOverride)
        {
            return null;
        }

        return (method.ReducedFrom ?? method).OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
        {
            MethodDeclarationSyntax { ExpressionBody.Expression: { } arrow } => arrow,
            MethodDeclarationSyntax { Body.Statements: { Count: 1 } only } when only[0] is ReturnStatementSyntax { Expression: { } value } => value,
            LocalFunctionStatementSyntax { ExpressionBody.Expression: { } arrow } => arrow,
            _ => null,
        };
    }

    /// <summary>The member's body that a node stands in; the whole file for top-level statements.</summary>
    public static SyntaxNode? BodyOf(SyntaxNode node) =>
        node.AncestorsAndSelf().FirstOrDefault(n => n is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or PropertyDeclarationSyntax or FieldDeclarationSyntax or CompilationUnitSyntax);

    private static ExpressionSyntax? Initializer(ISymbol symbol, CancellationToken cancellation) =>
        symbol.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
        {
            VariableDeclaratorSyntax { Initializer.Value: { } value } => value,
            PropertyDeclarationSyntax { Initializer.Value: { } value } => value,
            _ => null,
        };

    private static ExpressionSyntax? Local(ILocalSymbol local, SyntaxNode use, Func<SyntaxTree, SemanticModel?> models, CancellationToken cancellation) =>
        ValuesOf(local, use, models, cancellation) is { Count: 1 } only ? only[0] : null;

    /// <summary>What a local may be given: by its declaration, and by each assignment. Empty: something else writes it as well. Which of them it has at a place, flow knows.</summary>
    public static IReadOnlyList<ExpressionSyntax> ValuesOf(ILocalSymbol local, SyntaxNode use, Func<SyntaxTree, SemanticModel?> models, CancellationToken cancellation)
    {
        var declaration = local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation);
        if (declaration is null || BodyOf(use) is not { } body || models(body.SyntaxTree) is not { } model)
        {
            return Array.Empty<ExpressionSyntax>();
        }

        var values = new List<ExpressionSyntax>();
        if (Initializer(local, cancellation) is { } initial)
        {
            values.Add(initial);
        }

        foreach (var name in body.DescendantNodes().OfType<IdentifierNameSyntax>())
        {
            if (name.Identifier.ValueText != local.Name || !IsWritten(name) || !SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellation).Symbol, local))
            {
                continue;
            }

            switch (name.Parent)
            {
                // An addition goes on with the value.
                case AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.AddAssignmentExpression }:
                    break;
                case AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } assignment:
                    values.Add(assignment.Right);
                    break;
                default:
                    return Array.Empty<ExpressionSyntax>();
            }
        }

        return values;
    }

    /// <summary>A field or property with an initialiser, or with one assignment in its own type and nobody else who may write it.</summary>
    private static ExpressionSyntax? Member(ISymbol member, CancellationToken cancellation)
    {
        var value = Initializer(member, cancellation);
        if (member is IFieldSymbol { IsReadOnly: false } field && field.DeclaredAccessibility != Accessibility.Private)
        {
            return null;
        }

        foreach (var reference in member.ContainingType.DeclaringSyntaxReferences)
        {
            var type = reference.GetSyntax(cancellation);
            foreach (var name in type.DescendantNodes().OfType<IdentifierNameSyntax>())
            {
                if (name.Identifier.ValueText != member.Name || !IsWritten(name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name))
                {
                    continue;
                }

                var assignment = name.Ancestors().OfType<AssignmentExpressionSyntax>().FirstOrDefault();
                if (value is not null || assignment is null || !assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) || assignment.Parent is InitializerExpressionSyntax)
                {
                    return null;
                }

                value = assignment.Right;
            }
        }

        return value;
    }

    private static ExpressionSyntax? Getter(IPropertySymbol property, CancellationToken cancellation) =>
        property.IsVirtual || property.IsAbstract || property.IsOverride
            ? null
            : property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is PropertyDeclarationSyntax { ExpressionBody.Expression: { } arrow } ? arrow : null;

    private static bool IsWritten(ExpressionSyntax name) => name.Parent switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left == name,
        ArgumentSyntax { RefKindKeyword.RawKind: not 0 } => true,
        PostfixUnaryExpressionSyntax post => !post.IsKind(SyntaxKind.SuppressNullableWarningExpression),
        PrefixUnaryExpressionSyntax pre => pre.IsKind(SyntaxKind.PreIncrementExpression) || pre.IsKind(SyntaxKind.PreDecrementExpression),
        _ => false,
    };
}
