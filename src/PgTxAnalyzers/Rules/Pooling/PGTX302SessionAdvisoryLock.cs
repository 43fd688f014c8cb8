using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Rules.Pooling;

/// <summary>
/// PGTX302: an advisory lock of the session behind a pooler. Whoever is given the server connection next has the lock too, and the unlock is sent to another one.
/// </summary>
internal sealed class PGTX302SessionAdvisoryLock : PoolingRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX302",
        "Session advisory lock behind a transaction pooler",
        "{0}: '{1}' is a lock of the session, which the pooler ({2}) hands to another client after each {3}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A session lock stays with the server connection. Behind a pooler in transaction mode another client gets that connection, and with it the lock; the unlock goes to whatever connection comes next. pg_advisory_xact_lock ends with the transaction.",
        RuleHelp.LinkFor("PGTX302"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(SessionUse use, PoolerGate gate)
    {
        if (use.Api == SessionApi.DistributedLock && IsPooled(use, gate))
        {
            yield return Diagnostic.Create(Rule, use.Node.GetLocation(), Places(null, gate), Held, use.Name, gate.Evidence?.Text, After(gate));
        }

        if (use.Sql is not { } sql || !IsPooled(use, gate))
        {
            yield break;
        }

        var call = sql.Statements.SelectMany(s => s.Calls).FirstOrDefault(c => c.Kind is SqlCallKind.SessionAdvisoryLock or SqlCallKind.SessionAdvisoryUnlock);
        if (call is not null)
        {
            var isLock = call.Kind == SqlCallKind.SessionAdvisoryLock;
            yield return Diagnostic.Create(
                Rule, use.PlaceOf(call.NameSpan), Places(use.LiteralOf(call.NameSpan), gate), Region(use), isLock ? Held : Kept, call.Name, gate.Evidence?.Text, After(gate));
        }
    }

    private const string Held = "Two processes hold this lock at once, or nobody can release it";

    private const string Kept = "The unlock returns false and the lock stays, when it is sent to another server connection than the lock";
}
