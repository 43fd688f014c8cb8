using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Retry;
using PgTxAnalyzers.Rules.HeldTransactions;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX206: the retry repeats a statement, and what has to be repeated is the unit: the connection is gone, or the transaction is aborted and refuses every
/// statement with 25P02.
/// </summary>
internal sealed class PGTX206RetryInsideBrokenUnit : RetryRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX206",
        "Retry repeats the statement inside the broken unit",
        "{0}",
        "Retry",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "After a failed statement the transaction is aborted (25P02), and after a lost connection there is none. Open the connection and begin the transaction inside the retry scope; in a handler, roll back first, or go back to a savepoint.",
        RuleHelp.LinkFor("PGTX206"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override ImmutableArray<string> Words { get; } = RepeatedStatements.Openers.Concat(RepeatedStatements.Transactions).Concat(CallersCommands.Types).ToImmutableArray();

    public override IEnumerable<Diagnostic> Examine(RetryFile file) =>
        RepeatedStatements.In(file).Select(repeated => Diagnostic.Create(
            Rule,
            repeated.Statement.GetLocation(),
            new[] { repeated.Opened.GetLocation() },
            repeated is { Opened: ParameterSyntax command, IsTransaction: false }
                ? $"Every further attempt fails: the retry repeats the caller's command '{command.Identifier.ValueText}', and the connection that it came with is closed once it is lost"
                : repeated.Opened is ParameterSyntax parameter
                ? $"Every further attempt fails with 25P02: the retry repeats the statement inside the caller's transaction '{parameter.Identifier.ValueText}', which its failure has aborted"
                : repeated.IsTransaction
                ? $"Every further attempt fails with 25P02: the retry repeats the statement inside the transaction begun at {HeldCallText.Line(repeated.Opened, repeated.Statement)}, which its failure has aborted"
                : $"Every further attempt fails: the retry repeats the statement on the connection opened at {HeldCallText.Line(repeated.Opened, repeated.Statement)}, which is closed once it is lost"));

    /// <summary>The same in a handler: commands in the transaction that the handled failure has aborted. The flow knows.</summary>
    internal sealed class InHandlers : FlowRule
    {
        public override DiagnosticDescriptor Descriptor => Rule;

        public override IEnumerable<Diagnostic> Examine(BodyFlow flow)
        {
            if (flow.Facts is not { Context: { } context, Root: { } root } facts)
            {
                yield break;
            }

            // The first of them is refused; the others would be.
            var uses = facts.UsedBroken.Where(u => !u.IsCommit && RegionPlaces.IsIn(root, u.Handler) && u.Handler.Block.Span.Contains(u.Use.Span));
            foreach (var handler in uses.GroupBy(u => u.Handler).OrderBy(h => h.Key.SpanStart))
            {
                if (BrokenHandlers.CanCatchStatement(handler.Key, context.Retry, facts))
                {
                    var first = handler.OrderBy(u => u.Use.SpanStart).First();
                    yield return Diagnostic.Create(Rule, first.Use.GetLocation(), RegionPlaces.Also(facts, first.Begin),
                        $"This command is refused with 25P02: it runs in the transaction begun at {HeldCallText.Line(first.Begin, first.Use)}, which the failure that is handled here has aborted");
                }
            }
        }
    }
}
