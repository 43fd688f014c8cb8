using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Writes a retry around a unit: with Polly, or as a bounded loop with exponential back-off and jitter.</summary>
/// <param name="unit">What runs again.</param>
/// <param name="filter">For which failures.</param>
/// <param name="model">The model of the document.</param>
/// <param name="lines">Its lines.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class RetryWriter(RetryUnit unit, RetryFilter filter, SemanticModel model, SourceLines lines, CancellationToken cancellationToken)
{
    /// <summary>Five attempts, with about 0.2, 0.4, 0.8 and 1.6 seconds in between.</summary>
    private const string Pause = "100 * (1 << {0}) + {1}";

    /// <summary>The unit as a delegate of a pipeline. Null where it is no delegate, or no type is there to have the pipeline.</summary>
    public TextEdits? Pipeline()
    {
        var edits = new TextEdits();
        if (!PipelineField.IsReferenced(model.Compilation) || (unit.Expression is null && !CanBeDelegate()) || PipelineField.NameFor(unit.Function, filter, edits, model, lines) is not { } pipeline)
        {
            return null;
        }

        var token = TokenIn(edits);
        if (unit.Expression is { } expression)
        {
            AroundExpression(edits, expression, pipeline, token);
            return edits;
        }

        var run = unit.IsAsync ? $"await {pipeline}.ExecuteAsync(async {token ?? "_"} =>" : $"{pipeline}.Execute({token ?? "()"} =>";
        var result = unit.Returns.Any(r => r.Expression is not null) ? "return " : "";
        return Around(edits, [result + run, "{"], ["}" + Given(token) + ")" + (unit.IsAsync ? Configured : "") + ";"], depth: 1) ? edits : null;
    }

    /// <summary>The unit in a <c>try</c> in a counted loop. Null where a jump out of it would mean another loop, or what it declares cannot be declared before it.</summary>
    public TextEdits? Loop()
    {
        var edits = new TextEdits();
        if (unit.Statements.Count == 0 || unit.Jumps || (!unit.IsAsync && (unit.Expression is null ? ReturnsTask : RetryUnit.IsTask(model.GetTypeInfo(unit.Expression, cancellationToken).Type))) || !StatementIsUnit()
            || !Imports.TryAdd(edits, model, unit.Statements[0], lines, unit.IsAsync ? [filter.Type, "System.Random", "System.TimeSpan", "System.Threading.Tasks.Task"] : [filter.Type, "System.Random", "System.Threading.Thread"]))
        {
            return null;
        }

        var hoisting = new Hoisting(model, lines, cancellationToken);
        if (!hoisting.TryHoist(edits, ReadBehind()) || hoisting.DeletedLines.Count > 0)
        {
            return null;
        }

        var (attempt, failure) = (NewNames.Free("attempt", model, unit.Function), NewNames.Free("ex", model, unit.Function));
        var pause = string.Format(System.Globalization.CultureInfo.InvariantCulture, Pause, attempt, HasShared ? "Random.Shared.Next(100)" : "new Random().Next(100)");
        var wait = unit.IsAsync ? $"await Task.Delay(TimeSpan.FromMilliseconds({pause}){(unit.Token.Text is { } token ? ", " + token : "")}){Configured};" : $"Thread.Sleep({pause});";
        string[] head = [.. hoisting.Declarations, $"for (var {attempt} = 1; ; {attempt}++)", "{", Step + "try", Step + "{"];
        string[] tail = [.. Break(), Step + "}", $"{Step}catch ({filter.ShortType} {failure}) when ({filter.TestOf(failure)} && {attempt} < 5)", Step + "{", Step + Step + wait, Step + "}", "}", .. lines.IsBlank(LastLine + 1) || lines.ClosesBlock(LastLine + 1) || LastLine + 1 == lines.Text.Lines.Count ? System.Array.Empty<string>() : [""]];
        return Around(edits, head, tail, depth: 2) ? edits : null;
    }

    private string Step => lines.IndentationStep(unit.Statements[0]);

    private int LastLine => lines.LastLine(unit.Statements[unit.Statements.Count - 1]);

    /// <summary>Success leaves the loop, behind a block with a line of its own.</summary>
    private string[] Break() => !EndIsReachable ? [] : lines.ClosesBlock(LastLine) ? ["", Step + Step + "break;"] : [Step + Step + "break;"];

    private string Configured => unit.Configured ? ConfiguredAwait.Text : "";

    private bool HasShared => model.Compilation.GetTypeByMetadataName("System.Random")?.GetMembers("Shared").Any() == true;

    /// <summary>A task that goes out of a method that does not await it is not over when the method is.</summary>
    private bool ReturnsTask => unit.Returns.Any(r => r.Expression is { } e && RetryUnit.IsTask(model.GetTypeInfo(e, cancellationToken).Type));

    /// <summary>No jump leaves it, a return leaves the function anyway, and nothing behind it reads what it declares.</summary>
    private bool CanBeDelegate() =>
        !unit.Jumps && (unit.Returns.Count == 0 || unit.EndsFunction) && ReadBehind().Count == 0 && (unit.IsAsync || !ReturnsTask);

    /// <summary>Only a statement that is nothing but the call may be repeated in its place; the condition of an <c>if</c> is none.</summary>
    private bool StatementIsUnit() => unit.Expression is null || unit.Statements[0] is ExpressionStatementSyntax or ReturnStatementSyntax or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0 };

    private bool EndIsReachable
    {
        get
        {
            var last = unit.Statements[unit.Statements.Count - 1];
            return last is not (ReturnStatementSyntax or ThrowStatementSyntax)
                && (last.Parent is GlobalStatementSyntax || model.AnalyzeControlFlow(unit.Statements[0], last) is not { Succeeded: true, EndPointIsReachable: false });
        }
    }

    private IReadOnlyCollection<ISymbol> ReadBehind()
    {
        var list = unit.Statements[0].Siblings();
        var declared = new HashSet<ISymbol>(unit.Statements.SelectMany(s => RetryUnit.Declared(s, model)), SymbolEqualityComparer.Default);
        return declared.Count == 0 ? [] : list.Skip(CallPath.Position(list, unit.Statements[unit.Statements.Count - 1]) + 1).SelectMany(s => s.DescendantNodes()).OfType<IdentifierNameSyntax>()
            .Select(n => model.GetSymbolInfo(n, cancellationToken).Symbol).OfType<ISymbol>().Where(declared.Contains).Distinct(SymbolEqualityComparer.Default).ToList();
    }

    /// <summary>The delegate's own token, under which the unit names it from now on; null where it names none.</summary>
    private string? TokenIn(TextEdits edits)
    {
        if (unit.Token.Uses.Count == 0)
        {
            return null;
        }

        var name = unit.Token.Text == "ct" ? "ct" : NewNames.Free("ct", model, unit.Expression ?? (SyntaxNode)unit.Statements[0].Parent!);
        foreach (var use in unit.Token.Uses.Where(_ => name != unit.Token.Text))
        {
            edits.Replace(use.Span, name);
        }

        return name;
    }

    /// <summary>The token behind the delegate. A synchronous delegate that does not name it is not given it.</summary>
    private string Given(string? token) => unit.Token.Text is { } text && (unit.IsAsync || token is not null) ? ", " + text : "";

    private void AroundExpression(TextEdits edits, ExpressionSyntax expression, string pipeline, string? token)
    {
        if (expression is AwaitExpressionSyntax)
        {
            edits.Insert(expression.SpanStart, $"await {pipeline}.ExecuteAsync(async {token ?? "_"} => ");
            edits.Insert(expression.Span.End, $"{Given(token)}){Configured}");
        }
        else if (model.GetTypeInfo(expression, cancellationToken).Type is { } type && RetryUnit.IsTask(type))
        {
            var given = unit.Token.Text is { } text ? ", " + text : "";
            edits.Insert(expression.SpanStart, $"{pipeline}.ExecuteAsync(async {token ?? "_"} => await ");
            edits.Insert(expression.Span.End, $"{given})" + (type.Name == "Task" ? ".AsTask()" : ""));
        }
        else
        {
            edits.Insert(expression.SpanStart, $"{pipeline}.Execute({token ?? "()"} => ");
            edits.Insert(expression.Span.End, (token is null ? "" : ", " + unit.Token.Text) + ")");
        }
    }

    /// <summary>Lines before and behind the statements, which move in by so many steps.</summary>
    private bool Around(TextEdits edits, IEnumerable<string> head, IEnumerable<string> tail, int depth)
    {
        var (first, last) = (unit.Statements[0], unit.Statements[unit.Statements.Count - 1]);
        var (from, to) = (lines.FirstLine(first), lines.LastLine(last));
        if (!lines.OwnsItsLines(first, startOnly: true) || !lines.OwnsItsLines(last) || lines.HasDirective(from, to))
        {
            return false;
        }

        var indentation = lines.Indentation(lines.LineOf(first.SpanStart));
        var end = lines.LineEnd(from);
        edits.Insert(lines.Text.Lines[from].Start, string.Concat(head.Select(line => indentation + line + end)));
        lines.Indent(edits, from, to, string.Concat(Enumerable.Repeat(Step, depth)));
        lines.InsertBehind(edits, to, string.Concat(tail.Select(line => line.Length == 0 ? end : indentation + line + end)));
        return true;
    }
}
