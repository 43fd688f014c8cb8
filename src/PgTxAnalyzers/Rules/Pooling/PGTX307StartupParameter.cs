using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Rules.Pooling;

/// <summary>
/// PGTX307: a keyword that Npgsql sends as a start-up parameter, in a string for a pooler. PgBouncer knows a few of them and refuses the connection for any other
/// (08P01), unless its configuration drops or tracks it.
/// </summary>
internal sealed class PGTX307StartupParameter : PoolingRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX307",
        "Start-up parameter that the pooler rejects",
        "Opening fails with 08P01 'unsupported startup parameter: {0}': '{1}' is sent to the pooler ({2}) when the connection opens",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "PgBouncer takes client_encoding, DateStyle, TimeZone, standard_conforming_strings and application_name at start-up, and what track_extra_parameters names. ignore_startup_parameters drops a parameter silently. Use SET LOCAL, or ALTER ROLE … SET.",
        RuleHelp.LinkFor("PGTX307"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(ConnectionSite site, PoolerGate gate)
    {
        if (!gate.IsKnown || site.IsPiece || !gate.IsForPooler(site))
        {
            yield break;
        }

        if (IsSet(site, ConnectionKeyword.SearchPath) && !gate.Admits("search_path"))
        {
            yield return Finding(site, ConnectionKeyword.SearchPath, "search_path", gate);
        }

        if (IsSet(site, ConnectionKeyword.Options) && !gate.Admits("options") && Refused(site.Text.ValueOf(ConnectionKeyword.Options, gate.Npgsql), gate) is { } refused)
        {
            yield return Finding(site, ConnectionKeyword.Options, refused, gate);
        }

        // PgBouncer passes replication connections through since 1.23.
        if (site.Text.ValueOf(ConnectionKeyword.ReplicationMode, gate.Npgsql) is { } mode && !mode.Equals("Off", StringComparison.OrdinalIgnoreCase) && gate.Options.PgBouncerVersion is { } version && version < new Version(1, 23))
        {
            yield return Finding(site, ConnectionKeyword.ReplicationMode, "replication", gate);
        }
    }

    private static bool IsSet(ConnectionSite site, ConnectionKeyword keyword) => site.Text.Find(keyword) is { IsEmpty: false };

    /// <summary>The first parameter of <c>-c name=value</c> that the pooler does not know; null where it knows all of them.</summary>
    private static string? Refused(string? options, PoolerGate gate)
    {
        if (options is null)
        {
            // What a program puts in here is not known: it may well be a time zone.
            return null;
        }

        // PgBouncer looks into them since 1.20; before, there is no such parameter.
        if (gate.Options.PgBouncerVersion is { } version && version < new Version(1, 20))
        {
            return "options";
        }

        var words = options.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            var setting = word == "-c" && i + 1 < words.Length ? words[++i] : word.StartsWith("--", StringComparison.Ordinal) || word.StartsWith("-c", StringComparison.Ordinal) ? word.Substring(2) : null;
            var name = setting?.Split('=')[0].ToLowerInvariant().Replace('-', '_');
            if (name is null)
            {
                return "options";
            }

            if (!gate.Tracks(name) && !gate.Admits(name))
            {
                return name + " in options";
            }
        }

        return null;
    }

    private static Diagnostic Finding(ConnectionSite site, ConnectionKeyword keyword, string parameter, PoolerGate gate) =>
        Diagnostic.Create(Rule, site.PlaceOf(keyword), Places(null, gate), ImmutableDictionary<string, string?>.Empty.Add("pgtx.keyword", keyword.ToString()), parameter, ConnectionKeywords.Of(keyword).Name, gate.Evidence?.Text);
}
