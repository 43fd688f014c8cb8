using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Rules.Pooling;

/// <summary>
/// PGTX310: a setting, a lock or a temporary table on a connection string with <c>No Reset On Close</c>, and a path that gives the connection back without undoing it. The next user
/// of the pool has it.
/// </summary>
internal sealed class PGTX310SessionStateLeaks : PoolingRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX310",
        "Session state leaks to the next user of the pool",
        "{0}: '{1}' is still there when the connection goes back to the pool, and 'No Reset On Close' keeps Npgsql from resetting it",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "No Reset On Close leaves a session as it is when its connection goes back to Npgsql's pool. What was set in it, locked or created stays for whoever opens a connection next, unless every path undoes it, failures too. SET LOCAL, pg_advisory_xact_lock and ON COMMIT DROP end with the transaction.",
        RuleHelp.LinkFor("PGTX310"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(SessionUse use, PoolerGate gate)
    {
        // Behind a pooler the stronger statement is made by 301, 302 or 305.
        if (use is not { Sql: { } sql, Sink: { } sink, Text: { } text } || IsPooled(use, gate) || !Keeps(use, gate) || SessionFlow.Leaves(sql, use.Node, null).IsEmpty)
        {
            yield break;
        }

        var left = use.Flow.Left.Where(l => l.Item.Call == sink.Call || l.Item.Text == text.Content).Select(l => l.Item).FirstOrDefault();
        if (left is not null)
        {
            var (place, words) = PlaceOf(use, left.Kind);
            yield return Diagnostic.Create(Rule, use.PlaceOf(place), Enumerable.Empty<Location>(), Region(use), Symptom(left.Kind), words ?? use.Words(place));
        }
    }

    private static bool Keeps(SessionUse use, PoolerGate gate) => !use.Origin.Strings.IsEmpty && use.Origin.Strings.All(s => s.KeepsSessions(gate.Npgsql) && s.IsPooled(gate.Npgsql));

    private static string Symptom(SessionItemKind kind) => kind switch
    {
        SessionItemKind.Lock => "The next user of the pool holds this lock without knowing it",
        SessionItemKind.TempTable => "The next user of the pool meets this table (42P07)",
        _ => "The next user of the pool runs with this setting",
    };

    private static (SqlSpan Place, string? Words) PlaceOf(SessionUse use, SessionItemKind kind)
    {
        foreach (var statement in use.Sql!.Statements)
        {
            if (kind == SessionItemKind.TempTable ? statement.Kind == SqlKind.CreateTemp
                : kind == SessionItemKind.Setting && statement.Kind is SqlKind.Set or SqlKind.SetRole or SqlKind.SetSessionAuthorization or SqlKind.SetSessionCharacteristics)
            {
                return (statement.Focus, null);
            }

            var wanted = kind == SessionItemKind.Lock ? SqlCallKind.SessionAdvisoryLock : SqlCallKind.SetConfig;
            if (kind != SessionItemKind.TempTable && statement.Calls.FirstOrDefault(c => c.Kind == wanted && c.IsLocal != true) is { } call)
            {
                return kind == SessionItemKind.Lock ? (call.NameSpan, call.Name) : (call.Span, null);
            }
        }

        return (use.Sql.Statements[0].Focus, null);
    }
}
