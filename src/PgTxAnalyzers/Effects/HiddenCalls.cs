using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Bodies in source that a node runs without looking like a call: properties by their bare name, setters, indexers, operators, conversions.
/// A name or a kind of node says first whether it is worth asking the semantic model.
/// </summary>
internal sealed class HiddenCalls
{
    private readonly HashSet<string> properties;
    private readonly NameReach names;

    /// <param name="type">The type in which the nodes stand: its properties need no receiver.</param>
    /// <param name="names">What may matter.</param>
    public HiddenCalls(INamedTypeSymbol? type, NameReach names)
    {
        this.names = names;
        properties = new HashSet<string>(StringComparer.Ordinal);
        for (var t = type; t is not null && !t.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty; t = t.BaseType)
        {
            var members = t.GetMembers();
            var automatic = new HashSet<ISymbol>(members.OfType<IFieldSymbol>().Select(f => f.AssociatedSymbol).OfType<ISymbol>(), SymbolEqualityComparer.Default);
            properties.UnionWith(members.OfType<IPropertySymbol>().Where(p => !automatic.Contains(p) && names.Contains(p.Name)).Select(p => p.Name));
        }
    }

    /// <summary>By its kind and name alone.</summary>
    public bool MayBe(SyntaxNode node) => node switch
    {
        IdentifierNameSyntax { Parent: not (MemberAccessExpressionSyntax or MemberBindingExpressionSyntax) } name => properties.Contains(name.Identifier.ValueText) || (IsTarget(name) && names.Contains(name.Identifier.ValueText)),
        IdentifierNameSyntax { Parent: MemberAccessExpressionSyntax { Expression: var receiver } } owner => receiver == owner && properties.Contains(owner.Identifier.ValueText),
        MemberAccessExpressionSyntax access => IsTarget(access) && names.Contains(access.Name.Identifier.ValueText),
        ElementAccessExpressionSyntax => names.Contains(TreeBodies.Indexer),
        BinaryExpressionSyntax or PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax or CastExpressionSyntax => names.Contains(TreeBodies.Operator),
        AssignmentExpressionSyntax => !node.IsKind(SyntaxKind.SimpleAssignmentExpression) && names.Contains(TreeBodies.Operator),
        ConstructorDeclarationSyntax { Initializer: null } => true,
        _ => false,
    };

    public IEnumerable<IMethodSymbol> Of(SyntaxNode node, SemanticModel model, CancellationToken cancellation)
    {
        if (!MayBe(node))
        {
            return Enumerable.Empty<IMethodSymbol>();
        }

        return node switch
        {
            ConstructorDeclarationSyntax constructor => InSource(model.GetDeclaredSymbol(constructor, cancellation)?.ContainingType.BaseType?.InstanceConstructors.FirstOrDefault(c => c.Parameters.IsEmpty)),
            IdentifierNameSyntax or MemberAccessExpressionSyntax or ElementAccessExpressionSyntax =>
                model.GetSymbolInfo(node, cancellation).Symbol is IPropertySymbol property ? Accessors(property, node) : Enumerable.Empty<IMethodSymbol>(),
            _ => InSource(model.GetSymbolInfo(node, cancellation).Symbol as IMethodSymbol),
        };
    }

    private static IEnumerable<IMethodSymbol> Accessors(IPropertySymbol property, SyntaxNode node) =>
        InSource(property.GetMethod).Concat(IsTarget(node) ? InSource(property.SetMethod) : Enumerable.Empty<IMethodSymbol>());

    private static bool IsTarget(SyntaxNode node) => node.Parent switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left == node,
        PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax => node.Parent.Kind() is SyntaxKind.PreIncrementExpression or SyntaxKind.PreDecrementExpression
            or SyntaxKind.PostIncrementExpression or SyntaxKind.PostDecrementExpression,
        _ => false,
    };

    private static IEnumerable<IMethodSymbol> InSource(IMethodSymbol? method) =>
        method is not null && !method.DeclaringSyntaxReferences.IsEmpty ? new[] { method } : Enumerable.Empty<IMethodSymbol>();
}
