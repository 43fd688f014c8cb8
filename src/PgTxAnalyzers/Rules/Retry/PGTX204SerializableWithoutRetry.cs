using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX204: a transaction that PostgreSQL may refuse with 40001 by design, and nobody who runs it again. Under load a share of the requests fails,
/// and each of them would have succeeded the second time.
/// </summary>
internal sealed class PGTX204SerializableWithoutRetry : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX204",
        "Serializable transaction has no retry",
        "Under load this fails with 40001 and reaches the user as an error: the transaction is {0}{1}, and nothing runs it again",
        "Retry",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Serializable and repeatable-read transactions end with 40001 when another one has got in their way; the server expects the program to run them again as a whole. Put the unit, from the begin to the commit, into a retry scope, or state ReadCommitted.",
        RuleHelp.LinkFor("PGTX204"));

    /// <summary>The unit is not where it begins: no fix can wrap it there.</summary>
    public const string Kept = "pgtx.kept";

    private static readonly ImmutableDictionary<string, string?> IsKept = ImmutableDictionary<string, string?>.Empty.Add(Kept, "true");

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow)
    {
        if (flow.Facts is not { Context: { } context, Root: { } root } facts)
        {
            yield break;
        }

        foreach (var begin in facts.Worked.Keys.Union(facts.Kept).OrderBy(b => b.SpanStart))
        {
            if (!RegionPlaces.IsIn(root, begin) || begin is not ExpressionSyntax call || facts.Isolations.ContainsKey(begin) || Levels.Of(call, context.Retry, facts.Cancellation) is not { } level)
            {
                continue;
            }

            if (!(facts.Worked.ContainsKey(begin) ? level.IsSnapshot && OnlyReads(facts, begin) : level.IsSnapshot || !IsCalled(begin, context.Retry, facts)) && !context.Retry.Coverage.IsCovered(Repeated(call, context.Retry, facts), Need.Conflict, facts.Cancellation))
            {
                yield return Diagnostic.Create(Rule, begin.GetLocation(), facts.Worked.ContainsKey(begin) ? null : IsKept, level.Name, level.IsDefault ? ", the default of TransactionScope" : "");
            }
        }

        foreach (var sent in facts.Isolations.Keys.OrderBy(i => i.SpanStart))
        {
            if (!(facts.Isolations[sent] == SqlIsolation.RepeatableRead && OnlyReads(facts, sent)) && RegionPlaces.IsIn(root, sent) && !context.Retry.Coverage.IsCovered(sent, Need.Conflict, facts.Cancellation))
            {
                yield return Diagnostic.Create(Rule, sent.GetLocation(), facts.Isolations[sent] == SqlIsolation.Serializable ? "serializable" : "repeatable read", "");
            }
        }
    }

    /// <summary><c>strategy.ExecuteInTransaction(work, …)</c> begins inside of the scope that it is itself: what it is given is what runs again.</summary>
    private static SyntaxNode Repeated(ExpressionSyntax begin, RetryContext retry, RootFacts facts) =>
        begin is InvocationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } && retry.FactOf(begin, out _, facts.Cancellation).Role == ApiRole.TransactionRunner
            ? arguments.Select(a => a.Expression).OfType<AnonymousFunctionExpressionSyntax>().FirstOrDefault()?.Body ?? (SyntaxNode)begin
            : begin;

    /// <summary>
    /// Of a transaction that a unit of work keeps, another member does the work, and who calls the two decides whether it is done again: without a caller in sight nobody knows.
    /// </summary>
    private static bool IsCalled(SyntaxNode begin, RetryContext retry, RootFacts facts) =>
        begin.Ancestors().FirstOrDefault(a => a is MemberDeclarationSyntax or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax) is BaseMethodDeclarationSyntax declaration
        && retry.Model(begin).GetDeclaredSymbol(declaration, facts.Cancellation) is IMethodSymbol method && retry.Coverage.CallersOf(method, facts.Cancellation).Any();

    /// <summary>In a snapshot nothing conflicts with what only reads (PostgreSQL documentation, 13.2.2).</summary>
    private static bool OnlyReads(RootFacts facts, SyntaxNode begin) => facts.Worked.ContainsKey(begin) && !facts.Updated.Contains(begin);
}
