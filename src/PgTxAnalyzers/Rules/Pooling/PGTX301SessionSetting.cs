using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Rules.Pooling;

/// <summary>
/// PGTX301: a setting of the session behind a pooler that gives the session to somebody else after the transaction. That client runs with the setting; this one may
/// not have it at the next command. Nothing takes it back: <c>server_reset_query</c> does not run in transaction mode.
/// </summary>
internal sealed class PGTX301SessionSetting : PoolingRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX301",
        "Session-level SET behind a transaction pooler",
        "{0}: '{1}' belongs to the session, which the pooler ({2}) hands to another client after each {3}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "In transaction mode a pooler hands the server connection to another client at the end of each transaction, with every session setting that was made on it. SET LOCAL, or set_config with true, ends with the transaction.",
        RuleHelp.LinkFor("PGTX301"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(SessionUse use, PoolerGate gate)
    {
        if (use.Sql is not { } sql || !IsPooled(use, gate) || Found(sql, gate) is not { } found)
        {
            yield break;
        }

        yield return Diagnostic.Create(
            Rule, use.PlaceOf(found.Place), Places(use.LiteralOf(found.Place), gate), Region(use), found.Symptom, found.Words ?? use.Words(found.Place), gate.Evidence?.Text, After(gate));
    }

    /// <summary>The first setting of the text that outlives it.</summary>
    private static (SqlSpan Place, string Symptom, string? Words)? Found(SqlSummary sql, PoolerGate gate)
    {
        for (var i = 0; i < sql.Statements.Length; i++)
        {
            var statement = sql.Statements[i];
            switch (statement.Kind)
            {
                // What the pooler keeps per client reaches nobody else.
                case SqlKind.Set when gate.Tracks(statement.Setting) || IsGivenBack(sql, i, statement.Setting):
                case SqlKind.Reset when gate.Tracks(statement.Setting) || GivesBack(sql, i, statement.Setting):
                    break;
                case SqlKind.Set:
                    return (statement.Focus, IsOfProgram(statement.Setting) ? Tenant : Setting, null);
                case SqlKind.SetRole or SqlKind.SetSessionAuthorization when !IsGivenBack(sql, i, statement.Setting):
                    return (statement.Focus, "Another client runs with these privileges", null);
                case SqlKind.SetSessionCharacteristics:
                    return (statement.Focus, "Another client's transactions begin this way", null);
                case SqlKind.Reset or SqlKind.Discard:
                    return (statement.Focus, "It resets whatever server connection comes next, perhaps while another client relies on its state", null);
            }

            foreach (var call in statement.Calls)
            {
                if (call is { Kind: SqlCallKind.SetConfig, IsLocal: false } && !gate.Tracks(call.Setting) && !IsTransactionSetting(call.Setting))
                {
                    return (call.Span, IsOfProgram(call.Setting) ? Tenant : Setting, call.Setting is null ? "set_config(…, false)" : $"set_config('{call.Setting}', …, false)");
                }
            }
        }

        return null;
    }

    /// <summary>A name with a dot is the program's own, such as <c>app.tenant</c>, unless an extension that is in wide use reads it: that is tuning, which no policy asks for.</summary>
    private static bool IsOfProgram(string? setting) =>
        setting?.IndexOf('.') is > 0 and var dot && setting.Substring(0, dot) is not ("pg_trgm" or "auto_explain" or "plpgsql" or "pg_stat_statements" or "pgaudit" or "pg_hint_plan" or "hnsw" or "ivfflat" or "timescaledb" or "citus" or "postgis" or "cron");

    private const string Tenant = "Another client reads rows by this value where row-level security asks for it";

    private const string Setting = "Another client runs with this setting, and the next command here perhaps without it";

    /// <summary>These end with the transaction whatever the scope (PostgreSQL documentation, SET TRANSACTION).</summary>
    private static bool IsTransactionSetting(string? setting) => setting is "transaction_isolation" or "transaction_read_only" or "transaction_deferrable";

    /// <summary>
    /// <c>SET x = 1; SELECT …; RESET x</c> in one text is one implicit transaction on one server connection: an error takes the setting back as well.
    /// </summary>
    private static bool IsGivenBack(SqlSummary sql, int index, string? setting) =>
        setting is not null && HasNoControl(sql) && sql.Statements.Skip(index + 1).Any(s => Resets(s, setting));

    private static bool GivesBack(SqlSummary sql, int index, string? setting) =>
        setting is not null && HasNoControl(sql) && sql.Statements.Take(index).Any(s => s.Setting == setting && s.Kind is SqlKind.Set or SqlKind.SetRole or SqlKind.SetSessionAuthorization);

    private static bool Resets(SqlStatement statement, string setting) =>
        (statement.Kind == SqlKind.Reset && statement.Setting == setting) || (statement.IsDefault && statement.Setting == setting && statement.Kind == SqlKind.Set);

    private static bool HasNoControl(SqlSummary sql) => !sql.Statements.Any(s => s.Has(SqlEffect.Begins) || s.Has(SqlEffect.Commits) || s.Has(SqlEffect.RollsBack));
}
