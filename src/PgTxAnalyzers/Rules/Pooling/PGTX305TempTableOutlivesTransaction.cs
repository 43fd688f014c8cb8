using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Rules.Pooling;

/// <summary>
/// PGTX305: a temporary table behind a pooler that does not end with its transaction. The next command may run on a server connection without it (42P01), and another client
/// may find it there (42P07). With ON COMMIT DROP and no transaction around it, it is gone before anybody reads it.
/// </summary>
internal sealed class PGTX305TempTableOutlivesTransaction : PoolingRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX305",
        "Temporary table outlives its transaction",
        "{0}: '{1}' {2}, and the pooler ({3}) hands the session to another client after each {4}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A temporary table belongs to the session. Behind a pooler in transaction mode it has to be created, used and dropped in one transaction: BEGIN, CREATE TEMP TABLE … ON COMMIT DROP, COMMIT.",
        RuleHelp.LinkFor("PGTX305"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(SessionUse use, PoolerGate gate)
    {
        if (use.Sql is not { } sql || !IsPooled(use, gate))
        {
            yield break;
        }

        for (var i = 0; i < sql.Statements.Length; i++)
        {
            var create = sql.Statements[i];
            if (create.Kind == SqlKind.CreateTemp && What(use, sql, i) is { } what)
            {
                yield return Diagnostic.Create(
                    Rule, use.PlaceOf(create.Focus), Places(use.LiteralOf(create.Focus), gate), Region(use), what.Symptom, use.Words(create.Focus), what.Why, gate.Evidence?.Text, After(gate));
                yield break;
            }
        }
    }

    private static (string Symptom, string Why)? What(SessionUse use, SqlSummary sql, int index)
    {
        var create = sql.Statements[index];
        if (create.OnCommit == SqlOnCommit.Drop)
        {
            return use.IsAlone ? ("The table is gone when the next command looks for it (42P01)", "is dropped at the end of its own statement, since no transaction is around it") : null;
        }

        // Created and dropped in one text: one implicit transaction, an error takes it back.
        if (create.Target is { } name && sql.Statements.Skip(index + 1).Any(s => s.Kind == SqlKind.Ddl && s.Verb == "DROP TABLE" && s.Target == name)
            && !sql.Statements.Any(s => s.Has(SqlEffect.Commits)))
        {
            return null;
        }

        return ("The next command does not find the table (42P01), or the next client does (42P07)", "stays with the session");
    }
}
