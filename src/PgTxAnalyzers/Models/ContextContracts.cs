using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Models;

/// <summary>
/// Interfaces through which an application sees its EF Core context: <c>interface IShop { DbSet&lt;Order&gt; Orders { get; } Task&lt;int&gt; SaveChangesAsync(…); }</c>. The class that implements it has the member from
/// <c>DbContext</c>, often in a project that is compiled later.
/// </summary>
internal static class ContextContracts
{
    /// <summary>The member of <c>DbContext</c> that a member of such an interface stands for; null for any other.</summary>
    public static ISymbol? MemberBehind(ISymbol member, Compilation compilation) =>
        member is IMethodSymbol { Name: "SaveChanges" or "SaveChangesAsync", ContainingType: { TypeKind: TypeKind.Interface } contract } save && IsOne(contract)
            ? compilation.GetTypeByMetadataName("Microsoft.EntityFrameworkCore.DbContext")?.GetMembers(save.Name).OfType<IMethodSymbol>().FirstOrDefault(m => SymbolEqualityComparer.Default.Equals(m.ReturnType, save.ReturnType))
            : null;

    /// <summary>It lends what only a context has, directly or by an interface that it derives from.</summary>
    private static bool IsOne(INamedTypeSymbol contract) => contract.AllInterfaces.Add(contract).SelectMany(i => i.GetMembers()).Any(m => m switch
    {
        IPropertySymbol { Type: var type } => IsContexts(type),
        IMethodSymbol { MethodKind: MethodKind.Ordinary, ReturnType: var type } => IsContexts(type),
        _ => false,
    });

    private static bool IsContexts(ITypeSymbol type) => type is INamedTypeSymbol { Name: "DbSet" or "DatabaseFacade" or "ChangeTracker" or "EntityEntry", DeclaringSyntaxReferences.IsEmpty: true, ContainingNamespace: var space }
        && space.ToDisplayString().StartsWith("Microsoft.EntityFrameworkCore", System.StringComparison.Ordinal);
}
