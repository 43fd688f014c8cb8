using System;
using System.Collections.Immutable;
using System.Globalization;

namespace PgTxAnalyzers.Postgres;

/// <summary>How PgBouncer shares its server connections among clients.</summary>
internal enum PgBouncerPoolMode
{
    /// <summary>The default: a client keeps its server connection until it leaves.</summary>
    Session,
    Transaction,
    Statement,
}

/// <summary>One <c>key = value</c> of the file.</summary>
/// <param name="Section">In lower case, without brackets.</param>
/// <param name="Key">As written, without quotes.</param>
/// <param name="Value">As written, without the white space around it.</param>
/// <param name="Line">From 0.</param>
internal sealed record PgBouncerEntry(string Section, string Key, string Value, int Line, SqlSpan KeySpan, SqlSpan ValueSpan);

/// <summary>A line of [databases] or [users]: a name, and settings for it.</summary>
/// <param name="Name">The database, as clients see it, or the user; <c>*</c> stands for all others.</param>
/// <param name="PoolMode">Null where the general one counts.</param>
/// <param name="Settings">host, port, dbname, pool_mode and so on, keys in lower case. A password's value is not kept.</param>
internal sealed record PgBouncerTarget(string Name, PgBouncerPoolMode? PoolMode, ImmutableDictionary<string, string> Settings, PgBouncerEntry Entry);

/// <summary>What a <c>pgbouncer.ini</c> says, as PgBouncer's documentation has its format. Nothing throws; lines that make no sense are left out.</summary>
internal sealed partial class PgBouncerIni
{
    private const string General = "pgbouncer";

    private PgBouncerIni(ImmutableArray<PgBouncerEntry> entries, bool hasIncludes)
    {
        Entries = entries;
        HasIncludes = hasIncludes;
        Databases = TargetsOf(entries, "databases");
        Users = TargetsOf(entries, "users");
    }

    /// <summary>In the order of the file; a later one with the same key counts.</summary>
    public ImmutableArray<PgBouncerEntry> Entries { get; }

    /// <summary>Other files may add to this one.</summary>
    public bool HasIncludes { get; }

    public ImmutableArray<PgBouncerTarget> Databases { get; }

    public ImmutableArray<PgBouncerTarget> Users { get; }

    /// <summary>The entry of [pgbouncer] that counts for a key.</summary>
    public PgBouncerEntry? Find(string key)
    {
        for (int i = Entries.Length - 1; i >= 0; i--)
        {
            if (Entries[i].Section == General && string.Equals(Entries[i].Key, key, StringComparison.OrdinalIgnoreCase))
                return Entries[i];
        }

        return null;
    }

    /// <summary>The general mode; session where the file says nothing.</summary>
    public PgBouncerPoolMode PoolMode => ModeOf(Find("pool_mode")?.Value) ?? PgBouncerPoolMode.Session;

    /// <summary>A user's mode goes before the database's, and that before the general one.</summary>
    public PgBouncerPoolMode PoolModeOf(string? database, string? user = null)
        => TargetOf(Users, user)?.PoolMode ?? TargetOf(Databases, database)?.PoolMode ?? PoolMode;

    /// <summary>The mode of some client: statement before transaction before session.</summary>
    public PgBouncerPoolMode WidestPoolMode
    {
        get
        {
            var mode = PoolMode;
            foreach (var target in Databases.AddRange(Users))
            {
                if (target.PoolMode is { } own && own > mode)
                    mode = own;
            }

            return mode;
        }
    }

    /// <summary>Start-up parameters that are dropped, in lower case.</summary>
    public ImmutableArray<string> IgnoredStartupParameters => ListOf("ignore_startup_parameters");

    /// <summary>Parameters that are kept per client beside those that always are, in lower case. IntervalStyle where the file says nothing.</summary>
    public ImmutableArray<string> TrackedExtraParameters => Find("track_extra_parameters") is null ? ImmutableArray.Create("intervalstyle") : ListOf("track_extra_parameters");

    /// <summary>Null where the file says nothing: the default is the version's, 0 before 1.24 and 200 since.</summary>
    public int? MaxPreparedStatements => NumberOf("max_prepared_statements") is { } number && number is >= 0 and < int.MaxValue ? (int)number : null;

    /// <summary>Seconds; an hour where the file says nothing.</summary>
    public double ServerLifetime => NumberOf("server_lifetime") ?? 3600;

    /// <summary>A number of [pgbouncer], e.g. of seconds; null where there is none.</summary>
    public double? NumberOf(string key)
        => double.TryParse(Find(key)?.Value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double value) ? value : null;

    private ImmutableArray<string> ListOf(string key)
    {
        var list = ImmutableArray.CreateBuilder<string>();
        foreach (string part in (Find(key)?.Value ?? "").Split(','))
        {
            if (part.Trim() is { Length: > 0 } item)
                list.Add(item.ToLowerInvariant());
        }

        return list.ToImmutable();
    }

    private static PgBouncerTarget? TargetOf(ImmutableArray<PgBouncerTarget> targets, string? name)
    {
        PgBouncerTarget? others = null;
        PgBouncerTarget? own = null;
        foreach (var target in targets)
        {
            if (target.Name == "*")
                others = target;
            else if (target.Name == name)
                own = target;
        }

        return own ?? others;
    }

    private static PgBouncerPoolMode? ModeOf(string? text) => text?.ToLowerInvariant() switch
    {
        "session" => PgBouncerPoolMode.Session,
        "transaction" => PgBouncerPoolMode.Transaction,
        "statement" => PgBouncerPoolMode.Statement,
        _ => null,
    };
}
