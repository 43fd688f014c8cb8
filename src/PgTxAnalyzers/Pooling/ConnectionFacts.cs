using System;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Pooling;

/// <summary>What a connection string says about a pooler.</summary>
internal static class ConnectionFacts
{
    /// <summary>Its port or host is a pooler's, or it keeps sessions as they are, which only a pooler gives a reason for.</summary>
    public static bool ShowsPooler(this ConnectionStringText text, int npgsql) => LeadsToPooler(text, npgsql) || KeepsSessions(text, npgsql);

    public static bool KeepsSessions(this ConnectionStringText text, int npgsql) => text.BooleanOf(ConnectionKeyword.NoResetOnClose, npgsql) == true;

    private static bool LeadsToPooler(ConnectionStringText text, int npgsql)
    {
        foreach (var host in text.Hosts(npgsql))
        {
            // Supabase's pooler has a session mode on the server's own port (its documentation, "Connecting to your database").
            if (host.Name.EndsWith(".pooler.supabase.com", StringComparison.OrdinalIgnoreCase) && host.Port == 5432)
            {
                continue;
            }

            if (Poolers.IsPort(host.Port) || Poolers.IsName(host.Name))
            {
                return true;
            }
        }

        // A host that is not known still has its port.
        return Poolers.IsPort(text.NumberOf(ConnectionKeyword.Port, npgsql));
    }

    /// <summary>
    /// The text is a connection string of Npgsql: each key is one of its keywords, and one of them says where to. A piece may be unknown; another driver's string is none.
    /// </summary>
    public static bool IsConnection(this ConnectionStringText text)
    {
        if (!text.IsWellFormed || text.Find(ConnectionKeyword.Host) is not { IsEmpty: false })
        {
            return false;
        }

        var own = 0;
        foreach (var entry in text.Entries)
        {
            if (entry.Keyword is null && entry.Key.IndexOf(SqlScanner.Hole) < 0)
            {
                return false;
            }

            own += IsOwn(entry) ? 1 : 0;
        }

        // Server, Database, User Id, Password and more: SQL Server and MySQL have those too.
        return own > 0;
    }

    private static bool IsOwn(ConnectionStringEntry entry) => entry.Keyword?.Keyword switch
    {
        null or ConnectionKeyword.Database or ConnectionKeyword.Password or ConnectionKeyword.Pooling or ConnectionKeyword.Enlist or ConnectionKeyword.Timeout => false,

        // The documentation of SqlConnection.ConnectionString has these as well: a string for SqlClient would be refused with a keyword of Npgsql's in it.
        ConnectionKeyword.TrustServerCertificate or ConnectionKeyword.PersistSecurityInfo or ConnectionKeyword.IntegratedSecurity or ConnectionKeyword.ApplicationName
            or ConnectionKeyword.CommandTimeout or ConnectionKeyword.ConnectionLifetime => false,
        ConnectionKeyword.Host => entry.Key.Equals("Host", StringComparison.OrdinalIgnoreCase),
        ConnectionKeyword.Username => entry.Key.Equals("Username", StringComparison.OrdinalIgnoreCase),
        ConnectionKeyword.Port => entry.Value is { } port && port != "3306",
        _ => true,
    };

    /// <summary>Start-up parameters that a pooler has to know: what Npgsql sends for these keywords (Npgsql, WriteStartupMessage).</summary>
    public static bool IsPooled(this ConnectionStringText text, int npgsql) => text.BooleanOf(ConnectionKeyword.Pooling, npgsql) != false;
}
