using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Rules.Pooling;

/// <summary>
/// PGTX308: what else lives in the session behind a pooler: cursors WITH HOLD, cursors without a transaction, loaded libraries, and the value that a sequence gave this session.
/// </summary>
internal sealed class PGTX308OtherSessionFeature : PoolingRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX308",
        "Session feature behind a transaction pooler",
        "{0}: '{1}' belongs to the session, which the pooler ({2}) hands to another client after each {3}",
        Category,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Cursors WITH HOLD, LOAD, and currval or lastval outside of the transaction that took the value are bound to one server connection. Behind a pooler in transaction mode the next command may run on another one.",
        RuleHelp.LinkFor("PGTX308"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(SessionUse use, PoolerGate gate)
    {
        if (use.Sql is { } sql && IsPooled(use, gate) && Found(use, sql) is { } found)
        {
            yield return Diagnostic.Create(Rule, use.PlaceOf(found.Place), Places(use.LiteralOf(found.Place), gate), found.Symptom, found.Words ?? use.Words(found.Place), gate.Evidence?.Text, After(gate));
        }
    }

    private static (SqlSpan Place, string Symptom, string? Words)? Found(SessionUse use, SqlSummary sql)
    {
        var hasNumber = false;
        foreach (var statement in sql.Statements)
        {
            switch (statement.Kind)
            {
                case SqlKind.DeclareCursor when statement.WithHold:
                    return (statement.Focus, "FETCH fails with 34000 on another server connection", null);

                // In a transaction the server connection stays; outside of one DECLARE fails anyway, pooler or not.
                case SqlKind.DeclareCursor when use.IsAlone:
                    return (statement.Focus, "DECLARE fails with 25P01, since no transaction keeps the cursor", null);
                case SqlKind.Load:
                    return (statement.Focus, "The library is loaded into one of many server processes", null);
            }

            // Read in the text or transaction that took the number, it is the session's own.
            var read = statement.Calls.FirstOrDefault(c => c.Kind is SqlCallKind.Currval or SqlCallKind.Lastval);
            if (read is not null && !hasNumber && !statement.Calls.Any(c => c.Kind == SqlCallKind.Nextval) && use.RunsInRegion == false && !use.Sink!.IsBatchPart)
            {
                return (read.Span, "It fails with 55000, or gives the number of another client", read.Name);
            }

            hasNumber |= statement.Kind is SqlKind.Insert or SqlKind.Merge || statement.Has(SqlEffect.ChangesData) || statement.Calls.Any(c => c.Kind == SqlCallKind.Nextval);
        }

        return null;
    }
}
