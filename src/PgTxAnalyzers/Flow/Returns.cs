using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
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

        var whenTrue = block.ConditionKind == ControlFlowConditionKind.WhenTrue == (branch == block.ConditionalSuccessor);
        return block.ConditionKind != ControlFlowConditionKind.None && Condition(last) is { } test
            ? Arm(test, whenTrue != IsNegated(last, test))
            : last.FirstAncestorOrSelf<StatementSyntax>() is CommonForEachStatementSyntax each ? FirstReturn(each.Statement)
            : After(last.FirstAncestorOrSelf<StatementSyntax>());
    }

    /// <summary>The statement, or the case, that asks the condition.</summary>
    private static SyntaxNode? Condition(SyntaxNode condition)
    {
        for (var node = condition; node is not null; node = node.Parent)
        {
            switch (node)
            {
                case SwitchLabelSyntax:
                case IfStatementSyntax test when test.Condition.Span.Contains(condition.Span):
                case WhileStatementSyntax loop when loop.Condition.Span.Contains(condition.Span):
                case ForStatementSyntax { Condition: { } asked } when asked.Span.Contains(condition.Span):
                case CommonForEachStatementSyntax each when each.Expression.Span.Contains(condition.Span):
                    return node;
                case StatementSyntax:
                    return null;
            }
        }

        return null;
    }

    /// <summary>The graph has no negations: it asks the operand, and swaps the branches.</summary>
    private static bool IsNegated(SyntaxNode operand, SyntaxNode test) =>
        operand.Ancestors().TakeWhile(a => a != test).Count(a => a.IsKind(SyntaxKind.LogicalNotExpression)) % 2 == 1;

    private static SyntaxNode? Arm(SyntaxNode test, bool whenTrue) => test switch
    {
        SwitchLabelSyntax { Parent: SwitchSectionSyntax section } => whenTrue ? FirstReturn(section.Statements.FirstOrDefault()) : Otherwise((SwitchStatementSyntax)section.Parent!),
        IfStatementSyntax { Statement: var then, Else: var otherwise } => whenTrue ? FirstReturn(then) : otherwise is null ? After((StatementSyntax)test) : FirstReturn(otherwise.Statement),
        WhileStatementSyntax loop => whenTrue ? FirstReturn(loop.Statement) : After(loop),
        ForStatementSyntax loop => whenTrue ? FirstReturn(loop.Statement) : After(loop),
        CommonForEachStatementSyntax loop => whenTrue ? FirstReturn(loop.Statement) : After(loop),
        _ => null,
    };

    private static SyntaxNode? Otherwise(SwitchStatementSyntax cases) =>
        cases.Sections.FirstOrDefault(s => s.Labels.Any(l => l is DefaultSwitchLabelSyntax)) is { } section ? FirstReturn(section.Statements.FirstOrDefault()) : After(cases);

    private static SyntaxNode? FirstReturn(StatementSyntax? statement) => statement switch
    {
        ReturnStatementSyntax => statement,
        BlockSyntax { Statements: { Count: > 0 } statements } => FirstReturn(statements[0]),
        BlockSyntax or EmptyStatementSyntax or LocalFunctionStatementSyntax => After(statement),
        LabeledStatementSyntax label => FirstReturn(label.Statement),
        BreakStatementSyntax => After(statement.Ancestors().OfType<StatementSyntax>().FirstOrDefault(a =>
            a is SwitchStatementSyntax or WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax)),
        _ => null,
    };

    /// <summary>Where control goes after a statement: to its next one, or out of what surrounds it. At the end of a loop's body it goes back.</summary>
    private static SyntaxNode? After(StatementSyntax? statement)
    {
        for (SyntaxNode? node = statement; node is not null; node = node.Parent)
        {
            switch (node)
            {
                case StatementSyntax inner when Next(inner) is { } next:
                    return FirstReturn(next);
                case { Parent: WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax }:
                case { Parent: not (StatementSyntax or ElseClauseSyntax or CatchClauseSyntax or FinallyClauseSyntax) } and not (ElseClauseSyntax or CatchClauseSyntax or FinallyClauseSyntax):
                    return null;
            }
        }

        return null;
    }

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
