using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX207: a unit that a retry runs twice does something twice: rows from a tracker that still knows the first attempt, a total that goes on from
/// where it was, a charge.
/// </summary>
internal sealed class PGTX207UnitNotReplayable : RetryRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX207",
        "Retried unit cannot be replayed",
        "{0}: the retry at line {1} runs the unit again after a lost connection",
        "Retry",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "What is retried runs from its beginning, with everything that the first attempt has left: tracked entities, changed variables, requests that were sent. Begin each attempt with a new or cleared context, keep totals inside, and send what cannot be taken back after the unit.",
        RuleHelp.LinkFor("PGTX207"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create(
        "CreateExecutionStrategy", "IExecutionStrategy", "ResiliencePipeline", "Policy", "AsyncPolicy", "IAsyncPolicy", "ISyncPolicy", "AsyncRetryPolicy", "ResiliencePipelineProvider",
        "NpgsqlException", "PostgresException", "DbException", "DbUpdateException", "SaveChanges", "SaveChangesAsync");

    public override IEnumerable<Diagnostic> Examine(RetryFile file)
    {
        var effects = new SideEffects(file.Retry, file.Cancellation);
        foreach (var unit in Units(file))
        {
            var line = unit.Scope.At.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
            if (!unit.HasDatabaseWork)
            {
                continue;
            }

            foreach (var save in unit.SavesOfTracked())
            {
                yield return Diagnostic.Create(
                    Rule,
                    save.GetLocation(),
                    new[] { unit.Text.GetLocation() },
                    ImmutableDictionary<string, string?>.Empty.Add("pgtx.tracker", RetryContext.ReceiverOf(save)!.ToString()),
                    $"What the first attempt tracked is saved once more, or its change is lost: '{RetryContext.ReceiverOf(save)}' comes from outside and its tracker is not cleared",
                    line);
            }

            // To clear the tracker would lose the changes at once: no fix.
            foreach (var (save, owner) in unit.SavesOfCallers())
            {
                yield return Finding(save, $"What the caller has changed is lost when the commit fails: this save has accepted it, and the next attempt finds nothing to save ('{owner}' comes from outside)", line);
            }

            // The fix would have to know what the method does with what it is handed.
            foreach (var (call, owner, save) in unit.SavesOfTrackedBelow())
            {
                yield return Diagnostic.Create(
                    Rule,
                    call.GetLocation(),
                    new[] { unit.Text.GetLocation(), save.GetLocation() },
                    $"What the first attempt tracked is saved once more, or its change is lost: '{owner}' comes from outside and its tracker is not cleared",
                    line);
            }

            foreach (var (change, local) in unit.Accumulations())
            {
                yield return Finding(change, $"'{local.Name}' counts the first attempt as well: it is declared outside of the unit", line);
            }

            foreach (var call in effects.RunsInRegion(unit.Scope) ? Enumerable.Empty<InvocationExpressionSyntax>() : unit.Calls)
            {
                // Of calls in each other, the innermost reaches out. Inside a region PGTX101 speaks.
                if (effects.Of(call) is { } chain && !call.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(inner => effects.Of(inner) is not null)
                    && !effects.IsInRegion(call) && !(IsMessage(call, file) && effects.HasOutbox()))
                {
                    yield return Finding(call, $"'{string.Join(" → ", chain)}' is done twice", line);
                }
            }
        }
    }

    private static bool IsMessage(InvocationExpressionSyntax call, RetryFile file) => file.Retry.FactOf(call, out _, file.Cancellation).Kind == SinkKind.Broker;

    /// <summary>The scopes of a file: delegates that are handed to one, and the blocks of retry loops.</summary>
    private static IEnumerable<RepeatedUnit> Units(RetryFile file)
    {
        foreach (var node in file.Root.DescendantNodes())
        {
            switch (node)
            {
                case AnonymousFunctionExpressionSyntax { Parent: ArgumentSyntax } lambda when file.Retry.Runners.Has(lambda, file.Cancellation) && file.Retry.Scopes.Around(lambda, out _, file.Cancellation) is { Kind: not RetryKind.Loop } scope && scope.Unit == lambda:
                    yield return new RepeatedUnit(scope, lambda, file.Retry, file.Cancellation);
                    break;
                case TryStatementSyntax { Catches.Count: > 0 } attempt when RetryLoop.Of(attempt, file.Model, file.Cancellation) is { Loop: { } loop } retry:
                    yield return new RepeatedUnit(new RetryScope(RetryKind.Loop, attempt.Block, retry.Catch, true, true), loop, file.Retry, file.Cancellation);
                    break;
            }
        }
    }

    private static Diagnostic Finding(SyntaxNode place, string what, int line) => Diagnostic.Create(Rule, place.GetLocation(), what, line);
}
