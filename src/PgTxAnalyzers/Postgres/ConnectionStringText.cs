using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace PgTxAnalyzers.Postgres;

/// <summary>One <c>key=value</c> of a connection string, with its places in the text.</summary>
internal sealed class ConnectionStringEntry
{
    /// <summary>Null where Npgsql knows no such keyword, or the key is not known.</summary>
    public ConnectionKeywordInfo? Keyword { get; init; }

    /// <summary>As written, without the white space around it.</summary>
    public string Key { get; init; } = "";

    /// <summary>Without quotes. Null for a secret, for an empty one (which takes a keyword back to its default), and where it is not known.</summary>
    public string? Value { get; init; }

    /// <summary>The value, or a part of it, is not known when the text is read.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>No value stands there.</summary>
    public bool IsEmpty { get; init; }

    public SqlSpan KeySpan { get; init; }

    /// <summary>What is inside the quotes, where there are quotes.</summary>
    public SqlSpan ValueSpan { get; init; }

    /// <summary>From the key to the value's end, quotes included.</summary>
    public SqlSpan Span { get; init; }
}

/// <summary>A host of a connection string, with its port.</summary>
internal readonly record struct ConnectionHost(string Name, int? Port);

/// <summary>
/// A connection string as ADO.NET's builder parses it and Npgsql understands it. Nothing throws. <see cref="ToString"/> and all that can get into a
/// message leave secrets out.
/// </summary>
internal sealed partial class ConnectionStringText
{
    private ConnectionStringText(string text, ImmutableArray<ConnectionStringEntry> entries, bool isWellFormed, bool isPartial)
    {
        Entries = entries;
        IsWellFormed = isWellFormed;
        IsPartial = isPartial;
        Length = text.Length;
    }

    /// <summary>In the order of the text. Of two with the same keyword, the later counts.</summary>
    public ImmutableArray<ConnectionStringEntry> Entries { get; }

    public int Length { get; }

    /// <summary>False where the builder throws; the entries before that place are there.</summary>
    public bool IsWellFormed { get; }

    /// <summary>Unknown pieces may hold further keywords: what is not found here may still be set.</summary>
    public bool IsPartial { get; }

    /// <summary>
    /// Npgsql would take this text: each key is a keyword, and there is a host. A plain string for another server (Server, Database, User Id, Password)
    /// looks the same: what it is used for decides.
    /// </summary>
    public bool IsForNpgsql
    {
        get
        {
            if (!IsWellFormed)
                return false;
            foreach (var entry in Entries)
            {
                if (entry.Keyword is null)
                    return false;
            }

            return Find(ConnectionKeyword.Host) is { IsEmpty: false };
        }
    }

    /// <summary>The entry that counts for a keyword.</summary>
    public ConnectionStringEntry? Find(ConnectionKeyword keyword)
    {
        for (int i = Entries.Length - 1; i >= 0; i--)
        {
            if (Entries[i].Keyword?.Keyword == keyword)
                return Entries[i];
        }

        return null;
    }

    /// <summary>What Npgsql of that version uses: the value, or the default. Null for a secret, where there is no default, and where it is not known.</summary>
    public string? ValueOf(ConnectionKeyword keyword, int npgsqlMajor)
    {
        var entry = Find(keyword);
        if (entry is { IsEmpty: false })
            return entry.Value;
        return entry is null && IsPartial ? null : ConnectionKeywords.Of(keyword).DefaultIn(npgsqlMajor);
    }

    /// <summary>Npgsql takes true and false only; null for anything else.</summary>
    public bool? BooleanOf(ConnectionKeyword keyword, int npgsqlMajor)
        => bool.TryParse(ValueOf(keyword, npgsqlMajor), out bool value) ? value : null;

    public int? NumberOf(ConnectionKeyword keyword, int npgsqlMajor)
        => int.TryParse(ValueOf(keyword, npgsqlMajor), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : null;

    /// <summary>The hosts with their own ports or the string's. Empty where the host is not known.</summary>
    public ImmutableArray<ConnectionHost> Hosts(int npgsqlMajor)
    {
        if (ValueOf(ConnectionKeyword.Host, npgsqlMajor) is not { } hosts)
            return ImmutableArray<ConnectionHost>.Empty;
        var result = ImmutableArray.CreateBuilder<ConnectionHost>();
        int? port = NumberOf(ConnectionKeyword.Port, npgsqlMajor);
        foreach (string host in hosts.Split(','))
            result.Add(SplitPort(host.Trim(), port));
        return result.ToImmutable();
    }

    /// <summary><c>host:5433</c>, <c>[::1]:5433</c>, <c>::1</c>, <c>/socket</c>.</summary>
    private static ConnectionHost SplitPort(string host, int? port)
    {
        int colon = host.LastIndexOf(':');
        if (colon <= 0)
            return new ConnectionHost(host, port);
        int other = host.LastIndexOf(':', colon - 1);
        int bracket = host.LastIndexOf(']');
        bool separates = other < 0 || (colon > bracket && other < bracket);
        return separates && int.TryParse(host.Substring(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int own)
            ? new ConnectionHost(host.Substring(0, colon), own)
            : new ConnectionHost(host, port);
    }

    /// <summary>For a message: secrets, and the values of keys that may be anything, are left out.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var entry in Entries)
        {
            if (text.Length > 0)
                text.Append(';');
            text.Append(entry.Key).Append('=').Append(entry.IsEmpty ? "" : entry.Keyword is null || entry.Value is null ? "…" : entry.Value);
        }

        return text.ToString();
    }
}
