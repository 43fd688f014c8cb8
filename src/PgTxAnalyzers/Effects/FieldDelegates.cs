using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// The lambda or method group in a field that is set once: by its initialiser or by one assignment in its own type. A field that anything else may set, and
/// one that is set from a parameter, holds whatever somebody gave it.
/// </summary>
internal sealed class FieldDelegates
{
    private readonly BodyCatalog bodies;
    private readonly ConcurrentDictionary<IFieldSymbol, Value> known = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IFieldSymbol, ExpressionSyntax?> made = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IFieldSymbol, Value?> factories = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IFieldSymbol, SyntaxNode?> compiled = new(SymbolEqualityComparer.Default);

    public FieldDelegates(BodyCatalog bodies) => this.bodies = bodies;

    public Value Of(IFieldSymbol field, CancellationToken cancellation)
    {
        field = field.OriginalDefinition;
        return known.TryGetValue(field, out var value) ? value : known.GetOrAdd(field, Find(field, cancellation));
    }

    /// <summary>What a <c>Lazy&lt;T&gt;</c> in the field runs for its value, as the constructor or the initialiser has it; null where that, or anybody else who may set it, is not in sight.</summary>
    public Value? Factory(IFieldSymbol field, CancellationToken cancellation)
    {
        field = field.OriginalDefinition;
        return factories.TryGetValue(field, out var factory) ? factory : factories.GetOrAdd(field, FindFactory(field, cancellation));
    }

    private Value? FindFactory(IFieldSymbol field, CancellationToken cancellation) =>
        FactoryOf(field, cancellation) is { } factory && Graph(factory, cancellation) is { } graph && InGraph(graph, Unwrapped(factory)) is (Value.Lambda or Value.MethodGroup) and var found ? found : null;

    /// <summary>The delegate that <see cref="Factory"/> is, in the source.</summary>
    public ExpressionSyntax? FactoryOf(IFieldSymbol field, CancellationToken cancellation)
    {
        field = field.OriginalDefinition;
        return made.TryGetValue(field, out var factory) ? factory : made.GetOrAdd(field, FindMaking(field, cancellation));
    }

    private static ExpressionSyntax? FindMaking(IFieldSymbol field, CancellationToken cancellation)
    {
        if (!MayBeKnown(field))
        {
            return null;
        }

        // One that is made anew, behind a commit, is followed where that happens.
        var written = Written(field, cancellation).ToList();
        var first = written.Where(w => w.FirstAncestorOrSelf<BaseMethodDeclarationSyntax>() is null or ConstructorDeclarationSyntax).ToList();
        return first.Count == 1 && written.All(w => Unwrapped(w) is BaseObjectCreationExpressionSyntax) && Unwrapped(first[0]) is BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } ? arguments[0].Expression : null;
    }

    /// <summary>The query that EF Core has compiled for the field, as its initialiser has it; null for another delegate.</summary>
    public SyntaxNode? CompiledQuery(IFieldSymbol field, CancellationToken cancellation)
    {
        field = field.OriginalDefinition;
        return compiled.TryGetValue(field, out var query) ? query : compiled.GetOrAdd(field, FindQuery(field, cancellation));
    }

    private SyntaxNode? FindQuery(IFieldSymbol field, CancellationToken cancellation) =>
        field.IsReadOnly && field.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is VariableDeclaratorSyntax { Initializer.Value: InvocationExpressionSyntax { ArgumentList.Arguments.Count: > 0 } made }
        && bodies.Model(made.SyntaxTree).GetSymbolInfo(made, cancellation).Symbol is IMethodSymbol { Name: "CompileQuery" or "CompileAsyncQuery" } compiler && KnownTypes.Is(compiler.ContainingType, "Microsoft.EntityFrameworkCore", "EF")
            ? made.ArgumentList.Arguments[0].Expression
            : null;

    private Value Find(IFieldSymbol field, CancellationToken cancellation)
    {
        if (!MayBeKnown(field))
        {
            return Value.Nothing;
        }

        var written = Written(field, cancellation).Take(2).ToList();
        return written.Count == 1 && Graph(written[0], cancellation) is { } graph ? InGraph(graph, Unwrapped(written[0])) : Value.Nothing;
    }

    private static bool MayBeKnown(IFieldSymbol field) =>
        !field.DeclaringSyntaxReferences.IsEmpty && field.AssociatedSymbol is null && (field.IsReadOnly || field.DeclaredAccessibility == Accessibility.Private);

    /// <summary>Nobody else sets the field, as far as its type says.</summary>
    public static bool IsSetByConstructor(IFieldSymbol field, CancellationToken cancellation) =>
        MayBeKnown(field) && (field.IsReadOnly || Written(field, cancellation).All(w => w.FirstAncestorOrSelf<BaseMethodDeclarationSyntax>() is null or ConstructorDeclarationSyntax));

    /// <summary>The expressions that are written to the field; the argument, where it is passed by reference.</summary>
    private static IEnumerable<ExpressionSyntax> Written(IFieldSymbol field, CancellationToken cancellation)
    {
        if (field.DeclaringSyntaxReferences[0].GetSyntax(cancellation) is VariableDeclaratorSyntax { Initializer.Value: { } initial })
        {
            yield return initial;
        }

        foreach (var node in field.ContainingType.DeclaringSyntaxReferences.SelectMany(r => r.GetSyntax(cancellation).DescendantNodes()))
        {
            switch (node)
            {
                case AssignmentExpressionSyntax assignment when assignment.Left.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(IsField):
                    yield return assignment.Right;
                    break;
                case ArgumentSyntax { RefKindKeyword.RawKind: not 0 } argument when argument.Expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(IsField):
                    yield return argument.Expression;
                    break;
            }
        }

        bool IsField(IdentifierNameSyntax name) => name.Identifier.ValueText == field.Name;
    }

    private ControlFlowGraph? Graph(ExpressionSyntax value, CancellationToken cancellation)
    {
        if (value.FirstAncestorOrSelf<EqualsValueClauseSyntax>(e => e.Parent?.Parent?.Parent is BaseFieldDeclarationSyntax) is { } initialiser)
        {
            return bodies.Graph(initialiser, cancellation);
        }

        return value.Ancestors().Where(a => a is not ArrowExpressionClauseSyntax { Parent: BaseMethodDeclarationSyntax or AccessorDeclarationSyntax }).Select(BodyCatalog.Body).FirstOrDefault(b => b is not null) is { } body ? bodies.Graph(body, cancellation) : null;
    }

    private static Value InGraph(ControlFlowGraph graph, SyntaxNode value)
    {
        foreach (var operation in graph.Blocks.SelectMany(BlockOperations.Of).SelectMany(o => o.DescendantsAndSelf()))
        {
            switch (operation)
            {
                case IFlowAnonymousFunctionOperation lambda when lambda.Syntax == value:
                    return new Value.Lambda(lambda, graph);
                case IMethodReferenceOperation group when group.Syntax == value:
                    return new Value.MethodGroup(group.Method, Value.Nothing, group);
            }
        }

        return Value.Nothing;
    }

    private static SyntaxNode Unwrapped(ExpressionSyntax expression)
    {
        while (expression is ParenthesizedExpressionSyntax inner)
        {
            expression = inner.Expression;
        }

        return expression;
    }
}
