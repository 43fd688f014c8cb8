using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// A unit of several statements that each commit by themselves. When a later one loses the connection, the next attempt begins with what is committed already: rows are added once more, or the unit
/// finds its own first attempt and turns away. One statement alone is asked nothing here, nor are those of one transaction.
/// </summary>
/// <param name="context">The compilation's.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class CommittedAlone(RetryContext context, CancellationToken cancellationToken)
{
    /// <summary>Calls that are followed into each other.</summary>
    private const int MaxDepth = 8;

    private readonly SqlTexts texts = new(context, cancellationToken);
    private readonly HashSet<ISymbol> chain = new(SymbolEqualityComparer.Default);

    public bool IsRepeatedBy(SyntaxNode root, TextSpan unit) => Of(root.DescendantNodes(unit).Where(node => unit.Contains(node.Span)).ToList(), unit, isHeld: false).Repeats;

    /// <summary>What a stretch of code does in the database, as far as its repetition is concerned.</summary>
    private sealed class Work
    {
        /// <summary>It asks the database for something.</summary>
        public bool Runs { get; set; }

        /// <summary>A second run adds rows, or takes others.</summary>
        public bool Adds { get; set; }

        /// <summary>To run it again is to run a part of it again that is committed, and that a second run does otherwise.</summary>
        public bool Repeats { get; set; }

        /// <summary>Something comes behind a change that is committed by then.</summary>
        public bool GoesOn { get; set; }

        /// <summary>It may refuse what it has read.</summary>
        public bool Throws { get; set; }

        public bool Begins { get; set; }

        public bool Ends { get; set; }

        public List<string> Reads { get; } = [];

        /// <summary>The tables that it changes; null for one that is not known.</summary>
        public List<string?> Changes { get; } = [];
    }

    /// <param name="Node">Where it stands.</param>
    /// <param name="Transaction">The begin of the transaction that it is part of.</param>
    /// <param name="Work">What it does.</param>
    private sealed record Step(SyntaxNode Node, SyntaxNode? Transaction, Work Work);

    private Work Of(IReadOnlyList<SyntaxNode> nodes, TextSpan extent, bool isHeld)
    {
        var steps = new List<Step>();
        var sum = new Work { Throws = nodes.Any(node => node is ThrowStatementSyntax or ThrowExpressionSyntax && !node.Ancestors().TakeWhile(around => extent.Contains(around.Span)).Any(around => around is CatchClauseSyntax)) };
        var prepared = default(List<string>);
        var begin = default(SyntaxNode);

        // What stands in the arguments of a call runs before it.
        foreach (var node in nodes.Where(node => node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or AssignmentExpressionSyntax).OrderBy(node => node.Span.End))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var method = default(IMethodSymbol);
            var role = node is AssignmentExpressionSyntax ? ApiRole.None : context.FactOf((ExpressionSyntax)node, out method, cancellationToken).Role;
            var known = texts.Of(node).ToList();
            var work = role switch
            {
                ApiRole.Begin or ApiRole.Scope => new Work { Begins = true },
                ApiRole.Commit or ApiRole.Rollback => new Work { Ends = true },
                ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Rows => Statement(known.Count > 0 ? known : prepared, method!),
                ApiRole.Copy or ApiRole.Save => new Work { Runs = true, Adds = true, Changes = { null } },
                ApiRole.Query => new Work { Runs = true },

                // A helper in front of a command passes the text on.
                ApiRole.None when node is InvocationExpressionSyntax && known.Count > 0 => Statement(known, method!),
                ApiRole.None when method is not null => Called(method, node, isHeld || begin is not null),
                _ => null,
            };
            if (work is null || (role != ApiRole.None && !work.Runs && !work.Begins && !work.Ends) || (node is not InvocationExpressionSyntax && known.Count > 0))
            {
                prepared = known.Count > 0 ? known : prepared;
                continue;
            }

            (sum.Begins, sum.Ends) = (sum.Begins || work.Begins, sum.Ends || work.Ends);
            begin = work.Begins && !work.Ends ? begin ?? node : begin;
            if (work.Runs)
            {
                steps.Add(new Step(node, begin, work));
            }

            begin = work.Ends ? null : begin;
        }

        foreach (var step in steps.Select(step => step.Work))
        {
            (sum.Runs, sum.Adds) = (true, sum.Adds || step.Adds);
            sum.Reads.AddRange(step.Reads);
            sum.Changes.AddRange(step.Changes);
            sum.Throws |= step.Throws;
            sum.Repeats |= step.Repeats;
            sum.GoesOn |= step.GoesOn;
        }

        sum.GoesOn = !isHeld && (sum.GoesOn || steps.Any(step => step.Work.Changes.Count > 0 && GoesOn(step, steps, extent)));

        sum.Repeats = !isHeld && (sum.Repeats || steps.Any(step => AddsAndGoesOn(step, steps, extent) || IsFoundAgain(step, steps, nodes, extent)));
        return sum;
    }

    /// <summary>A command by its text. Of one that is not in sight its method says whether it reads.</summary>
    private static Work Statement(List<string>? sql, IMethodSymbol method)
    {
        var work = new Work { Runs = true };
        if (sql is null || sql.Count == 0 || sql.Any(text => SqlText.Classify(text).Statements.Any(statement => statement.Kind is SqlKind.Unknown or SqlKind.Empty)))
        {
            work.Adds = method.Name.StartsWith("Execute", StringComparison.Ordinal) && !method.Name.StartsWith("ExecuteScalar", StringComparison.Ordinal) && !method.Name.StartsWith("ExecuteReader", StringComparison.Ordinal);
            work.Changes.AddRange(work.Adds ? [null] : []);
            return work;
        }

        work.Adds = sql.Any(SqlRepetition.AddsRows);
        foreach (var text in sql)
        {
            var changes = SqlText.Classify(text).Statements.Where(statement => statement.Has(SqlEffect.ChangesData)).Select(statement => statement.Target).ToList();
            work.Changes.AddRange(changes);
            work.Reads.AddRange(changes.Count == 0 ? [text] : []);
        }

        return work;
    }

    private Work? Called(IMethodSymbol method, SyntaxNode call, bool isHeld)
    {
        var sum = default(Work);
        foreach (var target in call is InvocationExpressionSyntax ? context.Compilation.Targets.Of(method, Flow.Value.Nothing, false, cancellationToken) : ImmutableArray.Create(method))
        {
            if (chain.Count >= MaxDepth || !chain.Add(target))
            {
                continue;
            }

            // A class with a primary constructor is no body.
            foreach (var body in target.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellationToken)).Where(body => body is not BaseTypeDeclarationSyntax))
            {
                var work = Of(body.DescendantNodes().ToList(), body.Span, isHeld);
                sum = sum is { Runs: true } && !work.Runs ? sum : work;
            }

            chain.Remove(target);
        }

        return sum;
    }

    private bool AddsAndGoesOn(Step step, List<Step> steps, TextSpan extent)
    {
        // Rows that each round commits.
        var place = step.Transaction ?? step.Node;
        var loops = place.Ancestors().TakeWhile(around => extent.Contains(around.Span)).Any(around => RunsOn.IsLoop(around) && !(around is CommonForEachStatementSyntax each && each.Expression.Span.Contains(place.Span)));
        return step.Work.Adds && (loops || GoesOn(step, steps, extent));
    }

    private bool GoesOn(Step step, List<Step> steps, TextSpan extent) => steps.Any(later => IsApart(step, later) && Follows(step, later, extent));

    /// <summary>The unit reads, may turn away for what it has read, and then changes it: the next attempt, after the failure of something behind, reads what this one has committed.</summary>
    private bool IsFoundAgain(Step change, List<Step> steps, IReadOnlyList<SyntaxNode> nodes, TextSpan extent) =>
        change.Work.Changes.Count > 0
        && steps.Any(read => IsApart(read, change) && read.Work.Reads.Any(sql => change.Work.Changes.Any(table => table is null || sql.IndexOf(table, StringComparison.OrdinalIgnoreCase) >= 0))
            && Follows(read, change, extent) && (read.Work.Throws || nodes.Any(node => IsTurn(node) && node.SpanStart > read.Node.SpanStart && node.Span.End < change.Node.SpanStart)))
        && (change.Work.GoesOn || GoesOn(change, steps, extent));

    private static bool IsTurn(SyntaxNode node) => node is ThrowStatementSyntax or ThrowExpressionSyntax or ReturnStatementSyntax;

    /// <summary>They are no parts of one transaction.</summary>
    private static bool IsApart(Step one, Step other) => one != other && (one.Transaction is null || one.Transaction != other.Transaction);

    private bool Follows(Step one, Step later, TextSpan extent)
    {
        var from = one.Node.FirstAncestorOrSelf<StatementSyntax>();
        return from is null || !extent.Contains(from.Span) || from.Span.Contains(later.Node.Span) ? one.Node.Span.End < later.Node.Span.End
            : RunsOn.Reaches(from, later.Node, context.Model(from), loop => extent.Contains(loop.Span));
    }
}
