using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Rules.HeldTransactions;

/// <summary>
/// PGTX105: a call takes another connection from the pool while a transaction keeps one. As many requests as the pool has connections, and
/// each waits for the second one of another; a lock of the first that the second waits for is a deadlock that PostgreSQL cannot see.
/// </summary>
internal sealed class PGTX105SecondConnection : FlowRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX105",
        "Second connection is taken while a transaction is open",
        "{0}: '{1}' takes a second connection while {2} keeps one",
        "HeldTransactions",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "While the transaction is open, the second connection has to come out of the same pool: under load all requests wait for each other's. What it writes is committed on its own, and a row lock between the two is a deadlock that the server cannot see. In a TransactionScope two open connections become a prepared transaction, which the server refuses by default (55000).",
        RuleHelp.LinkFor("PGTX105"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(BodyFlow flow) =>
        DeedCalls.Of(flow, Deed.SecondConnection).Where(call => call.Region.Kind == RegionKind.Scope || !IsTest(flow)).Select(call => HeldCallText.Finding(
            Rule,
            call,
            call.Region.Kind == RegionKind.Scope ? "Prepared transactions are disabled (55000)" : "The connection pool runs dry under load",
            HeldCallText.Chain(call.Reach),
            Lower(HeldCallText.Subject(call))));

    /// <summary>A test of what concurrent transactions see opens several on purpose, and nobody else waits for its pool.</summary>
    private static bool IsTest(BodyFlow flow) => flow.Compilation is { } compilation && ToolCode.IsTestProject(compilation);

    private static string Lower(string subject) => "t" + subject.Substring(1);
}
