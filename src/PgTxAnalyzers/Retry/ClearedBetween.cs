using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Retry;

/// <summary>Whether a context's tracker is emptied between two attempts: behind the failure of the one, in front of the next.</summary>
internal sealed class ClearedBetween
{
    private readonly RetryScope scope;
    private readonly ISymbol db;
    private readonly HelperBodies helpers;
    private readonly RetryContext context;
    private readonly CancellationToken cancellation;

    public ClearedBetween(RepeatedUnit unit, ISymbol db, RetryContext context, CancellationToken cancellation) =>
        (scope, this.db, helpers, this.context, this.cancellation) = (unit.Scope, db, new HelperBodies(unit, context, cancellation), context, cancellation);

    public bool Holds => scope switch
    {
        { Kind: RetryKind.Loop, Unit: BlockSyntax { Parent: TryStatementSyntax attempt } } when RetryLoop.LoopAround(attempt) is { } loop => ClearsBeside(attempt, loop) || ClearHandlers(attempt),

        // A method of the project's own that runs the delegate again may clear a tracker itself: whose it is is hard to say, so silence.
        { At: InvocationExpressionSyntax call } => ClearsOnRetry(call) || helpers.Clear(new[] { call }),
        _ => false,
    };

    /// <summary>In the loop, in front of the try or behind it: a condition there asks which attempt it is, or whether it has failed, so any clear counts, as in the unit itself.</summary>
    private bool ClearsBeside(TryStatementSyntax attempt, StatementSyntax loop) =>
        loop.DescendantNodes(n => n != attempt && n is not AnonymousFunctionExpressionSyntax).OfType<InvocationExpressionSyntax>().Any(Clears);

    /// <summary>Each way from the handlers that a lost connection enters back into the try comes past a clear, in a handler or in a finally.</summary>
    private bool ClearHandlers(TryStatementSyntax attempt)
    {
        if (GraphOf(attempt) is not { } graph || RegionOf(attempt, graph) is not { } region)
        {
            return false;
        }

        var model = context.Model(attempt);
        var entries = region.NestedRegions.Skip(1).Where((_, i) => i < attempt.Catches.Count && Handler.Of(attempt.Catches[i], model, cancellation) != Caught.Nothing).Select(r => r.FirstBlockOrdinal);
        var (first, last) = (region.NestedRegions[0].FirstBlockOrdinal, region.NestedRegions[0].LastBlockOrdinal);
        return !Leads(entries, block => block.Ordinal >= first && block.Ordinal <= last, graph);
    }

    /// <summary>Without a clear on the way, control can come from one of the blocks to one that is looked for. Each block is visited once.</summary>
    private bool Leads(IEnumerable<int> entries, Func<BasicBlock, bool> isTarget, ControlFlowGraph graph)
    {
        var open = new Stack<BasicBlock>(entries.Select(e => graph.Blocks[e]));
        var seen = new HashSet<int>();
        while (open.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var block = open.Pop();
            if (!seen.Add(block.Ordinal) || BlockOperations.Of(block).SelectMany(o => o.DescendantsAndSelf()).Any(o => o is IInvocationOperation { Syntax: InvocationExpressionSyntax call } && Clears(call)))
            {
                continue;
            }

            if (isTarget(block))
            {
                return true;
            }

            foreach (var branch in new[] { block.FallThroughSuccessor, block.ConditionalSuccessor })
            {
                // A finally clears where its end cannot be reached without.
                if (branch?.Destination is { } next && branch.FinallyRegions.All(f => Leads(new[] { f.FirstBlockOrdinal }, EndsFinally, graph)))
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }

    private static bool EndsFinally(BasicBlock block) => block.FallThroughSuccessor is { Semantics: ControlFlowBranchSemantics.StructuredExceptionHandling };

    /// <summary>The graph of the innermost function around a statement.</summary>
    private ControlFlowGraph? GraphOf(SyntaxNode statement)
    {
        var body = statement.Ancestors().Where(a => a is not ArrowExpressionClauseSyntax).Select(BodyCatalog.Body).FirstOrDefault(b => b is not null);
        return body is null || context.Compilation.Bodies.Graph(body, cancellation) is not { } graph ? null
            : NestedBodies.Of(graph, (_, symbol) => IsAround(symbol), cancellation).Select(n => n.Graph).LastOrDefault() ?? graph;

        bool IsAround(IMethodSymbol function) => function.DeclaringSyntaxReferences.Any(r => r.SyntaxTree == statement.SyntaxTree && r.Span.Contains(statement.Span));
    }

    /// <summary>A try with its handlers. Regions have no syntax: it is found from an operation in its block, by how many tries with handlers stand between the two.</summary>
    private static ControlFlowRegion? RegionOf(TryStatementSyntax attempt, ControlFlowGraph graph)
    {
        foreach (var block in graph.Blocks)
        {
            if (BlockOperations.Of(block).Select(o => o.Syntax).FirstOrDefault(s => attempt.Block.Span.Contains(s.Span)) is { } syntax)
            {
                var between = syntax.Ancestors().TakeWhile(a => a != attempt).OfType<TryStatementSyntax>().Count(t => t.Catches.Count > 0 && t.Block.Span.Contains(syntax.Span));
                for (var region = block.EnclosingRegion; region is not null; region = region.EnclosingRegion)
                {
                    if (region is { Kind: ControlFlowRegionKind.Try, EnclosingRegion: { Kind: ControlFlowRegionKind.TryAndCatch } all } && between-- == 0)
                    {
                        return all;
                    }
                }
            }
        }

        return null;
    }

    /// <summary><c>WaitAndRetryAsync(…, onRetry: (e, pause) => db.ChangeTracker.Clear())</c>, <c>OnRetry = args => …</c>: what the policy does before it tries again.</summary>
    private bool ClearsOnRetry(InvocationExpressionSyntax runner) =>
        scope.Kind == RetryKind.Policy && RetryContext.ReceiverOf(runner) is { } policy && Policies.Making(policy, context.Model(policy), cancellation) is { } making
        && making.DescendantNodesAndSelf().OfType<AnonymousFunctionExpressionSyntax>().Any(lambda => IsOnRetry(lambda) && lambda.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(Clears));

    private bool IsOnRetry(AnonymousFunctionExpressionSyntax lambda) => lambda.Parent switch
    {
        AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "OnRetry" } } => true,
        ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } argument => context.Model(call).GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol method
            && RetryScopes.ParameterOf(method, argument)?.Name is "onRetry" or "onRetryAsync",
        _ => false,
    };

    /// <summary>The call clears this tracker, or leads to a method that clears one.</summary>
    private bool Clears(InvocationExpressionSyntax call) => RepeatedUnit.IsClear(call, db, context, cancellation) || helpers.Clear(new[] { call });
}
