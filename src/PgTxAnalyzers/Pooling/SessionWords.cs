using System;

namespace PgTxAnalyzers.Pooling;

/// <summary>The words of SQL behind which something of the session may stand. A word proves nothing: the classifier of statements decides.</summary>
internal static class SessionWords
{
    /// <summary>They count where a statement begins: in <c>UPDATE t SET x = 1</c> the word says nothing.</summary>
    private static readonly string[] Leading =
        { "set", "reset", "discard", "listen", "unlisten", "prepare", "execute", "deallocate", "declare", "load" };

    /// <summary>They count wherever they stand.</summary>
    private static readonly string[] Anywhere =
        { "temp", "temporary", "pg_temp", "set_config", "currval", "lastval", "pg_advisory_lock", "pg_advisory_lock_shared", "pg_advisory_unlock",
          "pg_advisory_unlock_shared", "pg_advisory_unlock_all", "pg_try_advisory_lock", "pg_try_advisory_lock_shared" };

    public static bool IsOne(char[] text, int start, int length, bool leads)
    {
        if (length < 3 || length > 30)
        {
            return false;
        }

        return (leads && Contains(Leading, text, start, length)) || Contains(Anywhere, text, start, length);
    }

    private static bool Contains(string[] words, char[] text, int start, int length)
    {
        var first = (char)(text[start] | ' ');
        foreach (var word in words)
        {
            if (word.Length == length && word[0] == first && Is(word, text, start))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(string word, char[] text, int start)
    {
        for (var i = 1; i < word.Length; i++)
        {
            var c = text[start + i];
            if (c != word[i] && (c | ' ') != word[i])
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The names and ports of poolers, as hosts carry them.</summary>
internal static class Poolers
{
    /// <summary>pgpool-II is none of them: it has no transaction mode (its documentation, "Connection Pooling").</summary>
    private static readonly string[] Names = { "pgbouncer", "pooler", "pgcat", "supavisor", "odyssey" };

    public static bool IsPort(int? port) => port is 6432 or 6543;

    public static bool IsName(string host)
    {
        foreach (var name in Names)
        {
            if (host.IndexOf(name, StringComparison.OrdinalIgnoreCase) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsName(char[] text, int start, int length)
    {
        foreach (var name in Names)
        {
            for (var i = start; i + name.Length <= start + length; i++)
            {
                var k = 0;
                while (k < name.Length && (text[i + k] | ' ') == name[k])
                {
                    k++;
                }

                if (k == name.Length)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
