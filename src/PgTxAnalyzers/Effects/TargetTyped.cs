using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// The type that <c>new(…)</c> makes, as it is written where the value goes: at a variable, a member of the same type, a return type. By syntax alone: the names that a
/// body uses are read without a semantic model.
/// </summary>
internal static class TargetTyped
{
    /// <summary>Null: it is not in sight. An argument's parameter, and another object's member, are declared elsewhere.</summary>
    public static string? NameOf(ImplicitObjectCreationExpressionSyntax creation) => LastName(TargetOf(creation));

    private static TypeSyntax? TargetOf(ExpressionSyntax value)
    {
        SyntaxNode node = value;
        while (true)
        {
            switch (node.Parent)
            {
                case ParenthesizedExpressionSyntax or ConditionalExpressionSyntax or SwitchExpressionArmSyntax or SwitchExpressionSyntax or PostfixUnaryExpressionSyntax:
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression }:
                    node = node.Parent;
                    continue;
                case CastExpressionSyntax cast:
                    return cast.Type;
                case AssignmentExpressionSyntax assignment when assignment.Right == node:
                    return DeclaredOf(assignment.Left);
                case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax variable } }:
                    return variable.Type;
                case EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax property }:
                    return property.Type;
                case ReturnStatementSyntax or ArrowExpressionClauseSyntax:
                    return ReturnedBy(node.Parent);
                case LambdaExpressionSyntax lambda:
                    return ReturnedBy(lambda);
                default:
                    return null;
            }
        }
    }

    /// <summary>What the function around a node returns; what it is awaited for, where it is asynchronous.</summary>
    private static TypeSyntax? ReturnedBy(SyntaxNode node)
    {
        for (var around = node; around is not null; around = around.Parent)
        {
            switch (around)
            {
                case MethodDeclarationSyntax method:
                    return Awaited(method.ReturnType, method.Modifiers);
                case LocalFunctionStatementSyntax local:
                    return Awaited(local.ReturnType, local.Modifiers);
                case LambdaExpressionSyntax lambda:
                    // `Func<NpgsqlConnection> make = () => new(text)`: the last argument is what it returns.
                    return TargetOf(lambda) is GenericNameSyntax { Identifier.ValueText: "Func" } type ? Awaited(type.TypeArgumentList.Arguments.Last(), lambda.Modifiers) : null;
                case BasePropertyDeclarationSyntax property:
                    return property.Type;
                case ConversionOperatorDeclarationSyntax conversion:
                    return conversion.Type;
                case MemberDeclarationSyntax or AnonymousMethodExpressionSyntax:
                    return null;
            }
        }

        return null;
    }

    private static TypeSyntax Awaited(TypeSyntax type, SyntaxTokenList modifiers) =>
        modifiers.Any(SyntaxKind.AsyncKeyword) && type is GenericNameSyntax { TypeArgumentList.Arguments: { Count: 1 } arguments } ? arguments[0] : type;

    /// <summary>The type of a local, a parameter, or a member of the type around it.</summary>
    private static TypeSyntax? DeclaredOf(ExpressionSyntax target)
    {
        var (name, isMember) = target switch
        {
            IdentifierNameSyntax simple => (simple.Identifier.ValueText, false),
            MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name.Identifier.ValueText: var member } => (member, true),
            _ => (null, false),
        };
        var local = name is null || isMember ? null : target.FirstAncestorOrSelf<MemberDeclarationSyntax>()?.DescendantNodes().Select(n => n switch
        {
            VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax variable } declarator when declarator.Identifier.ValueText == name => variable.Type,
            ParameterSyntax parameter when parameter.Identifier.ValueText == name => parameter.Type,
            _ => null,
        }).FirstOrDefault(t => t is not null);
        return local ?? target.FirstAncestorOrSelf<TypeDeclarationSyntax>()?.Members.Select(m => m switch
        {
            FieldDeclarationSyntax field when field.Declaration.Variables.Any(v => v.Identifier.ValueText == name) => field.Declaration.Type,
            PropertyDeclarationSyntax property when property.Identifier.ValueText == name => property.Type,
            _ => null,
        }).FirstOrDefault(t => t is not null);
    }

    /// <summary>The last part of a type's name.</summary>
    public static string? LastName(TypeSyntax? type) => type switch
    {
        NullableTypeSyntax nullable => LastName(nullable.ElementType),
        QualifiedNameSyntax qualified => LastName(qualified.Right),
        AliasQualifiedNameSyntax aliased => LastName(aliased.Name),
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => null,
    };
}
