using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// Finds the return statement behind a branch that leaves the body. A <c>return;</c> leaves no operation in the graph, so it is looked for
/// in the statements that come after the last operation of the branch's block.
/// </summary>
internal static class Returns
{
    public static SyntaxNode? Find(ControlFlowBranch branch)
    {
        if (branch.Destination?.Kind != BasicBlockKind.Exit)
        {
            return null;
        }

        var block = branch.Source;
        if (block.BranchValue is { } value && block.FallThroughSuccessor == branch && block.ConditionKind == ControlFlowConditionKind.None)
        {
            return value.Syntax.FirstAncestorOrSelf<ReturnStatementSyntax>();
        }

        var last = block.BranchValue?.Syntax ?? block.Operations.LastOrDefault()?.Syntax;
        if (last is null)
        {
            return null;
        }

        // `if (condition) return;`: the arm that this branch goes to.
        if (block.ConditionKind != ControlFlowConditionKind.None && last.FirstAncestorOrSelf<IfStatementSyntax>(i => i.Condition.Span.Contains(last.Span)) is { } test)
        {
            var whenTrue = block.ConditionKind == ControlFlowConditionKind.WhenTrue == (branch == block.ConditionalSuccessor);
            return FirstReturn(whenTrue ? test.Statement : test.Else?.Statement ?? Next(test));
        }

        var statement = last.FirstAncestorOrSelf<StatementSyntax>();
        return statement is null ? null : FirstReturn(Next(statement));
    }

    private static SyntaxNode? FirstReturn(StatementSyntax? statement) => statement switch
    {
        ReturnStatementSyntax => statement,
        BlockSyntax { Statements: { Count: > 0 } statements } => FirstReturn(statements[0]),
        _ => null,
    };

    private static StatementSyntax? Next(StatementSyntax statement)
    {
        var siblings = statement.Parent switch
        {
            BlockSyntax block => block.Statements,
            SwitchSectionSyntax section => section.Statements,
            _ => default,
        };
        var next = siblings.IndexOf(statement) + 1;
        return next > 0 && next < siblings.Count ? siblings[next] : null;
    }
}
