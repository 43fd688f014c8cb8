using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.TransactionApi;

/// <summary>A commit in front of a return. What is returned and read in the transaction is read first.</summary>
internal sealed class CommitBeforeReturn(Region region, IReadOnlyList<StatementSyntax> commits, FactSource facts, SourceLines lines)
{
    /// <summary>As the method commits elsewhere.</summary>
    private readonly StatementSyntax commit = commits[0];

    /// <summary>Null: the transaction may be over already, a reader is open, or what is returned may still be read in it when the statement has ended.</summary>
    public TextEdits? Plan(ReturnStatementSyntax end)
    {
        // `if (ok) { commit; } return ok;`: a second commit throws where the first was made, and keeps what the condition has given up where it was not.
        if (commits.Any(made => RunsOn.Reaches(made, end, facts.Model, loop => !loop.Span.Contains(region.Begin.Span))))
        {
            return null;
        }

        if (RegionEnds.GoOn(end.EnclosingFunction()!, end.SpanStart, region, facts.Model) || OpenReaders.At(end.SpanStart, behind: 0, end.EnclosingFunction()!, facts.Model))
        {
            return null;
        }

        if (end.Expression is not { } returned || !facts.UsesRegion(returned, region))
        {
            return Replace(end, commit.ToString(), end.ToString());
        }

        if (!IsDone(returned))
        {
            return null;
        }

        var name = NewNames.Free("result", facts.Model, end.EnclosingFunction()!);
        return Replace(end, $"var {name} = {returned};", commit.ToString(), $"return {name};");
    }

    private bool IsDone(ExpressionSyntax returned) =>
        facts.Model.GetTypeInfo(returned).Type is { } type && PlainData.IsPlain(type)

            // A sequence may be read where it is enumerated. One that was awaited has been: Dapper buffers.
            && (returned is AwaitExpressionSyntax || type is not INamedTypeSymbol { Name: "IEnumerable" });

    /// <summary>Statements in place of the return: on lines of their own, or on its line where it shares one.</summary>
    private TextEdits? Replace(ReturnStatementSyntax end, params string[] statements)
    {
        var edits = new TextEdits();
        var line = lines.LineOf(end.SpanStart);
        var lineEnd = lines.LineEnd(line);
        if (end.IsInList())
        {
            edits.Replace(end.Span, string.Join(lines.StartsLine(end.GetFirstToken()) ? lineEnd + lines.Indentation(line) : " ", statements));
            return edits;
        }

        // `if (…) return …;` becomes a block.
        var around = end.Parent is ElseClauseSyntax { Parent: IfStatementSyntax test } ? test : end.Parent as StatementSyntax;
        if (around is null)
        {
            return null;
        }

        var outer = lines.Indentation(lines.LineOf(end.Parent!.SpanStart));
        var inner = outer + lines.IndentationStep(around);
        edits.Replace(
            TextSpan.FromBounds(end.GetFirstToken().GetPreviousToken().Span.End, end.Span.End),
            $"{lineEnd}{outer}{{{lineEnd}{inner}{string.Join(lineEnd + inner, statements)}{lineEnd}{outer}}}");
        return edits;
    }
}
