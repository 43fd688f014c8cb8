using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>The boolean members of an object, by which a unit of work remembers what it has done.</summary>
internal static class ObjectFlags
{
    /// <summary>The flags that the type itself declares, and what they are in a new object: what their initialisers say, else false.</summary>
    /// <returns>Without those that an expression initialises.</returns>
    public static IEnumerable<(ISymbol Member, Value Initially)> Of(INamedTypeSymbol type)
    {
        foreach (var field in type.GetMembers().OfType<IFieldSymbol>())
        {
            if (field is not { Type.SpecialType: SpecialType.System_Boolean, IsStatic: false, IsConst: false })
            {
                continue;
            }

            var member = field.AssociatedSymbol ?? field;
            var initialiser = member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() switch
            {
                VariableDeclaratorSyntax { Initializer.Value: { } value } => value,
                PropertyDeclarationSyntax { Initializer.Value: { } value } => value,
                _ => null,
            };
            if (initialiser is null or LiteralExpressionSyntax)
            {
                yield return (member, initialiser?.IsKind(SyntaxKind.TrueLiteralExpression) == true ? Value.True : Value.False);
            }
        }
    }
}
