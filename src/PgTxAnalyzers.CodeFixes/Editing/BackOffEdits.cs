using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>A pause between the attempts of a loop by hand, and an end to them.</summary>
internal static class BackOffEdits
{
    /// <summary>Up to this many attempts the exponent can be the attempt itself: a minute and a half for the last pause.</summary>
    private const int MaxDoubled = 10;

    /// <summary>Milliseconds: about 0.2, 0.4, 0.8 and 1.6 seconds for the first four.</summary>
    public static string Pause(string attempt, Compilation compilation) =>
        $"100 * (1 << {attempt}) + {Jitter(compilation)}";

    /// <summary>Up to a tenth of a second, so that all clients do not come back in the same moment.</summary>
    public static string Jitter(Compilation compilation) =>
        compilation.GetTypeByMetadataName("System.Random")?.GetMembers("Shared").Any() == true ? "Random.Shared.Next(100)" : "new Random().Next(100)";

    /// <param name="clause">The handler that lets the work run again.</param>
    /// <param name="noWait">Nothing waits between the attempts.</param>
    /// <param name="noEnd">Nothing ends them.</param>
    /// <param name="model">The model of the document.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static TextEdits? InLoop(CatchClauseSyntax clause, bool noWait, bool noEnd, SemanticModel model, SourceLines lines, CancellationToken cancellationToken)
    {
        var edits = new TextEdits();

        // A retry by a jump counts in its own way, and not what a loop around it counts.
        if (clause.Parent is not TryStatementSyntax attempt || RetryLoop.Of(attempt, model, cancellationToken) is { Label: not null } || RetryLoop.LoopAround(attempt) is not { } loop || CounterOf(loop, edits, model, cancellationToken) is not { } counter)
        {
            return null;
        }

        if (noEnd)
        {
            Bound(edits, clause, counter);
        }

        if (!noWait)
        {
            return edits;
        }

        var exponent = noEnd || IsShort(clause, loop, counter, model, cancellationToken) ? counter : $"Math.Min({counter}, {MaxDoubled})";
        return Wait(edits, clause, $"{Pause(exponent, model.Compilation)}", model, lines, cancellationToken) ? edits : null;
    }

    /// <summary>A pause of so many milliseconds at the end of a handler; false where the handler goes on from its middle.</summary>
    public static bool Wait(TextEdits edits, CatchClauseSyntax clause, string milliseconds, SemanticModel model, SourceLines lines, CancellationToken cancellationToken)
    {
        var block = clause.Block;
        var last = block.Statements.LastOrDefault();
        if (clause.EnclosingFunction() is not { } function || block.DescendantNodes(n => !SyntaxSearch.IsFunction(n)).Any(n => n is ContinueStatementSyntax or GotoStatementSyntax && n != last)
            || lines.HasDirective(lines.LineOf(block.SpanStart), lines.LineOf(block.Span.End)))
        {
            return false;
        }

        var isAsync = clause.IsInAsync();
        var token = RetryToken.Of([clause.Parent!], function, model, cancellationToken).Text;
        if (!Imports.TryAdd(edits, model, block, lines, isAsync ? ["System.TimeSpan", "System.Random", "System.Threading.Tasks.Task"] : ["System.Random", "System.Threading.Thread"]))
        {
            return false;
        }

        var pause = isAsync ? $"await Task.Delay(TimeSpan.FromMilliseconds({milliseconds}){(token is null ? "" : ", " + token)}){ConfiguredAwait.In(clause.Parent!)};" : $"Thread.Sleep({milliseconds});";

        // `Task.Delay(0)`: somebody meant to wait.
        if (block.DescendantNodes().OfType<InvocationExpressionSyntax>().FirstOrDefault(call => IsNoPause(call, model)) is { } idle)
        {
            edits.Replace((idle.FirstAncestorOrSelf<ExpressionStatementSyntax>() ?? (SyntaxNode)idle).Span, pause);
            return true;
        }

        if (last is ContinueStatementSyntax or GotoStatementSyntax)
        {
            edits.Insert(last.SpanStart, pause + (lines.OwnsItsLines(last, startOnly: true) ? lines.LineEnd(lines.LineOf(last.SpanStart)) + lines.Indentation(lines.LineOf(last.SpanStart)) : " "));
            return true;
        }

        if (!lines.StartsLine(block.CloseBraceToken))
        {
            var inner = block.OpenBraceToken.Span.End == block.CloseBraceToken.SpanStart ? "  " : last is null ? " " : "";
            edits.Insert(block.CloseBraceToken.SpanStart, inner.Length == 2 ? $" {pause} " : pause + " ");
            return true;
        }

        var line = lines.LineOf(block.CloseBraceToken.SpanStart);
        var outer = lines.Indentation(line);
        edits.Insert(lines.Text.Lines[line].Start, outer + Step(block, clause, lines) + pause + lines.LineEnd(line));
        return true;
    }

    private static string Step(BlockSyntax block, CatchClauseSyntax clause, SourceLines lines) =>
        lines.IndentationStep(((TryStatementSyntax)clause.Parent!).Block.Statements.FirstOrDefault() ?? (StatementSyntax)clause.Parent!);

    private static bool IsNoPause(InvocationExpressionSyntax call, SemanticModel model) =>
        call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Delay" or "Sleep" } && call.ArgumentList.Arguments.Count > 0 && HotLoops.IsZero(call.ArgumentList.Arguments[0].Expression, model)
        && call.Parent is ExpressionStatementSyntax or AwaitExpressionSyntax { Parent: ExpressionStatementSyntax };

    private static void Bound(TextEdits edits, CatchClauseSyntax clause, string counter)
    {
        if (clause.Filter is not { FilterExpression: var filter })
        {
            edits.Insert(clause.Declaration!.Span.End, $" when ({counter} < 5)");
            return;
        }

        var mixed = filter is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalOrExpression or (int)SyntaxKind.CoalesceExpression } or ConditionalExpressionSyntax or AssignmentExpressionSyntax;
        if (mixed)
        {
            edits.Insert(filter.SpanStart, "(");
        }

        edits.Insert(filter.Span.End, (mixed ? ")" : "") + $" && {counter} < 5");
    }

    /// <summary>The variable that counts the attempts; a loop that counts none gets one. Null where it counts in some other way.</summary>
    private static string? CounterOf(StatementSyntax loop, TextEdits edits, SemanticModel model, CancellationToken cancellationToken)
    {
        if (loop is ForStatementSyntax { Declaration.Variables: { Count: 1 } variables, Incrementors: { Count: 1 } steps } && steps[0] is PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression, Operand: IdentifierNameSyntax counted }
            && counted.Identifier.ValueText == variables[0].Identifier.ValueText)
        {
            return counted.Identifier.ValueText;
        }

        var own = loop.DescendantNodes().OfType<IdentifierNameSyntax>().FirstOrDefault(n => n.Parent is PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression } or PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PreIncrementExpression }
            && model.GetSymbolInfo(n, cancellationToken).Symbol is ILocalSymbol { Type.SpecialType: SpecialType.System_Int32 } local && !loop.Span.Contains(local.DeclaringSyntaxReferences[0].Span));
        if (own is not null)
        {
            return own.Identifier.ValueText;
        }

        var head = loop switch
        {
            WhileStatementSyntax { Condition.RawKind: (int)SyntaxKind.TrueLiteralExpression } w => TextSpan.FromBounds(w.WhileKeyword.SpanStart, w.CloseParenToken.Span.End),
            ForStatementSyntax { Declaration: null, Condition: null, Initializers.Count: 0, Incrementors.Count: 0 } f => TextSpan.FromBounds(f.ForKeyword.SpanStart, f.CloseParenToken.Span.End),
            _ => default,
        };
        if (head.IsEmpty || loop.DescendantTrivia(head).Any(t => head.Contains(t.Span) && !string.IsNullOrWhiteSpace(t.ToString())))
        {
            return null;
        }

        var name = NewNames.Free("attempt", model, loop);
        edits.Replace(head, $"for (var {name} = 1; ; {name}++)");
        return name;
    }

    /// <summary><c>attempt &lt; 10</c> in the filter or the condition.</summary>
    private static bool IsShort(CatchClauseSyntax clause, StatementSyntax loop, string counter, SemanticModel model, CancellationToken cancellationToken) =>
        new[] { clause.Filter?.FilterExpression, (loop as ForStatementSyntax)?.Condition, (loop as WhileStatementSyntax)?.Condition }.OfType<ExpressionSyntax>()
            .SelectMany(e => e.DescendantNodesAndSelf()).OfType<BinaryExpressionSyntax>()
            .Any(b => b.Kind() is SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression && b.Left.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(i => i.Identifier.ValueText == counter)
                && model.GetConstantValue(b.Right, cancellationToken) is { HasValue: true, Value: int most and <= MaxDoubled });
}
