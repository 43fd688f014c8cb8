using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// What is read, counted further in C# and stored: <c>purse.Gold += gold</c>, then <c>UPDATE … SET gold = @Gold</c>. The next attempt reads what the first one may have committed (<see cref="AddedUp"/>), and
/// counts it once more. By symbol: a member that is changed from what it holds, and a command that is given it, or an object that has it.
/// </summary>
internal sealed class CountedInCode
{
    private readonly RetryContext context;
    private readonly CancellationToken cancellation;

    public CountedInCode(RetryContext context, CancellationToken cancellation) => (this.context, this.cancellation) = (context, cancellation);

    public bool IsIn(IReadOnlyCollection<IReadOnlyList<SyntaxNode>> bodies)
    {
        var counted = new HashSet<ISymbol>(bodies.SelectMany(nodes => nodes).Select(Counted).OfType<ISymbol>(), SymbolEqualityComparer.Default);
        return counted.Count > 0 && bodies.SelectMany(nodes => nodes).SelectMany(Given).Any(given => IsOneOf(given, counted));
    }

    /// <summary>The member that a node changes from what it holds.</summary>
    private ISymbol? Counted(SyntaxNode node)
    {
        var target = node switch
        {
            PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression or (int)SyntaxKind.PostDecrementExpression } step => step.Operand,
            PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression } step => step.Operand,
            AssignmentExpressionSyntax { RawKind: not ((int)SyntaxKind.SimpleAssignmentExpression or (int)SyntaxKind.CoalesceAssignmentExpression) } added => added.Left,
            AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax left, Right: BinaryExpressionSyntax sum } when SyntaxFactory.AreEquivalent(sum.Left, left) || SyntaxFactory.AreEquivalent(sum.Right, left) => left,
            _ => null,
        };

        // What each attempt makes anew begins where the first one began.
        return target is null || (target is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax owner } && IsMadeHere(owner)) ? null
            : context.Model(target).GetSymbolInfo(target, cancellation).Symbol is { IsStatic: false } symbol and (IPropertySymbol or IFieldSymbol) ? symbol : null;
    }

    private bool IsMadeHere(IdentifierNameSyntax owner) => context.Model(owner).GetSymbolInfo(owner, cancellation).Symbol is ILocalSymbol { DeclaringSyntaxReferences: { Length: 1 } declared }
        && declared[0].GetSyntax(cancellation) is VariableDeclaratorSyntax { Initializer.Value: BaseObjectCreationExpressionSyntax };

    /// <summary>What a node hands to a command: the arguments of its run, of its parameters, and what is assigned to one.</summary>
    private IEnumerable<ExpressionSyntax> Given(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax call when IsOfDriver(call) => call.ArgumentList.Arguments.Select(argument => argument.Expression),
        BaseObjectCreationExpressionSyntax made when IsOfDriver(made) => (made.ArgumentList?.Arguments ?? default).Select(argument => argument.Expression).Concat((made.Initializer?.Expressions ?? default)),
        AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Value" or "TypedValue" } left } assigned
            when context.Model(left).GetSymbolInfo(left, cancellation).Symbol is { } property && DataLibrary.IsInLibrary(property) => [assigned.Right],
        _ => [],
    };

    /// <summary>A query of EF Core names members too, and stores none.</summary>
    private bool IsOfDriver(ExpressionSyntax call) =>
        context.FactOf(call, out var method, cancellation).Role is ApiRole.Command or ApiRole.Reader or ApiRole.Stream
        || (method is not null && DataLibrary.IsInLibrary(method) && !KnownTypes.IsEfCore(method));

    private bool IsOneOf(ExpressionSyntax given, HashSet<ISymbol> counted)
    {
        var model = context.Model(given);
        var type = model.GetTypeInfo(given, cancellation).Type;
        return Types(type).Any(held => counted.Any(member => SymbolEqualityComparer.Default.Equals(member.ContainingType, held)))
            || given.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().Any(name => model.GetSymbolInfo(name, cancellation).Symbol is { } symbol && counted.Contains(symbol));
    }

    /// <summary>The type with its bases; of a list those of its elements.</summary>
    private static IEnumerable<ITypeSymbol> Types(ITypeSymbol? type)
    {
        var element = type is IArrayTypeSymbol array ? array.ElementType
            : type?.SpecialType == SpecialType.System_String ? null
            : type?.AllInterfaces.Concat(type is INamedTypeSymbol named ? [named] : []).FirstOrDefault(face => face.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)?.TypeArguments[0];
        for (var current = element ?? type; current is not null; current = current.BaseType)
        {
            yield return current;
        }
    }
}
