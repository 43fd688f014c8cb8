using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>
/// The handlers of the <c>try</c> that a call leaves, for the call alone: what they tell of its failure (a log entry, a metric), and how they throw on or what they answer, without
/// the end of the region. So the failure of the call is told as before, although it has left the <c>try</c>. Where a handler goes on and nothing is left to go on with, it leaves.
/// </summary>
internal sealed class OwnHandlers
{
    private readonly TryStatementSyntax attempt;
    private readonly SourceLines lines;
    private readonly HashSet<StatementSyntax> ends;

    private OwnHandlers(TryStatementSyntax attempt, SourceLines lines, HashSet<StatementSyntax> ends) => (this.attempt, this.lines, this.ends) = (attempt, lines, ends);

    /// <summary>A handler answers the failure (<c>return false</c>, <c>continue</c>), or the caller never hears of it: somebody decides by that what became of the work.</summary>
    public bool Answer { get; private init; }

    /// <summary>Null where a handler goes on with what stands behind the <c>try</c>, or does something with the database.</summary>
    private static OwnHandlers? Of(TryStatementSyntax attempt, HeldCall call, CancellationToken cancellationToken)
    {
        if (attempt.Finally is { } final && !final.Block.Statements.All(IsEnd))
        {
            return null;
        }

        var ends = new HashSet<StatementSyntax>();
        var (exit, answer) = (ExitOf(attempt), false);
        foreach (var handler in attempt.Catches)
        {
            var statements = handler.Block.Statements;
            if ((RunsOff(handler, call.Model) && (exit is null || !call.Lines.StartsLine(handler.Block.CloseBraceToken))) || handler.DescendantNodes().Any(node => node is GotoStatementSyntax) || !call.Lines.StartsLine(handler.CatchKeyword) || call.Lines.HasDirective(call.Lines.LineOf(handler.SpanStart), call.Lines.LineOf(handler.Span.End)) || (handler.Filter is { } filter && Uses(filter)))
            {
                return null;
            }

            foreach (var statement in statements)
            {
                if (IsEnd(statement) && call.Lines.OwnsItsLines(statement))
                {
                    ends.Add(statement);
                }
                else if (Uses(statement) || !call.Lines.OwnsItsLines(statement))
                {
                    return null;
                }

                // What it jumps to is around the region as well: no loop and no switch is left on the way.
                answer |= call.Facts.Of(statement).JumpsWithoutThrow;
            }

            answer |= RunsOff(handler, call.Model);
        }

        var exits = attempt.Catches.Where(handler => RunsOff(handler, call.Model)).Select(handler => (handler.Block.CloseBraceToken, call.Lines.IndentationStep(attempt) + exit)).ToList();
        return new OwnHandlers(attempt, call.Lines, ends) { Answer = answer, Exits = exits };

        bool IsEnd(StatementSyntax statement) => RollbackHandlers.EndsRegion(statement, call.Region, call.Model, cancellationToken);
        bool Uses(SyntaxNode node) => call.Facts.UsesRegion(node, call.Region);
    }

    /// <summary>
    /// A handler that stays around a place gives a value for the failure, makes up for it or notes it somewhere: it was true of work that is rolled back. One that only logs says nothing about the work, and
    /// one for the database's failures does not see the call's.
    /// </summary>
    public static bool AnswerAround(StatementSyntax place, HeldCall call) => place.Ancestors().TakeWhile(around => !SyntaxSearch.IsFunction(around)).OfType<TryStatementSyntax>()
        .Where(attempt => attempt.Block.Span.Contains(place.Span)).SelectMany(attempt => attempt.Catches)
        .Where(handler => handler.Declaration is null || call.Model.GetTypeInfo(handler.Declaration.Type).Type is not { } type || !DataLibrary.IsInLibrary(type))
        .Any(handler => handler.Block.DescendantNodes(node => !SyntaxSearch.IsFunction(node)).Any(node => node is ReturnStatementSyntax { Expression: not null })
            || (call.Facts.OfAll(handler.Block.Statements) is var told && (told.UsesDatabase || told.HasEffect || told.Writes.Except(told.Declares, SymbolEqualityComparer.Default).Any()) && RunsOff(handler, call.Model)));

    /// <summary>Behind a <c>try</c> that is the last thing to do in a loop or a function: the way that a handler goes when it runs off its end.</summary>
    private static string? ExitOf(TryStatementSyntax attempt)
    {
        for (StatementSyntax last = attempt; last.Parent is BlockSyntax block && last == block.Statements.Last();)
        {
            var around = block.Parent;
            while (around is UsingStatementSyntax { Parent: UsingStatementSyntax outer })
            {
                around = outer;
            }

            switch (around)
            {
                case WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax:
                    return "continue;";
                case UsingStatementSyntax or BlockSyntax or TryStatementSyntax:
                    last = (StatementSyntax)around;
                    break;
                case { } function when SyntaxSearch.IsFunction(function):
                    return function.DescendantNodes(inner => inner == function || !SyntaxSearch.IsFunction(inner)).Any(node => node is YieldStatementSyntax) ? null : "return;";
                default:
                    return null;
            }
        }

        return null;
    }

    private static bool RunsOff(CatchClauseSyntax handler, SemanticModel model) => model.AnalyzeControlFlow(handler.Block) is not { Succeeded: true, EndPointIsReachable: false };

    /// <summary>The exits of the handlers of the <c>try</c>, deeper by a step than the braces that they stand before.</summary>
    public IReadOnlyList<(SyntaxToken Brace, string Line)> Exits { get; private init; } = [];

    /// <summary>Those of the <c>try</c> around a list on the call's way out.</summary>
    public static OwnHandlers? Of(HeldCall call, int rung, CancellationToken cancellationToken) =>
        call.Path.Rungs[rung + 1].Child is TryStatementSyntax attempt ? Of(attempt, call, cancellationToken) : null;

    /// <summary>What is around the lists below one only opens and ends the region; or it is one <c>try</c> that tells of failures as well, whose handlers come back.</summary>
    public static bool CanLeave(HeldCall call, int rung, out OwnHandlers? handlers, CancellationToken cancellationToken)
    {
        var others = Enumerable.Range(0, rung).Where(i => !call.Path.Rungs[i].CanBeLeft).ToList();
        handlers = others.Count == 1 ? Of(call, others[0], cancellationToken) : null;
        return others.Count == 0 || handlers is not null;
    }

    /// <summary>What a handler answers may depend on what the statements write that the call would pass.</summary>
    public bool AnswerBy(IEnumerable<SyntaxNode> passed, FactSource facts)
    {
        if (!Answer)
        {
            return false;
        }

        var told = facts.OfAll(attempt.Catches.SelectMany(handler => handler.Block.Statements.Where(statement => !ends.Contains(statement))));
        return passed.Select(facts.Of).Any(other => told.Mentions.Overlaps(other.Writes) || told.MemberReads.Overlaps(other.MemberWrites)
            || told.Objects.Keys.Any(key => other.Objects.TryGetValue(key, out var use) && (use & ~ObjectUse.Looks) != 0));
    }

    /// <summary>The call in a <c>try</c> of its own, with the declarations of what is read behind it in front. Null where one of them needs its value.</summary>
    /// <param name="call">The call.</param>
    /// <param name="group">The call with what moves along.</param>
    /// <param name="behind">What may read what the group declares.</param>
    /// <param name="indentation">Of the list that the call goes to.</param>
    /// <param name="step">One step of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public string? Around(HeldCall call, StatementGroup group, IEnumerable<StatementSyntax> behind, string indentation, string step, CancellationToken cancellationToken)
    {
        var facts = call.Facts;
        var edits = new TextEdits();
        var hoisting = new Hoisting(call.Model, lines, cancellationToken);
        var crossing = group.Statements.SelectMany(statement => facts.Of(statement).Declares).Where(local => behind.Any(statement => facts.Of(statement).Mentions.Contains(local))).ToList();
        if (!hoisting.TryHoist(edits, crossing) || hoisting.DeletedLines.Count > 0 || edits.InOrder() is not { } changes)
        {
            return null;
        }

        var changed = lines.Text.WithChanges(changes);
        if (changed.Lines.Count != lines.Text.Lines.Count)
        {
            return null;
        }

        var (from, to) = (lines.FirstLine(group.First), lines.LastLine(group.Last));
        var end = lines.LineEnd(from);
        var options = (CSharpParseOptions)attempt.SyntaxTree.Options;
        var body = new SourceLines(CSharpSyntaxTree.ParseText(changed, options, cancellationToken: cancellationToken).GetRoot(cancellationToken), changed)
            .Take(from, to, lines.Indentation(lines.LineOf(group.First.SpanStart)), indentation + step);
        var text = new StringBuilder();
        foreach (var declaration in hoisting.Declarations)
        {
            text.Append(indentation).Append(declaration).Append(end);
        }

        return text + Around(body, indentation);
    }

    /// <summary>Lines in a <c>try</c> with the handlers.</summary>
    /// <param name="body">The lines, as deep as they come to stand.</param>
    /// <param name="indentation">Of the <c>try</c>.</param>
    public string Around(string body, string indentation)
    {
        var end = lines.LineEnd(lines.LineOf(attempt.SpanStart));
        var opensOnItsLine = lines.LineOf(attempt.TryKeyword.SpanStart) == lines.LineOf(attempt.Block.OpenBraceToken.SpanStart);
        return indentation + (opensOnItsLine ? "try {" : "try" + end + indentation + "{") + end + body + indentation + "}" + end
            + string.Concat(attempt.Catches.Select(handler => Copy(handler, indentation)));
    }

    /// <summary>The lines of a handler but those that end the region, and the blank lines that only those were separated by.</summary>
    private string Copy(CatchClauseSyntax handler, string indentation)
    {
        var (first, last) = (lines.LineOf(handler.SpanStart), lines.LineOf(handler.Span.End));
        var gone = ends.Where(handler.Contains).Select(end => (From: lines.FirstLine(end), To: lines.LastLine(end))).ToList();
        var text = new StringBuilder();
        var open = true;
        for (var line = first; line <= last; line++)
        {
            if (gone.Any(range => range.From <= line && line <= range.To) || (lines.IsBlank(line) && open))
            {
                continue;
            }

            foreach (var (_, exit) in Exits.Where(exit => exit.Brace == handler.Block.CloseBraceToken && lines.LineOf(exit.Brace.SpanStart) == line))
            {
                text.Append(indentation).Append(exit).Append(lines.LineEnd(line));
            }

            text.Append(lines.Take(line, line, lines.Indentation(first), indentation));
            open = lines.IsBlank(line) || lines.OpensBlock(line);
        }

        return text.ToString();
    }
}
