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
    private readonly ConcurrentDictionary<IFieldSymbol, SyntaxNode?> compiled = new(SymbolEqualityComparer.Default);

    public FieldDelegates(BodyCatalog bodies) => this.bodies = bodies;

    public Value Of(IFieldSymbol field, CancellationToken cancellation)
    {
        field = field.OriginalDefinition;
        return known.TryGetValue(field, out var value) ? value : known.GetOrAdd(field, Find(field, cancellation));
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
        if (field.DeclaringSyntaxReferences.IsEmpty || field.AssociatedSymbol is not null || !(field.IsReadOnly || field.DeclaredAccessibility == Accessibility.Private))
        {
            return Value.Nothing;
        }

        var written = Written(field, cancellation).Take(2).ToList();
        return written.Count == 1 && Graph(written[0], cancellation) is { } graph ? InGraph(graph, Unwrapped(written[0])) : Value.Nothing;
    }

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
        if (value.Parent is EqualsValueClauseSyntax { Parent.Parent.Parent: BaseFieldDeclarationSyntax } initialiser)
        {
            return bodies.Graph(initialiser, cancellation);
        }

        return value.Ancestors().Select(BodyCatalog.Body).FirstOrDefault(b => b is not null) is { } body ? bodies.Graph(body, cancellation) : null;
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
