using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// A retry that repeats a statement, with the statements around it that make and use its session: those before it go to the beginning of what is repeated, those behind it to the end. Null
/// where they are not all of one list, or something else would come along.
/// </summary>
internal sealed class OpenedInside
{
    private readonly IReadOnlyList<StatementSyntax> before;
    private readonly StatementSyntax retry;
    private readonly IReadOnlyList<StatementSyntax> behind;
    private readonly SyntaxNode unit;
    private readonly SemanticModel model;
    private readonly SourceLines lines;

    private OpenedInside(IReadOnlyList<StatementSyntax> before, StatementSyntax retry, IReadOnlyList<StatementSyntax> behind, SyntaxNode unit, SemanticModel model, SourceLines lines) =>
        (this.before, this.retry, this.behind, this.unit, this.model, this.lines) = (before, retry, behind, unit, model, lines);

    /// <summary>All that runs again afterwards.</summary>
    public TextSpan Span => TextSpan.FromBounds(before[0].SpanStart, (behind.LastOrDefault() ?? retry).Span.End);

    /// <param name="call">The statement that is repeated.</param>
    /// <param name="opening">The opening or the begin that is not.</param>
    /// <param name="context">Knows the retry scopes.</param>
    /// <param name="model">The model of the document.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static OpenedInside? Of(ExpressionSyntax call, ExpressionSyntax opening, RetryContext context, SemanticModel model, SourceLines lines, CancellationToken cancellationToken)
    {
        if (context.Scopes.Around(call, out _, cancellationToken) is not { } scope || scope.Unit is not (AnonymousFunctionExpressionSyntax or BlockSyntax { Parent: TryStatementSyntax })
            || opening.ListStatement() is not { } opened)
        {
            return null;
        }

        var list = opened.Siblings();
        var at = list.ToList().FindIndex(s => s.Span.Contains(call.Span));
        var from = CallPath.Position(list, opened);
        if (at <= from || scope.Unit is BlockSyntax && list[at] is not (ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax))
        {
            return null;
        }

        // The connection under a transaction is lost with it.
        var sessions = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var local in list.Skip(from).Take(at - from + 1).SelectMany(s => s.DescendantNodesAndSelf()).OfType<IdentifierNameSyntax>().Select(n => model.GetSymbolInfo(n, cancellationToken).Symbol)
                         .OfType<ILocalSymbol>().Concat(list.Skip(from).Take(at - from).SelectMany(s => RetryUnit.Declared(s, model))).Where(l => SessionTypes.Is(l.Type)).ToList())
            {
                var place = local.DeclaringSyntaxReferences[0].GetSyntax(cancellationToken).ListStatement() is { } declaration ? CallPath.Position(list, declaration) : -1;
                grown |= place >= 0 && place < at && sessions.Add(local);
                from = place >= 0 ? System.Math.Min(from, place) : from;
            }
        }

        var declared = new HashSet<ISymbol>(list.Skip(from).Take(at - from).SelectMany(s => RetryUnit.Declared(s, model)), SymbolEqualityComparer.Default);
        var to = Enumerable.Range(at, list.Count - at).Last(i => i == at || list[i].DescendantNodes().OfType<IdentifierNameSyntax>().Any(n => model.GetSymbolInfo(n, cancellationToken).Symbol is { } s && declared.Contains(s)));
        var (before, behind) = (list.Skip(from).Take(at - from).ToList(), list.Skip(at + 1).Take(to - at).ToList());

        // What is computed from the session before the retry would be computed in it; what stands in between and has nothing to do with it is not ours to move.
        return declared.Any(d => d is ILocalSymbol { IsConst: true }) || before.Concat(behind).Any(s => s is not (LocalDeclarationStatementSyntax or ExpressionStatementSyntax)
                || !lines.OwnsItsLines(s) || lines.HasDirective(lines.FirstLine(s), lines.LastLine(s))) || before.Any(s => s is ExpressionStatementSyntax && !Names(s, sessions, model, cancellationToken))
            || behind.SelectMany(s => RetryUnit.Declared(s, model)).Any(l => list.Skip(to + 1).Any(s => s.DescendantNodes().OfType<IdentifierNameSyntax>().Any(n => SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(n, cancellationToken).Symbol, l))))
            ? null
            : new OpenedInside(before, list[at], behind, scope.Unit, model, lines);
    }

    public TextEdits? Edits()
    {
        var edits = new TextEdits();
        foreach (var statement in before.Concat(behind))
        {
            lines.DeleteLines(edits, lines.FirstLine(statement), lines.LastLine(statement));
        }

        return (unit switch
        {
            BlockSyntax block => InBlock(edits, block),
            AnonymousFunctionExpressionSyntax { Block: { } block } lambda when behind.Count == 0 || !block.DescendantNodes(n => !SyntaxSearch.IsFunction(n)).Any(n => n is ReturnStatementSyntax) => CanAwait(lambda) && InBlock(edits, block),
            AnonymousFunctionExpressionSyntax { ExpressionBody: { } body } lambda => AsBlock(edits, lambda, body),
            _ => false,
        }) ? edits : null;
    }

    private static bool Names(StatementSyntax statement, HashSet<ISymbol> sessions, SemanticModel model, CancellationToken cancellationToken) =>
        statement.DescendantNodes().OfType<IdentifierNameSyntax>().Any(n => model.GetSymbolInfo(n, cancellationToken).Symbol is { } symbol && sessions.Contains(symbol));

    private bool Awaits => before.Concat(behind).Any(s => s is LocalDeclarationStatementSyntax { AwaitKeyword.RawKind: not 0 } || s.DescendantNodes(n => !SyntaxSearch.IsFunction(n)).Any(n => n is AwaitExpressionSyntax));

    private bool CanAwait(AnonymousFunctionExpressionSyntax lambda) => lambda.AsyncKeyword.RawKind != 0 || !Awaits;

    private bool InBlock(TextEdits edits, BlockSyntax block)
    {
        if (block.Statements.Count == 0 || !lines.OwnsItsLines(block.Statements[0], startOnly: true) || !lines.OwnsItsLines(block.Statements[block.Statements.Count - 1]))
        {
            return false;
        }

        // Success leaves the loop: what belongs to the unit comes before that.
        var first = block.Statements[0];
        var last = block.Statements[block.Statements.Count - 1];
        var leaves = last is BreakStatementSyntax or ContinueStatementSyntax || (last is ReturnStatementSyntax { Expression: null });
        if (behind.Count > 0 && (last is ReturnStatementSyntax { Expression: not null } || block.DescendantNodes(n => !SyntaxSearch.IsFunction(n)).Any(n => n is ReturnStatementSyntax or BreakStatementSyntax && n != last)))
        {
            return false;
        }

        var indentation = lines.Indentation(lines.LineOf(first.SpanStart));
        edits.Insert(lines.Text.Lines[lines.FirstLine(first)].Start, Text(before, indentation));
        if (behind.Count > 0)
        {
            if (leaves)
            {
                edits.Insert(lines.Text.Lines[lines.FirstLine(last)].Start, Text(behind, indentation));
            }
            else
            {
                lines.InsertBehind(edits, lines.LastLine(last), Text(behind, indentation));
            }
        }

        return true;
    }

    /// <summary><c>() => connection.ExecuteAsync(…)</c> becomes a block.</summary>
    private bool AsBlock(TextEdits edits, AnonymousFunctionExpressionSyntax lambda, ExpressionSyntax body)
    {
        var isTask = model.GetTypeInfo(body).Type is var type && RetryUnit.IsTask(type);
        var isAsync = lambda.AsyncKeyword.RawKind != 0;
        if ((!isAsync && !isTask && Awaits) || !lines.OwnsItsLines(retry) || lambda.DescendantTrivia().Any(t => !string.IsNullOrWhiteSpace(t.ToString())))
        {
            return false;
        }

        var given = retry switch
        {
            ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax } => true,
            ExpressionStatementSyntax => false,
            _ => true,
        };
        if (given && behind.Count > 0)
        {
            return false;
        }

        var outer = lines.Indentation(lines.LineOf(retry.SpanStart));
        var inner = outer + lines.IndentationStep(retry);
        var end = lines.LineEnd(lines.LineOf(retry.SpanStart));
        var run = (given ? "return " : "") + (isTask && !isAsync ? "await " : "") + body + ";";
        if (isTask && !isAsync)
        {
            edits.Insert(lambda.SpanStart, "async ");
        }

        edits.Replace(TextSpan.FromBounds(ArrowOf(lambda).Span.End, body.Span.End), $"{end}{outer}{{{end}{Text(before, inner)}{inner}{run}{end}{Text(behind, inner)}{outer}}}");
        return true;
    }

    private static SyntaxToken ArrowOf(AnonymousFunctionExpressionSyntax lambda) => ((LambdaExpressionSyntax)lambda).ArrowToken;

    private string Text(IReadOnlyList<StatementSyntax> statements, string indentation)
    {
        var text = new StringBuilder();
        foreach (var statement in statements)
        {
            text.Append(lines.Take(lines.FirstLine(statement), lines.LastLine(statement), lines.Indentation(lines.LineOf(statement.SpanStart)), indentation));
        }

        return text.ToString();
    }
}
