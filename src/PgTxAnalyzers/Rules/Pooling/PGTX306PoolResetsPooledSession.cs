using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Rules.Pooling;

/// <summary>
/// PGTX306: Npgsql's pool in front of a pooler in transaction mode, without <c>No Reset On Close</c>. Npgsql sends DISCARD ALL with the first command of the next rent, to a
/// server connection that is no longer the one that was used.
/// </summary>
internal sealed class PGTX306PoolResetsPooledSession : PoolingRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX306",
        "Npgsql pool resets a pooled server connection",
        "Another client loses its locks and prepared statements, and this one gets protocol errors under load: Npgsql pools connections to the pooler ({0}) and sends DISCARD ALL to whatever server connection comes next; add 'No Reset On Close=true'",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "With Pooling on, Npgsql resets a connection before it is used again. Behind a pooler in transaction mode the reset runs on a server connection that others use as well. No Reset On Close=true leaves it out; so does Pooling=false.",
        RuleHelp.LinkFor("PGTX306"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(ConnectionSite site, PoolerGate gate)
    {
        // In session mode the server connection is the client's own: the reset does no harm there.
        if (gate.IsOn && !site.IsPiece && !site.IsOpenEnded && !site.Text.IsPartial && gate.IsForPooler(site) && site.Text.IsPooled(gate.Npgsql)
            && site.Text.BooleanOf(ConnectionKeyword.NoResetOnClose, gate.Npgsql) == false && site.Text.BooleanOf(ConnectionKeyword.Multiplexing, gate.Npgsql) != true)
        {
            yield return Diagnostic.Create(Rule, site.Whole, Places(null, gate), gate.Evidence?.Text);
        }
    }
}
