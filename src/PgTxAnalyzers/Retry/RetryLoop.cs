using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// A retry by hand: a try whose handler lets the same work run again, by a loop, a jump or a call of its own method. A <c>foreach</c> over
/// data and a polling loop, whose next round is other work, are none: success does not end them.
/// </summary>
/// <param name="Try">What is repeated is its block.</param>
/// <param name="Catch">The handler that lets it run again.</param>
/// <param name="Loop">The loop; null for a jump or a recursion.</param>
/// <param name="Test">What the handler asks of the failure.</param>
internal sealed record RetryLoop(TryStatementSyntax Try, CatchClauseSyntax Catch, StatementSyntax? Loop, FailureTest Test)
{
    /// <summary>Where the handler's <c>goto</c> leads, in front of the try; null for a loop, a recursion, and a label that others jump to as well: its next round may be other work.</summary>
    public LabeledStatementSyntax? Label { get; init; }

    /// <summary>All that runs again: the loop, or the statements from the label to the end of the try; null for a recursion.</summary>
    public RepeatedText? Extent =>
        Loop is not null ? new RepeatedText(Loop, Loop.Span)
        : Label is { Parent: { } list } ? new RepeatedText(list, TextSpan.FromBounds(Label.SpanStart, Try.Span.End))
        : null;

    public static RetryLoop? Of(TryStatementSyntax attempt, SemanticModel model, CancellationToken cancellation)
    {
        // By syntax first: without a loop, a jump or a call of its own method nothing runs again, and nothing is bound.
        if (attempt.Catches.Count == 0 || (LoopAround(attempt) is null && !attempt.Catches.Any(c => c.Block.DescendantNodes(InFunction).Any(n => n is GotoStatementSyntax || IsOwnName(n, attempt)))))
        {
            return null;
        }

        foreach (var clause in attempt.Catches)
        {
            if (Handler.Of(clause, model, cancellation) == Caught.Nothing)
            {
                continue;
            }

            var test = clause.Filter is { } filter ? FailureTest.Read(filter.FilterExpression, model, cancellation) : FailureTest.None;
            if (!test.AdmitsLost && !test.AdmitsConflict)
            {
                continue;
            }

            if (JumpBack(clause, attempt) is { } label)
            {
                return new RetryLoop(attempt, clause, null, test) { Label = IsOfHandlerAlone(label, clause) ? label : null };
            }

            if (CallsItself(clause, model, cancellation))
            {
                return new RetryLoop(attempt, clause, null, test);
            }

            if (LoopAround(attempt) is { } loop && GoesRoundAgain(clause, attempt, loop, model) && SuccessEnds(attempt, loop, model))
            {
                return new RetryLoop(attempt, clause, loop, test);
            }
        }

        return null;
    }

    /// <summary>The innermost loop around a statement, in the same function.</summary>
    public static StatementSyntax? LoopAround(SyntaxNode node)
    {
        for (var parent = node.Parent; parent is not null && parent is not (MemberDeclarationSyntax or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax); parent = parent.Parent)
        {
            if (parent is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax or CommonForEachStatementSyntax)
            {
                return (StatementSyntax)parent;
            }
        }

        return null;
    }

    /// <summary>The handler leads to the next round.</summary>
    public static bool GoesRoundAgain(CatchClauseSyntax clause, TryStatementSyntax attempt, StatementSyntax loop, SemanticModel model)
    {
        if (clause.Block.DescendantNodes(InFunction).OfType<ContinueStatementSyntax>().Any(c => LoopAround(c) == loop))
        {
            return true;
        }

        return model.AnalyzeControlFlow(clause.Block) is { Succeeded: true, EndPointIsReachable: true } && !LeavesAfter(attempt, loop);
    }

    /// <summary>A statement behind the try always leaves the loop.</summary>
    private static bool LeavesAfter(StatementSyntax attempt, StatementSyntax loop)
    {
        for (SyntaxNode node = attempt; node != loop && node.Parent is { } parent; node = parent)
        {
            if (parent is BlockSyntax block && node is StatementSyntax statement
                && block.Statements.Skip(block.Statements.IndexOf(statement) + 1).Any(s => s is ReturnStatementSyntax or BreakStatementSyntax or ThrowStatementSyntax))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Success leaves the loop, so its next round is the same work again.</summary>
    private static bool SuccessEnds(TryStatementSyntax attempt, StatementSyntax loop, SemanticModel model)
    {
        var exits = attempt.Block.DescendantNodes(InFunction).Any(n => n is ReturnStatementSyntax || (n is BreakStatementSyntax && LoopAround(n) == loop && n.FirstAncestorOrSelf<SwitchStatementSyntax>() is null));
        if (exits && (model.AnalyzeControlFlow(attempt.Block) is { Succeeded: true, EndPointIsReachable: false } || IsCounted(loop)))
        {
            return true;
        }

        if (LeavesAfter(attempt, loop))
        {
            return true;
        }

        var condition = loop switch { WhileStatementSyntax w => w.Condition, DoStatementSyntax d => d.Condition, ForStatementSyntax f => f.Condition, _ => null };
        return condition is not null && condition.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(flag =>
            attempt.Block.DescendantNodes(InFunction).OfType<AssignmentExpressionSyntax>().Any(a => a.Left is IdentifierNameSyntax left && left.Identifier.ValueText == flag.Identifier.ValueText
                && a.Right.Kind() is SyntaxKind.TrueLiteralExpression or SyntaxKind.FalseLiteralExpression));
    }

    /// <summary><c>for</c> that counts attempts: its variable picks no element of anything.</summary>
    private static bool IsCounted(StatementSyntax loop) =>
        loop is ForStatementSyntax { Declaration.Variables: { Count: > 0 } variables }
        && !loop.DescendantNodes().OfType<ElementAccessExpressionSyntax>().Any(e => e.ArgumentList.DescendantNodes().OfType<IdentifierNameSyntax>().Any(i => i.Identifier.ValueText == variables[0].Identifier.ValueText));

    /// <summary>The label in front of the try that the handler jumps to.</summary>
    private static LabeledStatementSyntax? JumpBack(CatchClauseSyntax clause, TryStatementSyntax attempt) =>
        clause.Block.DescendantNodes(InFunction).OfType<GotoStatementSyntax>().Select(jump =>
            jump.Expression is not IdentifierNameSyntax label ? null : attempt.Ancestors().OfType<LabeledStatementSyntax>()
                .Concat(attempt.Ancestors().OfType<BlockSyntax>().SelectMany(b => b.Statements.OfType<LabeledStatementSyntax>()))
                .FirstOrDefault(l => l.Identifier.ValueText == label.Identifier.ValueText && l.SpanStart <= attempt.SpanStart)).FirstOrDefault(l => l is not null);

    /// <summary>A jump from elsewhere goes round after success, too: that is polling.</summary>
    private static bool IsOfHandlerAlone(LabeledStatementSyntax label, CatchClauseSyntax clause) =>
        label.Parent?.DescendantNodes(InFunction).OfType<GotoStatementSyntax>().All(jump =>
            (jump.Expression as IdentifierNameSyntax)?.Identifier.ValueText != label.Identifier.ValueText || clause.Block.Span.Contains(jump.Span)) == true;

    private static bool IsOwnName(SyntaxNode node, TryStatementSyntax attempt) =>
        node is SimpleNameSyntax name && attempt.Ancestors().Any(a => a switch
        {
            MethodDeclarationSyntax m => m.Identifier.ValueText == name.Identifier.ValueText,
            LocalFunctionStatementSyntax l => l.Identifier.ValueText == name.Identifier.ValueText,
            _ => false,
        });

    private static bool CallsItself(CatchClauseSyntax clause, SemanticModel model, CancellationToken cancellation)
    {
        var function = clause.Ancestors().FirstOrDefault(a => a is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax);
        var name = function switch { MethodDeclarationSyntax m => m.Identifier.ValueText, LocalFunctionStatementSyntax l => l.Identifier.ValueText, _ => null };
        if (name is null)
        {
            return false;
        }

        var self = model.GetDeclaredSymbol(function!, cancellation);
        return clause.Block.DescendantNodes(InFunction).OfType<SimpleNameSyntax>().Any(n =>
            n.Identifier.ValueText == name && model.GetSymbolInfo(n, cancellation).Symbol is IMethodSymbol called
            && SymbolEqualityComparer.Default.Equals(called.OriginalDefinition, self));
    }

    /// <summary>A polling loop around the call survives its failure. It is no retry, since its next round is other work; what it loses is a round.</summary>
    public static bool GoesOn(ExpressionSyntax call, SemanticModel model, CancellationToken cancellation) =>
        TriesAround(call, isInFunction: false).Any(attempt => LoopAround(attempt) is { } loop
            && attempt.Catches.Any(c => Handler.TakesDriver(c, model, cancellation) && GoesRoundAgain(c, attempt, loop, model)));

    /// <summary>A handler around the call takes its failure and throws none: who waits above learns nothing of it.</summary>
    public static bool IsSwallowed(ExpressionSyntax call, SemanticModel model, CancellationToken cancellation) =>
        TriesAround(call, isInFunction: false).Any(attempt => attempt.Catches.Any(c => Handler.TakesDriver(c, model, cancellation)
            && !c.Block.DescendantNodes(InFunction).Any(n => n is ThrowStatementSyntax or ThrowExpressionSyntax)));

    /// <summary>
    /// A connection is opened, and used in an endless loop behind it, until it breaks; the loop around opens it again. What stands in the inner loop is polling: it is not meant.
    /// </summary>
    public static bool Reopens(ExpressionSyntax call, SemanticModel model, CancellationToken cancellation) =>
        TriesAround(call, isInFunction: true).Any(attempt => LoopAround(attempt) is { } loop && attempt.Block.Statements.LastOrDefault() is { } last && !last.Span.Contains(call.Span)
            && ConditionOf(last) is { } inner && ConditionOf(loop) is { } outer
            && (SyntaxFactory.AreEquivalent(inner, outer) || LivesWithConnection(inner, model, cancellation) || model.AnalyzeControlFlow(attempt.Block) is { Succeeded: true, EndPointIsReachable: false })
            && attempt.Catches.Any(c => Handler.TakesDriver(c, model, cancellation) && GoesRoundAgain(c, attempt, loop, model)));

    /// <summary>The same in two methods, as seen from the loop around: it is endless, and calls again what has failed.</summary>
    public static bool CallsAgain(ExpressionSyntax call, SemanticModel model, CancellationToken cancellation) =>
        TriesAround(call, isInFunction: true).Any(attempt => LoopAround(attempt) is { } loop && IsEndless(loop, model, cancellation)
            && attempt.Catches.Any(c => Handler.TakesDriver(c, model, cancellation) && GoesRoundAgain(c, attempt, loop, model)));

    /// <summary>And from the method that is called: the call stands in front of an endless loop, with which the method ends.</summary>
    public static bool StandsBeforeEndlessLoop(ExpressionSyntax call, MethodDeclarationSyntax method, SemanticModel model, CancellationToken cancellation)
    {
        if (call.Ancestors().First(a => a is MemberDeclarationSyntax or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax) != method)
        {
            return false;
        }

        StatementSyntax? last = method.Body;
        while (last is BlockSyntax or UsingStatementSyntax or TryStatementSyntax { Catches.Count: 0 })
        {
            last = last switch { BlockSyntax block => block.Statements.LastOrDefault(s => s is not LocalFunctionStatementSyntax), UsingStatementSyntax held => held.Statement, _ => ((TryStatementSyntax)last).Block };
        }

        // A loop that is left when there is no more to do is polling: what it loses is a round.
        return last is not null && call.Span.End <= last.SpanStart && (IsEndless(last, model, cancellation) || LivesWithConnection(ConditionOf(last), model, cancellation))
            && !last.DescendantNodes(InFunction).Any(n => n is ReturnStatementSyntax || (n is BreakStatementSyntax && LoopAround(n) == last && n.FirstAncestorOrSelf<SwitchStatementSyntax>() is null));
    }

    private static bool IsEndless(StatementSyntax statement, SemanticModel model, CancellationToken cancellation) =>
        statement is ForStatementSyntax { Condition: null } || IsEndless(ConditionOf(statement), model, cancellation);

    /// <summary><c>while (true)</c>, <c>while (!ct.IsCancellationRequested)</c>.</summary>
    private static bool IsEndless(ExpressionSyntax? condition, SemanticModel model, CancellationToken cancellation) => condition switch
    {
        LiteralExpressionSyntax { RawKind: (int)SyntaxKind.TrueLiteralExpression } => true,
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression, Operand: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "IsCancellationRequested" } asked } =>
            KnownTypes.Is(model.GetTypeInfo(asked.Expression, cancellation).Type, "System.Threading", "CancellationToken"),
        _ => false,
    };

    /// <summary><c>while (connection.State == ConnectionState.Open &amp;&amp; !ct.IsCancellationRequested)</c>: only a broken connection ends it, or the end of the program.</summary>
    private static bool LivesWithConnection(ExpressionSyntax? condition, SemanticModel model, CancellationToken cancellation) => condition switch
    {
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression } both => new[] { both.Left, both.Right }.All(c => IsEndless(c, model, cancellation) || LivesWithConnection(c, model, cancellation)),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression, Left: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "State" } state, Right: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Open" } } =>
            KnownTypes.Is(model.GetTypeInfo(state, cancellation).Type, "System.Data", "ConnectionState"),
        _ => false,
    };

    /// <summary>The tries in whose blocks the call stands, the innermost first.</summary>
    /// <param name="call">Where it is asked.</param>
    /// <param name="isInFunction">Only those of the call's own function; else also those around the local function that it stands in.</param>
    public static IEnumerable<TryStatementSyntax> TriesAround(ExpressionSyntax call, bool isInFunction) =>
        call.Ancestors().TakeWhile(a => a is not (MemberDeclarationSyntax or AnonymousFunctionExpressionSyntax) && !(isInFunction && a is LocalFunctionStatementSyntax))
            .OfType<TryStatementSyntax>().Where(attempt => attempt.Block.Span.Contains(call.Span));

    private static ExpressionSyntax? ConditionOf(StatementSyntax loop) => loop switch { WhileStatementSyntax w => w.Condition, DoStatementSyntax d => d.Condition, _ => null };

    private static bool InFunction(SyntaxNode node) => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax);
}

/// <summary>A stretch of text that runs again.</summary>
/// <param name="Node">The node that all of it stands in.</param>
/// <param name="Span">Where it begins and ends.</param>
internal readonly record struct RepeatedText(SyntaxNode Node, TextSpan Span)
{
    public IEnumerable<SyntaxNode> Nodes
    {
        get
        {
            var span = Span;
            return Node.DescendantNodes().Where(n => span.Contains(n.Span));
        }
    }
}
