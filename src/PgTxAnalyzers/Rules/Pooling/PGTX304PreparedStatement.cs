using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Rules.Pooling;

/// <summary>
/// PGTX304: a prepared statement behind a pooler that does not keep track of it. It lives in one server connection; on the next one its name is unknown (26000), or taken by
/// another client (42P05). PgBouncer follows those of the protocol from 1.21 on, with <c>max_prepared_statements</c>; those of SQL never.
/// </summary>
internal sealed class PGTX304PreparedStatement : PoolingRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX304",
        "Prepared statement behind a transaction pooler",
        "Fails with 26000 'prepared statement does not exist' or 42P05 'already exists': '{0}' {1}, which the pooler ({2}) hands to another client after each {3}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A prepared statement lives in one server connection. A pooler in transaction mode gives the client another one; only PgBouncer 1.21 and later with max_prepared_statements above 0 prepares the statement there again, and only for Prepare and Max Auto Prepare, not for SQL PREPARE.",
        RuleHelp.LinkFor("PGTX304"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(SessionUse use, PoolerGate gate)
    {
        if (use.Api == SessionApi.Prepare && !gate.TracksPreparedStatements && IsPooled(use, gate))
        {
            yield return Diagnostic.Create(Rule, use.Node.GetLocation(), Places(null, gate), use.Name, Prepares, gate.Evidence?.Text, After(gate));
        }

        if (use.Sql?.Statements.FirstOrDefault(s => IsSqlPrepare(s, gate)) is { } prepare && IsPooled(use, gate))
        {
            yield return Diagnostic.Create(
                Rule, use.PlaceOf(prepare.Focus), Places(use.LiteralOf(prepare.Focus), gate), use.Words(prepare.Focus), "names a statement of the session", gate.Evidence?.Text, After(gate));
        }
    }

    /// <summary>DEALLOCATE ALL is answered by PgBouncer itself from 1.22 on.</summary>
    private static bool IsSqlPrepare(SqlStatement statement, PoolerGate gate) =>
        statement.Kind is SqlKind.Prepare or SqlKind.Execute || (statement.Kind == SqlKind.Deallocate && !(statement.Name == "ALL" && gate.AnswersDeallocateAll));

    public override IEnumerable<Diagnostic> Examine(ConnectionSite site, PoolerGate gate)
    {
        if (gate.IsOn && !gate.TracksPreparedStatements && !site.IsPiece && site.Text.NumberOf(ConnectionKeyword.MaxAutoPrepare, gate.Npgsql) > 0 && gate.IsForPooler(site))
        {
            yield return Diagnostic.Create(Rule, site.PlaceOf(ConnectionKeyword.MaxAutoPrepare), Places(null, gate), "Max Auto Prepare", Prepares, gate.Evidence?.Text, After(gate));
        }
    }

    private const string Prepares = "prepares in one session";
}
