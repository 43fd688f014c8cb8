using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// What a context may already be tracking when a unit begins. <c>ChangeTracker.Clear()</c> there detaches it: a change that was made before is not saved any more, nor is one that the unit makes to
/// an object from outside, and the success path would write other rows (EF Core documentation, "Change tracking").
/// </summary>
internal sealed class TrackedOutside
{
    /// <summary>Types that are looked at for the properties by which an entity leads to another one.</summary>
    private const int MaxTypes = 300;

    private readonly HashSet<ITypeSymbol> entities;
    private readonly SemanticModel model;
    private readonly CancellationToken cancellationToken;

    public TrackedOutside(ITypeSymbol? context, SemanticModel model, CancellationToken cancellationToken)
    {
        this.model = model;
        this.cancellationToken = cancellationToken;
        entities = EntitiesOf(context);
    }

    /// <summary>
    /// What would have to be in the unit for nothing to be lost: where a local that it changes is declared, where something is tracked or changed in front of it. Null stands for what comes from
    /// further away, a parameter or a field.
    /// </summary>
    public IEnumerable<SyntaxNode?> Of(IReadOnlyList<StatementSyntax> unit)
    {
        var (from, to) = (unit[0].SpanStart, unit[unit.Count - 1].Span.End);
        foreach (var name in unit.SelectMany(statement => statement.DescendantNodes()).OfType<IdentifierNameSyntax>().Where(IsChanged))
        {
            var symbol = model.GetSymbolInfo(name, cancellationToken).Symbol!;
            var declared = symbol.DeclaringSyntaxReferences.FirstOrDefault();
            if (declared is not null && declared.SyntaxTree == name.SyntaxTree && from <= declared.Span.Start && declared.Span.End <= to)
            {
                continue;
            }

            if (symbol is ILocalSymbol)
            {
                yield return declared?.GetSyntax(cancellationToken);
            }
            else if (!IsAssignedBefore(name, symbol, unit))
            {
                yield return null;
            }
        }

        var member = unit[0].Ancestors().FirstOrDefault(node => node is MemberDeclarationSyntax and not GlobalStatementSyntax) ?? unit[0].SyntaxTree.GetRoot(cancellationToken);
        foreach (var node in member.DescendantNodes().Where(node => node.Span.End <= from))
        {
            if (node is IdentifierNameSyntax name ? IsChanged(name) : node is InvocationExpressionSyntax call && IsTracking(call))
            {
                yield return node;
            }
        }
    }

    /// <summary>An object that may be tracked is named, and not only to read a value from it.</summary>
    private bool IsChanged(IdentifierNameSyntax name)
    {
        if (model.GetSymbolInfo(name, cancellationToken).Symbol is not (ILocalSymbol or IParameterSymbol or IFieldSymbol or IPropertySymbol) || model.GetOperation(name, cancellationToken) is not { } reference
            || !HoldsEntity(reference.Type) || reference is IMemberReferenceOperation { Instance: not (null or IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }) })
        {
            return false;
        }

        return !IsTarget(name) && (ObjectUses.Of(reference) & ~ObjectUse.Looks) != 0 && !IsGivenToTracker(reference);
    }

    /// <summary>The variable itself is given another object.</summary>
    private static bool IsTarget(IdentifierNameSyntax name) => name.Parent is AssignmentExpressionSyntax assignment && assignment.Left == name;

    /// <summary><c>db.Orders.Update(order)</c>: it is tracked anew.</summary>
    private bool IsGivenToTracker(IOperation reference)
    {
        var given = reference;
        while (given.Parent is IConversionOperation or IArrayInitializerOperation or IArrayCreationOperation)
        {
            given = given.Parent;
        }

        return given.Parent is IArgumentOperation { Parent: IInvocationOperation call } && call.Syntax is InvocationExpressionSyntax syntax && IsTracking(syntax);
    }

    private bool IsTracking(InvocationExpressionSyntax call) =>
        model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method && (TrackingCall.Is(method) || (method.Name == "Entry" && TrackingCall.IsOfContext(method)));

    /// <summary>A field or a parameter that the unit itself fills first holds what each attempt has loaded.</summary>
    private bool IsAssignedBefore(IdentifierNameSyntax name, ISymbol symbol, IReadOnlyList<StatementSyntax> unit) =>
        unit.OfType<ExpressionStatementSyntax>().Any(statement => statement.Span.End <= name.SpanStart && statement.Expression is AssignmentExpressionSyntax { RawKind: (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.SimpleAssignmentExpression } assignment
            && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(assignment.Left, cancellationToken).Symbol, symbol));

    private bool HoldsEntity(ITypeSymbol? type) => type switch
    {
        null => false,
        IArrayTypeSymbol array => HoldsEntity(array.ElementType),
        INamedTypeSymbol { IsGenericType: true } named when entities.Count > 0 && !DataLibrary.IsContextType(named) && named.TypeKind != TypeKind.Delegate && named.TypeArguments.Any(HoldsEntity) => true,
        INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Interface } => entities.Count > 0 ? entities.Any(entity => IsOrDerives(entity, type) || IsOrDerives(type, entity)) : IsData(type),
        _ => false,
    };

    private static bool IsOrDerives(ITypeSymbol type, ITypeSymbol from)
    {
        for (var current = type; current is { SpecialType: SpecialType.None }; current = current.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(current, from))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The types of the context's sets, and those that their properties lead to. Empty where it has no sets: then any object with properties to set may be one.</summary>
    private static HashSet<ITypeSymbol> EntitiesOf(ITypeSymbol? context)
    {
        var found = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default);
        var open = new Queue<ITypeSymbol>();
        for (var type = context; type is not null && !KnownTypes.Is(type, "Microsoft.EntityFrameworkCore", "DbContext"); type = type.BaseType)
        {
            foreach (var set in type.GetMembers().OfType<IPropertySymbol>().Select(property => property.Type).OfType<INamedTypeSymbol>().Where(set => set is { Name: "DbSet", TypeArguments.Length: 1 }))
            {
                open.Enqueue(set.TypeArguments[0]);
            }
        }

        while (open.Count > 0 && found.Count < MaxTypes)
        {
            var type = open.Dequeue();
            if (!IsData(type) || !found.Add(type))
            {
                continue;
            }

            foreach (var property in type.GetMembers().OfType<IPropertySymbol>().Where(property => !property.IsStatic))
            {
                open.Enqueue(property.Type is INamedTypeSymbol { TypeArguments: { Length: 1 } element } ? element[0] : property.Type is IArrayTypeSymbol array ? array.ElementType : property.Type);
            }

            if (type.BaseType is { SpecialType: SpecialType.None } below)
            {
                open.Enqueue(below);
            }
        }

        return found;
    }

    /// <summary>A class of some project's own: entities are.</summary>
    private static bool IsData(ITypeSymbol type) =>
        type is { TypeKind: TypeKind.Class, SpecialType: SpecialType.None } && !DataLibrary.IsInLibrary(type) && !KnownTypes.IsDbContext(type)
        && type.ContainingNamespace?.ToDisplayString() is { } space && space != "System" && !space.StartsWith("System.", System.StringComparison.Ordinal) && !space.StartsWith("Microsoft.", System.StringComparison.Ordinal)
        && type.GetMembers().Any(member => member is IPropertySymbol { IsStatic: false, DeclaredAccessibility: Accessibility.Public });
}
