using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.Effects;

/// <summary>The words of a file, as hashes: one pass over its characters, no parsing.</summary>
internal sealed class TreeWords
{
    private readonly HashSet<int> words;

    private TreeWords(HashSet<int> words) => this.words = words;

    /// <summary>BEGIN or START may stand in a text as SQL.</summary>
    public bool HasSqlBegin { get; private set; }

    /// <summary>A parameter can be of a transaction type.</summary>
    public bool HasTransactionType { get; private set; }

    public bool ContainsAny(int[] hashes)
    {
        foreach (var hash in hashes)
        {
            if (words.Contains(hash))
            {
                return true;
            }
        }

        return false;
    }

    public bool ContainsAny(ICollection<string> names)
    {
        foreach (var name in names)
        {
            if (words.Contains(Hash(name)))
            {
                return true;
            }
        }

        return false;
    }

    public static int Hash(string word)
    {
        var hash = Seed;
        foreach (var c in word)
        {
            hash = Mix(hash, c);
        }

        return hash;
    }

    public static TreeWords Scan(SourceText text)
    {
        var words = new TreeWords(new HashSet<int>());
        Scan(text, new TextSpan(0, text.Length), words.words);
        words.HasSqlBegin = SqlBegins.Any(words.words.Contains);
        words.HasTransactionType = TransactionTypes.Any(words.words.Contains);
        return words;
    }

    /// <summary>Adds the words of a part of a file.</summary>
    public static void Scan(SourceText text, TextSpan span, HashSet<int> words)
    {
        var buffer = new char[Math.Min(span.Length, 4096)];
        var hash = Seed;
        var length = 0;
        for (var at = span.Start; at < span.End; at += buffer.Length)
        {
            var count = Math.Min(buffer.Length, span.End - at);
            text.CopyTo(at, buffer, 0, count);
            for (var i = 0; i < count; i++)
            {
                var c = buffer[i];
                if (c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or '_' or >= '0' and <= '9' or > '\u007f')
                {
                    hash = Mix(hash, c);
                    length++;
                }
                else if (length > 0)
                {
                    words.Add(hash);
                    (hash, length) = (Seed, 0);
                }
            }
        }

        if (length > 0)
        {
            words.Add(hash);
        }
    }

    private const int Seed = unchecked((int)2166136261);

    private static readonly int[] SqlBegins = { Hash("BEGIN"), Hash("begin"), Hash("Begin"), Hash("START"), Hash("start"), Hash("Start") };

    private static readonly int[] TransactionTypes = { Hash("NpgsqlTransaction"), Hash("DbTransaction"), Hash("IDbTransaction"), Hash("IDbContextTransaction") };

    private static int Mix(int hash, char c) => unchecked((hash ^ c) * 16777619);
}
