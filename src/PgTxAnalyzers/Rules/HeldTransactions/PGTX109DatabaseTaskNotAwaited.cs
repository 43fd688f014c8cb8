using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>
/// PGTX109: a command that nobody waits for while its transaction lives. The next command or the commit finds the connection busy; or the command has failed by
/// then, nobody knows, and the commit of what is left answers as if all were well.
/// </summary>
internal sealed class PGTX109DatabaseTaskNotAwaited : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX109",
        "Database task is not awaited inside a transaction",
        "{0} fails with 'A command is already in progress', or commits without this work: the task of '{1}' is {2}",
        "HeldTransactions",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A connection runs one command at a time, and a command that still runs when the transaction ends is not part of it. A task that nobody awaits also takes its exception with it. Await it before the next command and before the commit.",
        RuleHelp.LinkFor("PGTX109"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow)
    {
        var dropped =
            from fact in flow.Held
            where fact.Reach.Says == ReachKind.Dropped
            from region in fact.Regions.Take(1)
            select Finding(flow, fact.Place!, region.Begin, region.Kind, fact.Reach.Chain, "dropped", null);
        var late =
            from task in flow.Facts.LateTasks
            where flow.Body is { } body && body.SyntaxTree == task.Call.SyntaxTree && body.Span.Contains(task.Call.Span)

            // A function that is handed out may wait for it, whenever it runs.
            where task.Holder is not Place.Variable variable || !IsCaptured(variable.Symbol.Name, flow.Body)
            select Finding(
                flow, task.Call, task.Begin, RegionKind.Transaction, ImmutableArray.Create(new Step(task.Name, task.Call)),
                $"still running when the transaction ends ({HeldCallText.Line(task.EndedAt, task.Call)})", task.EndedAt);
        return dropped.Concat(late).GroupBy(f => f.Location).Select(g => g.First()).OrderBy(f => f.Location.SourceSpan.Start);
    }

    private static bool IsCaptured(string name, SyntaxNode? body) =>
        body is not null && body.DescendantNodes().Any(f => f is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax && f.DescendantNodes().OfType<IdentifierNameSyntax>().Any(n => n.Identifier.ValueText == name));

    private static Diagnostic Finding(BodyFlow flow, SyntaxNode place, SyntaxNode begin, RegionKind kind, ImmutableArray<Step> chain, string fate, SyntaxNode? end) =>
        Diagnostic.Create(
            Rule,
            place.GetLocation(),
            new[] { flow.Locate(begin) }.Concat(chain.Skip(1).Select(s => flow.Locate(s.At))).Concat(end is null ? new Location[0] : new[] { flow.Locate(end) }),
            ImmutableDictionary<string, string?>.Empty.Add("pgtx.fate", end is null ? "dropped" : "late"),
            kind == RegionKind.Parameter ? "The caller's transaction" : $"The transaction begun at {HeldCallText.Line(begin, place)}",
            string.Join(" → ", chain.Select(s => s.Name)),
            fate);
}
