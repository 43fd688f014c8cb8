using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// The clock is read twice, and the one reading is taken from the other: what is measured, and perhaps stored, is what stands between them. A call that leaves the two, or comes to stand
/// between them, changes it. One reading alone (<c>PaidAt = DateTime.UtcNow</c>) is a time like any other.
/// </summary>
internal sealed class ClockPair(SemanticModel model, CancellationToken cancellationToken)
{
    /// <param name="group">What moves.</param>
    /// <param name="crossed">What it would pass.</param>
    public bool IsParted(StatementGroup group, IEnumerable<SyntaxNode> crossed)
    {
        if (group.First.EnclosingFunction() is not { } function)
        {
            return false;
        }

        var moved = TextSpan.FromBounds(group.First.SpanStart, group.Last.Span.End);
        var passed = crossed.Select(node => node.Span).ToList();
        var nodes = function.DescendantNodes(node => node == function || !SyntaxSearch.IsFunction(node)).ToList();

        // Both move, both are passed, or both stay: else one of them changes its side of the call.
        return nodes.Where(IsDifference).Any(difference => ReadingsOf(difference, nodes)
            .Select(reading => moved.Contains(reading.Span) ? 1 : passed.Any(span => span.Contains(reading.Span)) ? 2 : 0).Distinct().Count() > 1);
    }

    /// <summary><c>end - start</c>, <c>end.Subtract(start)</c>, <c>Stopwatch.GetElapsedTime(start)</c>, <c>time.GetElapsedTime(start)</c>.</summary>
    private bool IsDifference(SyntaxNode node) => node switch
    {
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.SubtractExpression } => true,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Subtract" or "GetElapsedTime" } } call => model.GetSymbolInfo(call, cancellationToken).Symbol is { } method && DataLibrary.IsIn(method, ["System"]),
        _ => false,
    };

    /// <summary>The readings that a difference is made of: in it, or in what its locals were given.</summary>
    private IEnumerable<SyntaxNode> ReadingsOf(SyntaxNode difference, IReadOnlyList<SyntaxNode> nodes)
    {
        var locals = new HashSet<ISymbol>(difference.DescendantNodes().OfType<IdentifierNameSyntax>().Select(name => model.GetSymbolInfo(name, cancellationToken).Symbol).OfType<ILocalSymbol>(), SymbolEqualityComparer.Default);
        return difference.DescendantNodesAndSelf().Where(IsReading).Concat(nodes.SelectMany(node => node switch
        {
            VariableDeclaratorSyntax { Initializer.Value: { } value } variable when locals.Contains(model.GetDeclaredSymbol(variable, cancellationToken)!) => value.DescendantNodesAndSelf().Where(IsReading),
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax name } assignment when model.GetSymbolInfo(name, cancellationToken).Symbol is { } local && locals.Contains(local) => assignment.Right.DescendantNodesAndSelf().Where(IsReading),
            _ => [],
        }));
    }

    /// <summary>What has passed since a stamp reads the clock as well.</summary>
    private bool IsReading(SyntaxNode node) => node is InvocationExpressionSyntax { ArgumentList.Arguments.Count: 1, Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "GetElapsedTime" } } ? IsDifference(node) : node is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Now" or "UtcNow" or "TickCount" or "TickCount64" or "GetTimestamp" or "GetUtcNow" or "GetLocalNow" } access
        && model.GetSymbolInfo(access, cancellationToken).Symbol?.ContainingType is { Name: "DateTime" or "DateTimeOffset" or "Environment" or "Stopwatch" or "TimeProvider" } clock && DataLibrary.IsIn(clock, ["System"]);
}
