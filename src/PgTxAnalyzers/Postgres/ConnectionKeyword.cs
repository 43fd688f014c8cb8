using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace PgTxAnalyzers.Postgres;

/// <summary>The keywords of Npgsql's connection strings, named as the properties of <c>NpgsqlConnectionStringBuilder</c>.</summary>
internal enum ConnectionKeyword
{
    ApplicationName, ArrayNullabilityMode, AutoPrepareMinUsages, BackendTimeouts, CancellationTimeout, ChannelBinding, CheckCertificateRevocation,
    ClientCertificate, ClientCertificateKey, ClientEncoding, CommandTimeout, ConnectionIdleLifetime, ConnectionLifetime, ConnectionPruningInterval,
    ContinuousProcessing, ConvertInfinityDateTime, Database, Encoding, Enlist, EntityAdminDatabase, EntityTemplateDatabase, GssEncryptionMode, Host,
    HostRecheckSeconds, IncludeErrorDetail, IncludeErrorDetails, IncludeFailedBatchedCommand, IncludeRealm, IntegratedSecurity,
    InternalCommandTimeout, KeepAlive, KerberosServiceName, LoadBalanceHosts, LoadTableComposites, LogParameters, MaxAutoPrepare, MaxPoolSize,
    MinPoolSize, Multiplexing, NoResetOnClose, Options, Passfile, Password, PersistSecurityInfo, Pooling, Port, PreloadReader, ReadBufferSize,
    ReplicationMode, RequireAuth, RootCertificate, SearchPath, ServerCompatibilityMode, SocketReceiveBufferSize, SocketSendBufferSize,
    SslCertificate, SslKey, SslMode, SslNegotiation, SslPassword, TargetSessionAttributes, TcpKeepAlive, TcpKeepAliveInterval, TcpKeepAliveTime,
    Timeout, Timezone, TrustServerCertificate, UseExtendedTypes, UsePerfCounters, UseSslStream, Username, WriteBufferSize,
    WriteCoalescingBufferThresholdBytes, WriteCoalescingDelayUs,
}

/// <summary>What Npgsql knows of a keyword.</summary>
internal sealed class ConnectionKeywordInfo
{
    public const int Never = int.MaxValue;

    public ConnectionKeyword Keyword { get; init; }

    /// <summary>The spelling that Npgsql writes, e.g. <c>Maximum Pool Size</c>.</summary>
    public string Name { get; init; } = "";

    public ImmutableArray<string> Synonyms { get; init; }

    /// <summary>As it would stand in a string; null where there is none.</summary>
    public string? Default { get; init; }

    /// <summary>The first major version of Npgsql that has it; 0 for those of 5.0 and older.</summary>
    public int Since { get; init; }

    /// <summary>The first major version that refuses it.</summary>
    public int Removed { get; init; } = Never;

    /// <summary>A value that nobody may see, in no message and no log.</summary>
    public bool IsSecret => Keyword is ConnectionKeyword.Password or ConnectionKeyword.SslPassword;

    public bool Exists(int npgsqlMajor) => npgsqlMajor >= Since && npgsqlMajor < Removed;

    /// <summary>The default of that version: three have changed.</summary>
    public string? DefaultIn(int npgsqlMajor) => Keyword switch
    {
        ConnectionKeyword.ConnectionLifetime when npgsqlMajor < 9 => "0",
        ConnectionKeyword.IncludeRealm when npgsqlMajor < 10 => "False",
        ConnectionKeyword.InternalCommandTimeout when npgsqlMajor < 8 => "-1",
        _ => Default,
    };
}

/// <summary>
/// Npgsql's keywords from 5.0 to 11.0, from the attributes of its <c>NpgsqlConnectionStringBuilder</c> in each version. A key is a display name, a
/// property's name or a synonym, in any case and otherwise exact: <c>MaxPoolSize</c> is one, <c>Max Pool Size</c> is refused.
/// </summary>
internal static class ConnectionKeywords
{
    private static readonly ConnectionKeywordInfo[] Infos = CreateAll();
    private static readonly Dictionary<string, ConnectionKeywordInfo> ByName = CreateNames();

    public static ImmutableArray<ConnectionKeywordInfo> All { get; } = ImmutableArray.Create(Infos);

    public static ConnectionKeywordInfo? Find(string key) => ByName.TryGetValue(key, out var info) ? info : null;

    public static ConnectionKeywordInfo Of(ConnectionKeyword keyword) => Infos[(int)keyword];

    private static Dictionary<string, ConnectionKeywordInfo> CreateNames()
    {
        var names = new Dictionary<string, ConnectionKeywordInfo>(StringComparer.OrdinalIgnoreCase);
        foreach (var info in Infos)
        {
            names[info.Name] = info;
            names[info.Keyword.ToString()] = info;
            foreach (string synonym in info.Synonyms)
                names[synonym] = info;
        }

        return names;
    }

    private static ConnectionKeywordInfo[] CreateAll()
    {
        const int never = ConnectionKeywordInfo.Never;
        var infos = new ConnectionKeywordInfo[Enum.GetValues(typeof(ConnectionKeyword)).Length];
        Add(ConnectionKeyword.ApplicationName, "Application Name", null);
        Add(ConnectionKeyword.ArrayNullabilityMode, "Array Nullability Mode", "Never");
        Add(ConnectionKeyword.AutoPrepareMinUsages, "Auto Prepare Min Usages", "5");
        Add(ConnectionKeyword.BackendTimeouts, "Backend Timeouts", "False", 0, 8);
        Add(ConnectionKeyword.CancellationTimeout, "Cancellation Timeout", "2000");
        Add(ConnectionKeyword.ChannelBinding, "Channel Binding", "Prefer", 8);
        Add(ConnectionKeyword.CheckCertificateRevocation, "Check Certificate Revocation", "False");
        Add(ConnectionKeyword.ClientCertificate, "Client Certificate", null, 0, 8);
        Add(ConnectionKeyword.ClientCertificateKey, "Client Certificate Key", null, 0, 8);
        Add(ConnectionKeyword.ClientEncoding, "Client Encoding", null);
        Add(ConnectionKeyword.CommandTimeout, "Command Timeout", "30");
        Add(ConnectionKeyword.ConnectionIdleLifetime, "Connection Idle Lifetime", "300");
        Add(ConnectionKeyword.ConnectionLifetime, "Connection Lifetime", "3600", 0, never, "Load Balance Timeout");
        Add(ConnectionKeyword.ConnectionPruningInterval, "Connection Pruning Interval", "10");
        Add(ConnectionKeyword.ContinuousProcessing, "Continuous Processing", "False", 0, 8);
        Add(ConnectionKeyword.ConvertInfinityDateTime, "Convert Infinity DateTime", "False", 0, 8);
        Add(ConnectionKeyword.Database, "Database", null, 0, never, "DB");
        Add(ConnectionKeyword.Encoding, "Encoding", "UTF8");
        Add(ConnectionKeyword.Enlist, "Enlist", "True");
        Add(ConnectionKeyword.EntityAdminDatabase, "EF Admin Database", null, 0, 8);
        Add(ConnectionKeyword.EntityTemplateDatabase, "EF Template Database", null, 0, 8);
        Add(ConnectionKeyword.GssEncryptionMode, "GSS Encryption Mode", "Prefer", 10);
        Add(ConnectionKeyword.Host, "Host", null, 0, never, "Server");
        Add(ConnectionKeyword.HostRecheckSeconds, "Host Recheck Seconds", "10", 6);
        Add(ConnectionKeyword.IncludeErrorDetail, "Include Error Detail", "False");
        Add(ConnectionKeyword.IncludeErrorDetails, "Include Error Details", "False", 0, 8);
        Add(ConnectionKeyword.IncludeFailedBatchedCommand, "Include Failed Batched Command", "False", 10);
        Add(ConnectionKeyword.IncludeRealm, "Include Realm", "True");
        Add(ConnectionKeyword.IntegratedSecurity, "Integrated Security", "False", 0, 8);
        Add(ConnectionKeyword.InternalCommandTimeout, "Internal Command Timeout", "0");
        Add(ConnectionKeyword.KeepAlive, "Keepalive", "0");
        Add(ConnectionKeyword.KerberosServiceName, "Kerberos Service Name", "postgres", 0, never, "Krbsrvname");
        Add(ConnectionKeyword.LoadBalanceHosts, "Load Balance Hosts", "False", 6);
        Add(ConnectionKeyword.LoadTableComposites, "Load Table Composites", "False");
        Add(ConnectionKeyword.LogParameters, "Log Parameters", "False");
        Add(ConnectionKeyword.MaxAutoPrepare, "Max Auto Prepare", "0");
        Add(ConnectionKeyword.MaxPoolSize, "Maximum Pool Size", "100");
        Add(ConnectionKeyword.MinPoolSize, "Minimum Pool Size", "0");
        Add(ConnectionKeyword.Multiplexing, "Multiplexing", "False", 0, 11);
        Add(ConnectionKeyword.NoResetOnClose, "No Reset On Close", "False");
        Add(ConnectionKeyword.Options, "Options", null);
        Add(ConnectionKeyword.Passfile, "Passfile", null);
        Add(ConnectionKeyword.Password, "Password", null, 0, never, "PSW", "PWD");
        Add(ConnectionKeyword.PersistSecurityInfo, "Persist Security Info", "False");
        Add(ConnectionKeyword.Pooling, "Pooling", "True");
        Add(ConnectionKeyword.Port, "Port", "5432");
        Add(ConnectionKeyword.PreloadReader, "Preload Reader", "False", 0, 8);
        Add(ConnectionKeyword.ReadBufferSize, "Read Buffer Size", "8192");
        Add(ConnectionKeyword.ReplicationMode, "Replication Mode", "Off");
        Add(ConnectionKeyword.RequireAuth, "Require Auth", null, 10);
        Add(ConnectionKeyword.RootCertificate, "Root Certificate", null);
        Add(ConnectionKeyword.SearchPath, "Search Path", null);
        Add(ConnectionKeyword.ServerCompatibilityMode, "Server Compatibility Mode", "None");
        Add(ConnectionKeyword.SocketReceiveBufferSize, "Socket Receive Buffer Size", "0");
        Add(ConnectionKeyword.SocketSendBufferSize, "Socket Send Buffer Size", "0");
        Add(ConnectionKeyword.SslCertificate, "SSL Certificate", null, 6);
        Add(ConnectionKeyword.SslKey, "SSL Key", null, 6);
        Add(ConnectionKeyword.SslMode, "SSL Mode", "Prefer");
        Add(ConnectionKeyword.SslNegotiation, "SSL Negotiation", "Postgres", 9);
        Add(ConnectionKeyword.SslPassword, "SSL Password", null, 6);
        Add(ConnectionKeyword.TargetSessionAttributes, "Target Session Attributes", null, 6);
        Add(ConnectionKeyword.TcpKeepAlive, "TCP Keepalive", "False");
        Add(ConnectionKeyword.TcpKeepAliveInterval, "TCP Keepalive Interval", "0");
        Add(ConnectionKeyword.TcpKeepAliveTime, "TCP Keepalive Time", "0");
        Add(ConnectionKeyword.Timeout, "Timeout", "15");
        Add(ConnectionKeyword.Timezone, "Timezone", null);
        Add(ConnectionKeyword.TrustServerCertificate, "Trust Server Certificate", "False");
        Add(ConnectionKeyword.UseExtendedTypes, "Use Extended Types", "False", 0, 8);
        Add(ConnectionKeyword.UsePerfCounters, "Use Perf Counters", "False", 0, 8);
        Add(ConnectionKeyword.UseSslStream, "Use Ssl Stream", "False", 0, 8);
        Add(ConnectionKeyword.Username, "Username", null, 0, never, "User Name", "UserId", "User Id", "UID");
        Add(ConnectionKeyword.WriteBufferSize, "Write Buffer Size", "8192");
        Add(ConnectionKeyword.WriteCoalescingBufferThresholdBytes, "Write Coalescing Buffer Threshold Bytes", "1000", 0, 11);
        Add(ConnectionKeyword.WriteCoalescingDelayUs, "Write Coalescing Delay Us", "0", 0, 6);
        return infos;

        void Add(ConnectionKeyword keyword, string name, string? @default, int since = 0, int removed = never, params string[] synonyms)
            => infos[(int)keyword] = new ConnectionKeywordInfo
            {
                Keyword = keyword,
                Name = name,
                Default = @default,
                Since = since,
                Removed = removed,
                Synonyms = ImmutableArray.Create(synonyms),
            };
    }
}
