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

    /// <summary>The same of many hashes: the file's own words are asked for, which the set's bits answer.</summary>
    public bool ContainsAny(WordSet hashes)
    {
        foreach (var word in words)
        {
            if (hashes.Contains(word))
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
    /// <param name="targetTyped">Is given where the parenthesis of each <c>new(…)</c> stands.</param>
    /// <returns>One of them may be the name or the type of a transaction: <c>tx</c>, <c>trans</c>, <c>NpgsqlTransaction</c>.</returns>
    public static bool Scan(SourceText text, TextSpan span, HashSet<int> words, List<int>? targetTyped = null)
    {
        var buffer = new char[Math.Min(span.Length, 4096)];
        var hash = Seed;
        var (length, matched) = (0, 0);
        var (names, isT, isNew) = (false, false, false);
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
                    names |= isT && length == 1 && c is 'x' or 'X';
                    isT = length == 0 && c is 't' or 'T';
                    matched = c == "rans"[matched] ? matched + 1 : c == 'r' ? 1 : 0;
                    names |= matched == 4;
                    matched &= 3;
                    length++;
                }
                else
                {
                    if (length > 0)
                    {
                        words.Add(hash);
                        names |= length <= 3 && ShortNames.Contains(hash);
                        isNew = hash == New;
                        (hash, length, matched) = (Seed, 0, 0);
                    }

                    if (isNew && c == '(')
                    {
                        targetTyped?.Add(at + i);
                    }

                    isNew &= c <= ' ';
                }
            }
        }

        if (length > 0)
        {
            words.Add(hash);
            names |= length <= 3 && ShortNames.Contains(hash);
        }

        return names;
    }

    /// <summary>Names of transactions in lambdas that begin like none of the others.</summary>
    private static readonly HashSet<int> ShortNames = new() { Hash("t"), Hash("trx"), Hash("trn") };

    /// <summary>The words with which a text of SQL begins a transaction.</summary>
    public static bool IsSqlBegin(int word) => Array.IndexOf(SqlBegins, word) >= 0;

    private static readonly int New = Hash("new");

    private const int Seed = unchecked((int)2166136261);

    private static readonly int[] SqlBegins = { Hash("BEGIN"), Hash("begin"), Hash("Begin"), Hash("START"), Hash("start"), Hash("Start") };

    private static readonly int[] TransactionTypes = { Hash("NpgsqlTransaction"), Hash("DbTransaction"), Hash("IDbTransaction"), Hash("IDbContextTransaction") };

    private static int Mix(int hash, char c) => unchecked((hash ^ c) * 16777619);
}
