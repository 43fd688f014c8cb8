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

    /// <summary>The type of a local, a parameter, or a member of the type around it. What an initialiser assigns is another object's.</summary>
    private static TypeSyntax? DeclaredOf(ExpressionSyntax target)
    {
        var name = OwnName(target);
        for (var around = name is null ? null : target.Parent; around is not null; around = around.Parent)
        {
            // A variable hides a member, but what `this.` says is a member.
            var isType = around is TypeDeclarationSyntax;
            if ((isType || target is IdentifierNameSyntax) && DeclaredIn(around, name!) is { } type)
            {
                return type;
            }

            if (isType)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>The name of a variable or of an own member; null for another object's.</summary>
    public static string? OwnName(ExpressionSyntax target) => target.Parent?.Parent is InitializerExpressionSyntax ? null : target switch
    {
        IdentifierNameSyntax simple => simple.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name.Identifier.ValueText: var member } => member,
        _ => null,
    };

    private static TypeSyntax? DeclaredIn(SyntaxNode scope, string name) => scope switch
    {
        BlockSyntax block => block.Statements.OfType<LocalDeclarationStatementSyntax>().Select(s => Declared(s.Declaration, name)).FirstOrDefault(t => t is not null),
        UsingStatementSyntax { Declaration: { } held } => Declared(held, name),
        ForStatementSyntax { Declaration: { } counted } => Declared(counted, name),
        BaseMethodDeclarationSyntax method => Given(method.ParameterList, name),
        LocalFunctionStatementSyntax local => Given(local.ParameterList, name),
        ParenthesizedLambdaExpressionSyntax lambda => Given(lambda.ParameterList, name),
        TypeDeclarationSyntax type => type.Members.Select(m => m switch
        {
            FieldDeclarationSyntax field => Declared(field.Declaration, name),
            PropertyDeclarationSyntax property when property.Identifier.ValueText == name => property.Type,
            _ => null,
        }).FirstOrDefault(t => t is not null),
        _ => null,
    };

    private static TypeSyntax? Declared(VariableDeclarationSyntax declaration, string name) =>
        declaration.Variables.Any(v => v.Identifier.ValueText == name) ? declaration.Type : null;

    private static TypeSyntax? Given(ParameterListSyntax parameters, string name) => parameters.Parameters.FirstOrDefault(p => p.Identifier.ValueText == name)?.Type;

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
