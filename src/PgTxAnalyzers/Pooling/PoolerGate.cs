using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Options;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Pooling;

/// <summary>
/// Whether a pooler lies between the program and the server, in which mode, and by which evidence. The option decides; without it, <c>pgbouncer.ini</c>, then the connection
/// strings of configuration files, then those of the sources.
/// </summary>
internal sealed class PoolerGate
{
    private PoolerGate(PgTxOptions options, PgBouncerIni? ini, int npgsql, bool anyShows, bool anyKeeps, PoolingMode mode, PoolerEvidence? evidence)
    {
        (Options, Ini, Npgsql, AnyStringShowsPooler, AnyStringKeepsSessions, Mode, Evidence) = (options, ini, npgsql, anyShows, anyKeeps, mode, evidence);
    }

    public PgTxOptions Options { get; }

    /// <summary>The file that says most; null where there is none.</summary>
    public PgBouncerIni? Ini { get; }

    /// <summary>The major version of Npgsql that is referenced.</summary>
    public int Npgsql { get; }

    /// <summary>Transaction, Statement, Session, or None.</summary>
    public PoolingMode Mode { get; }

    /// <summary>A session can be another one from one transaction to the next.</summary>
    public bool IsOn => Mode is PoolingMode.Transaction or PoolingMode.Statement;

    /// <summary>A pooler is known, in whatever mode.</summary>
    public bool IsKnown => IsOn || Mode == PoolingMode.Session;

    public PoolerEvidence? Evidence { get; }

    /// <summary>Some connection string leads to a pooler: one that does not is then a direct one.</summary>
    public bool AnyStringShowsPooler { get; }

    /// <summary>Some connection string has <c>No Reset On Close</c>.</summary>
    public bool AnyStringKeepsSessions { get; }

    /// <summary>The pooler keeps track of prepared statements of the protocol (PgBouncer 1.21 and later, with <c>max_prepared_statements</c> above 0).</summary>
    public bool TracksPreparedStatements
    {
        get
        {
            var version = Options.PgBouncerVersion;
            if (version is not null && version < new Version(1, 21))
            {
                return false;
            }

            // The setting is one of 1.21: an older PgBouncer would not start with it, so it says the version too.
            return (Ini?.MaxPreparedStatements ?? Options.PgBouncerMaxPreparedStatements ?? (version >= new Version(1, 24) ? 200 : 0)) > 0;
        }
    }

    /// <summary>The pooler answers <c>DEALLOCATE ALL</c> itself (PgBouncer 1.22 and later).</summary>
    public bool AnswersDeallocateAll => TracksPreparedStatements && Options.PgBouncerVersion >= new Version(1, 22);

    /// <summary>The pooler gives each client its own value of the parameter, so that a SET reaches nobody else.</summary>
    public bool Tracks(string? setting) =>
        setting is "timezone" or "datestyle" or "intervalstyle" or "client_encoding" or "standard_conforming_strings" or "application_name"
        || (setting is not null && Ini is { } ini && ini.TrackedExtraParameters.Contains(setting));

    /// <summary>The pooler takes the start-up parameter: it drops it, or keeps it per client.</summary>
    public bool Admits(string parameter) => Ini is { } ini && (ini.IgnoredStartupParameters.Contains(parameter) || ini.TrackedExtraParameters.Contains(parameter));

    /// <summary>A command on this connection goes through the pooler, as far as anybody can tell.</summary>
    public bool Counts(ConnectionOrigin origin)
    {
        if (origin.IsNamed(Options.DirectConnections))
        {
            return false;
        }

        return origin.Strings.IsEmpty || !AnyStringShowsPooler || origin.Strings.Any(text => text.ShowsPooler(Npgsql) || text.IsPartial || text.Hosts(Npgsql).IsEmpty);
    }

    /// <summary>The string is one for the pooler, surely.</summary>
    public bool IsForPooler(ConnectionSite site)
    {
        if (IsDirect(site.Text))
        {
            return false;
        }

        if (AnyStringShowsPooler)
        {
            return site.Text.ShowsPooler(Npgsql);
        }

        // A developer's own server, a test's and a migration's are behind no pooler, whatever the option says of production.
        return IsKnown && !site.IsForTools && site.Text.Hosts(Npgsql) is { IsEmpty: false } hosts && !(site.IsInConfiguration && DevelopmentSettings.Holds(site.Path, hosts));
    }

    private bool IsDirect(ConnectionStringText text) =>
        text.Hosts(Npgsql).Any(host => Options.DirectConnections.Any(part => host.Name.IndexOf(part, StringComparison.OrdinalIgnoreCase) >= 0));

    /// <param name="strings">The connection strings in sight, with their places: first those of configuration files.</param>
    public static PoolerGate Create(
        PgTxOptions options, ImmutableArray<(PgBouncerIni Ini, Location At)> files, int npgsql, IReadOnlyCollection<(ConnectionStringText Text, Location At)> strings)
    {
        var shows = strings.FirstOrDefault(s => s.Text.ShowsPooler(npgsql));
        var keeps = strings.Any(s => s.Text.KeepsSessions(npgsql));
        var file = files.FirstOrDefault(f => f.Ini.WidestPoolMode != PgBouncerPoolMode.Session);
        var ini = file.Ini ?? (files.IsEmpty ? null : files[0].Ini);
        var (mode, evidence) = options.Pooling switch
        {
            PoolingMode.None => (PoolingMode.None, null),
            PoolingMode.Session => (PoolingMode.Session, Option()),
            PoolingMode.Transaction or PoolingMode.Statement => (options.Pooling, Option()),
            _ when file.Ini is { } pooling => (pooling.WidestPoolMode == PgBouncerPoolMode.Statement ? PoolingMode.Statement : PoolingMode.Transaction, PoolerEvidence.Of(file.At)),

            // A file that is there and says session, whole: the port belongs to that pooler.
            _ when ini is { HasIncludes: false } => (PoolingMode.Session, PoolerEvidence.Of(files[0].At)),
            _ when shows.Text is not null => (PoolingMode.Transaction, PoolerEvidence.Of(shows.At)),
            _ => (PoolingMode.None, (PoolerEvidence?)null),
        };
        return new PoolerGate(options, ini, npgsql, shows.Text is not null, keeps, mode, evidence);

        PoolerEvidence Option() => new($"pgtx.pooling = {options.Pooling.ToString().ToLowerInvariant()}", null);
    }
}
