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
    private readonly bool hasOperators;

    /// <param name="type">The type in which the nodes stand: its properties need no receiver.</param>
    /// <param name="hasOperators">The sources declare operators or conversions at all.</param>
    public HiddenCalls(INamedTypeSymbol? type, bool hasOperators)
    {
        this.hasOperators = hasOperators;
        properties = new HashSet<string>(StringComparer.Ordinal);
        for (var t = type; t is not null && !t.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty; t = t.BaseType)
        {
            var members = t.GetMembers();
            var automatic = new HashSet<ISymbol>(members.OfType<IFieldSymbol>().Select(f => f.AssociatedSymbol).OfType<ISymbol>(), SymbolEqualityComparer.Default);
            properties.UnionWith(members.OfType<IPropertySymbol>().Where(p => !automatic.Contains(p)).Select(p => p.Name));
        }
    }

    public IEnumerable<IMethodSymbol> Of(SyntaxNode node, SemanticModel model, CancellationToken cancellation)
    {
        switch (node)
        {
            case IdentifierNameSyntax { Parent: not (MemberAccessExpressionSyntax or MemberBindingExpressionSyntax) } name when properties.Contains(name.Identifier.ValueText):
            case IdentifierNameSyntax { Parent: MemberAccessExpressionSyntax { Expression: var receiver } } owner when receiver == owner && properties.Contains(owner.Identifier.ValueText):
            case MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or IdentifierNameSyntax when IsTarget(node):
            case ElementAccessExpressionSyntax:
                return model.GetSymbolInfo(node, cancellation).Symbol is IPropertySymbol property ? Accessors(property, node) : Enumerable.Empty<IMethodSymbol>();
            case BinaryExpressionSyntax or PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax or CastExpressionSyntax when hasOperators:
            case AssignmentExpressionSyntax when hasOperators && !node.IsKind(SyntaxKind.SimpleAssignmentExpression):
                return InSource(model.GetSymbolInfo(node, cancellation).Symbol as IMethodSymbol);
            case ConstructorDeclarationSyntax { Initializer: null } constructor:
                return InSource(model.GetDeclaredSymbol(constructor, cancellation)?.ContainingType.BaseType?.InstanceConstructors.FirstOrDefault(c => c.Parameters.IsEmpty));
            default:
                return Enumerable.Empty<IMethodSymbol>();
        }
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
