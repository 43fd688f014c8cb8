using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>Properties that give out what their object holds, and do nothing else. To read one is to read the field: nothing has to be followed for it.</summary>
internal static class PlainGetters
{
    /// <summary>The field, automatic property or parameter of the primary constructor; null: the getter does more, or another class may have its own.</summary>
    public static ISymbol? Of(IPropertySymbol property, CancellationToken cancellation) =>
        property is { IsStatic: false, IsIndexer: false, IsAbstract: false, IsVirtual: false, IsOverride: false, ContainingType: { TypeKind: TypeKind.Class or TypeKind.Struct } type, GetMethod.DeclaringSyntaxReferences: { Length: 1 } getters }
        && NameOf(Returned(getters[0].GetSyntax(cancellation))) is { } name
            ? (ISymbol?)type.GetMembers(name).OfType<IFieldSymbol>().FirstOrDefault(f => !f.IsStatic)
                ?? type.InstanceConstructors.Where(c => c.DeclaringSyntaxReferences.Any(r => r.GetSyntax(cancellation) is TypeDeclarationSyntax)).SelectMany(c => c.Parameters).FirstOrDefault(p => p.Name == name && type.GetMembers(name).IsEmpty)
            : null;

    private static ExpressionSyntax? Returned(SyntaxNode getter) => getter switch
    {
        ArrowExpressionClauseSyntax { Expression: var value } => value,
        AccessorDeclarationSyntax { ExpressionBody.Expression: { } value } => value,
        AccessorDeclarationSyntax { Body.Statements: { Count: 1 } statements } when statements[0] is ReturnStatementSyntax { Expression: { } value } => value,
        _ => null,
    };

    private static string? NameOf(ExpressionSyntax? value) => value switch
    {
        PostfixUnaryExpressionSyntax { RawKind: (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.SuppressNullableWarningExpression, Operand: var sure } => NameOf(sure),
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name: IdentifierNameSyntax name } => name.Identifier.ValueText,
        _ => null,
    };
}
