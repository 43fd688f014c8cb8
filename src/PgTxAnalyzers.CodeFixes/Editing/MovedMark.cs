using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// A variable from outside that a unit reads and then moves on: <c>var from = since; since = now;</c>, <c>if (first) { first = false; … }</c>. The next attempt begins where the failed one has left it.
/// </summary>
internal sealed class MovedMark(RetryContext context, CancellationToken cancellationToken)
{
    /// <param name="nodes">The unit's own.</param>
    /// <param name="unit">Their extent.</param>
    /// <param name="counts">Something that may fail comes behind a node.</param>
    public bool IsIn(IReadOnlyList<SyntaxNode> nodes, TextSpan unit, Func<SyntaxNode, bool> counts) => nodes.OfType<AssignmentExpressionSyntax>()
        .Where(assignment => assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) && assignment.Left is IdentifierNameSyntax or MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } && counts(assignment))
        .Any(assignment => SymbolOf(assignment.Left) is { } symbol && IsOutside(symbol, unit) && !IsSession(assignment.Left) && IsReadFirst(symbol, assignment, nodes));

    private ISymbol? SymbolOf(ExpressionSyntax name) => context.Model(name).GetSymbolInfo(name, cancellationToken).Symbol;

    private static bool IsOutside(ISymbol symbol, TextSpan unit) => symbol is IFieldSymbol or IPropertySymbol
        || (symbol is ILocalSymbol or IParameterSymbol && symbol.DeclaringSyntaxReferences.All(declared => !unit.Contains(declared.Span)));

    private bool IsSession(ExpressionSyntax target) => context.Model(target).GetTypeInfo(target, cancellationToken).Type is var type && (SessionTypes.Is(type) || DataLibrary.IsContextType(type));

    /// <summary>Of its uses in the unit the first one reads it, in front of the assignment. The null test of something that is made once and kept is no such reading.</summary>
    private bool IsReadFirst(ISymbol symbol, AssignmentExpressionSyntax assignment, IReadOnlyList<SyntaxNode> nodes)
    {
        var first = nodes.OfType<IdentifierNameSyntax>()
            .Where(name => name.Identifier.ValueText == symbol.Name && !IsNullTest(name) && SymbolEqualityComparer.Default.Equals(SymbolOf(name), symbol))
            .Select(name => (Name: name, Target: TargetOf(name))).OrderBy(use => use.Target is null ? use.Name.SpanStart : use.Target.Span.End).FirstOrDefault();
        return first.Name is not null && first.Target is null && first.Name.SpanStart < assignment.Span.End;
    }

    /// <summary>The assignment that a name is the target of: it happens when its value has been read.</summary>
    private static AssignmentExpressionSyntax? TargetOf(IdentifierNameSyntax name)
    {
        ExpressionSyntax target = name.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } member ? member : name;
        return target.Parent is AssignmentExpressionSyntax assignment && assignment.Left == target && assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) ? assignment : null;
    }

    private static bool IsNullTest(IdentifierNameSyntax name) => name.Parent switch
    {
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression or (int)SyntaxKind.NotEqualsExpression } test => test.Left.IsKind(SyntaxKind.NullLiteralExpression) || test.Right.IsKind(SyntaxKind.NullLiteralExpression),
        IsPatternExpressionSyntax { Pattern: ConstantPatternSyntax { Expression.RawKind: (int)SyntaxKind.NullLiteralExpression } or UnaryPatternSyntax { Pattern: ConstantPatternSyntax { Expression.RawKind: (int)SyntaxKind.NullLiteralExpression } } } => true,
        _ => false,
    };
}
