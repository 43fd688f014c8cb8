using System.Collections.Generic;
using System.Linq;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>One change of a connection string, in the string's own positions.</summary>
internal readonly record struct ConnectionChange(SqlSpan Span, string Text);

/// <summary>The rewrites of connection strings that the pooling fixes make. What is inserted has no character that a literal, JSON or XML would have to escape.</summary>
internal static class ConnectionRewrites
{
    /// <summary><c>No Reset On Close=true</c>, behind the last entry that ends in a text that is written out.</summary>
    public static ConnectionChange? KeepSessions(ConnectionStringText text, string content)
    {
        if (text.Find(ConnectionKeyword.NoResetOnClose) is { } given)
        {
            return given.IsUnknown || given.IsEmpty ? null : new ConnectionChange(given.ValueSpan, "true");
        }

        return Append(text, content, "No Reset On Close=true");
    }

    /// <summary><c>Target Session Attributes=read-write</c>, where the string says nothing of it.</summary>
    public static ConnectionChange? ReadWrite(ConnectionStringText text, string content) =>
        text.Find(ConnectionKeyword.TargetSessionAttributes) is null ? Append(text, content, "Target Session Attributes=read-write") : null;

    private static ConnectionChange? Append(ConnectionStringText text, string content, string addition)
    {
        foreach (var entry in text.Entries.Reverse())
        {
            if (entry is { IsUnknown: false, IsEmpty: false } && content[entry.Span.End - 1] != SqlScanner.Hole)
            {
                return new ConnectionChange(new SqlSpan(entry.Span.End, 0), ";" + addition);
            }
        }

        return null;
    }

    public static ConnectionChange? NoAutoPrepare(ConnectionStringText text, string content) =>
        text.Find(ConnectionKeyword.MaxAutoPrepare) is { IsUnknown: false, IsEmpty: false } entry ? new ConnectionChange(entry.ValueSpan, "0") : null;

    /// <summary>Takes an entry out, with the semicolon behind it, or in front of it where it is the last.</summary>
    public static ConnectionChange? Remove(ConnectionStringText text, string content, IReadOnlyCollection<ConnectionKeyword> keywords)
    {
        var entries = text.Entries.Where(e => e.Keyword is { } keyword && keywords.Contains(keyword.Keyword)).ToList();
        if (entries.Count != 1 || entries[0].IsUnknown)
        {
            return null;
        }

        var (start, end) = (entries[0].Span.Start, entries[0].Span.End);
        if (end < content.Length && content[end] == ';')
        {
            end++;
        }
        else if (start > 0 && content[start - 1] == ';')
        {
            start--;
        }

        return new ConnectionChange(new SqlSpan(start, end - start), "");
    }
}
