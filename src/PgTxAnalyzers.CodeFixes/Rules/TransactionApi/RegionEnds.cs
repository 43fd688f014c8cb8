using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.TransactionApi;

/// <summary>Ends of a region that are no commits, and behind which control goes on: a commit that it comes to then throws.</summary>
internal static class RegionEnds
{
    /// <param name="node">Where they are looked for.</param>
    /// <param name="before">Up to this position.</param>
    /// <param name="region">The region.</param>
    /// <param name="model">The semantic model of the document.</param>
    public static bool GoOn(SyntaxNode node, int before, Region region, SemanticModel model) => node.DescendantNodesAndSelf(n => n == node || !SyntaxSearch.IsFunction(n))
        .OfType<InvocationExpressionSyntax>()
        .Any(call => call.SpanStart < before && Ends(call, region, model) && call.FirstAncestorOrSelf<StatementSyntax>() is { } statement && !LeavesBefore(statement, before));

    /// <summary>The list of a statement ends with a return or a throw.</summary>
    public static bool Leaves(StatementSyntax statement) => statement.IsInList() && statement.Siblings().Last() is ReturnStatementSyntax or ThrowStatementSyntax;

    private static bool LeavesBefore(StatementSyntax statement, int before) => Leaves(statement) && statement.Siblings().Last().SpanStart < before;

    private static bool Ends(InvocationExpressionSyntax call, Region region, SemanticModel model)
    {
        var (name, receiver) = call.Expression switch
        {
            MemberAccessExpressionSyntax access => (access.Name.Identifier.ValueText, access.Expression),
            MemberBindingExpressionSyntax binding when call.FirstAncestorOrSelf<ConditionalAccessExpressionSyntax>() is { } test => (binding.Name.Identifier.ValueText, test.Expression),
            _ => ("", null),
        };

        // One with a name goes to a savepoint.
        var isEnd = name.StartsWith("Rollback", StringComparison.Ordinal) ? call.ArgumentList.Arguments.All(a => model.GetTypeInfo(a.Expression).Type?.SpecialType != SpecialType.System_String)
            : name is "Dispose" or "DisposeAsync" or "Close" or "CloseAsync";
        if (receiver is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Database" } facade)
        {
            receiver = facade.Expression;
        }

        return isEnd && receiver is not null && region.IsRegionSymbol(model.GetSymbolInfo(receiver).Symbol);
    }
}
