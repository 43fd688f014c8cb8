using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Rules.Pooling;

/// <summary>PGTX303: LISTEN behind a pooler. The server connection that listens is given away, and its notifications with it; no error says so.</summary>
internal sealed class PGTX303ListenBehindPooler : PoolingRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX303",
        "LISTEN behind a transaction pooler",
        "Notifications are lost without an error: '{0}' belongs to the session, which the pooler ({1}) hands to another client after each {2}; a listener needs a direct connection of its own",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "LISTEN registers the server connection. Behind a pooler in transaction mode the client is on another one a moment later, and nothing arrives. Listen on a direct connection to the server, with Pooling=false and Keepalive. NOTIFY works through the pooler.",
        RuleHelp.LinkFor("PGTX303"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(SessionUse use, PoolerGate gate)
    {
        if (use.Api == SessionApi.Notification && IsPooled(use, gate))
        {
            yield return Diagnostic.Create(Rule, use.Node.GetLocation(), Places(null, gate), use.Name, gate.Evidence?.Text, After(gate));
        }

        if (use.Sql?.Statements.FirstOrDefault(s => s.Kind is SqlKind.Listen or SqlKind.Unlisten) is { } listen && IsPooled(use, gate))
        {
            yield return Diagnostic.Create(Rule, use.PlaceOf(listen.Focus), Places(use.LiteralOf(listen.Focus), gate), use.Words(listen.Focus), gate.Evidence?.Text, After(gate));
        }
    }
}
