using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.CrossProject;

/// <summary>What other projects can call.</summary>
internal sealed class Visibility
{
    private readonly bool hasFriends;

    public Visibility(Compilation compilation) =>
        hasFriends = compilation.Assembly.GetAttributes().Any(a => a.AttributeClass is { Name: "InternalsVisibleToAttribute", ContainingNamespace.Name: "CompilerServices" });

    /// <summary>By its own name, or through what it implements or overrides: a class that nobody else sees is still called through its interface.</summary>
    public bool IsCallable(IMethodSymbol method) => IsVisible(method) || Overrides(method) || Implements(method);

    private bool IsVisible(ISymbol symbol)
    {
        for (var s = symbol; s is not null and not INamespaceSymbol; s = s.ContainingSymbol)
        {
            var visible = s.DeclaredAccessibility switch
            {
                Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal => true,
                Accessibility.Internal or Accessibility.ProtectedAndInternal => hasFriends,
                _ => false,
            };
            if (!visible)
            {
                return false;
            }
        }

        return true;
    }

    private bool Overrides(IMethodSymbol method)
    {
        for (var m = method.OverriddenMethod; m is not null; m = m.OverriddenMethod)
        {
            if (IsElsewhere(m) || IsVisible(m.OriginalDefinition))
            {
                return true;
            }
        }

        return false;
    }

    private bool Implements(IMethodSymbol method)
    {
        if (!method.ExplicitInterfaceImplementations.IsEmpty)
        {
            return method.ExplicitInterfaceImplementations.Any(i => IsElsewhere(i) || IsVisible(i.OriginalDefinition));
        }

        if (method is not { IsStatic: false, DeclaredAccessibility: Accessibility.Public, ContainingType: { } type })
        {
            return false;
        }

        foreach (var contract in type.AllInterfaces)
        {
            foreach (var member in contract.GetMembers(method.Name))
            {
                if (member is IMethodSymbol && (IsElsewhere(contract) || IsVisible(contract.OriginalDefinition)) && SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(member), method))
                {
                    return true;
                }
            }
        }

        // Property accessors are found by their property.
        return method.AssociatedSymbol is IPropertySymbol property && type.AllInterfaces.Any(c => IsElsewhere(c) || IsVisible(c.OriginalDefinition)
            ? c.GetMembers(property.Name).Any(m => SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(m), property)) : false);
    }

    private static bool IsElsewhere(ISymbol symbol) => symbol.DeclaringSyntaxReferences.IsEmpty;
}
