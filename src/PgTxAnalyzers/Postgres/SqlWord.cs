using System;
using System.Text;

namespace PgTxAnalyzers.Postgres;

/// <summary>
/// The words that the readers look for: key words, and names of functions. A member's name is the word, an underscore before each further
/// capital: <see cref="PgNotify"/> is <c>pg_notify</c>.
/// </summary>
internal enum SqlWord : byte
{
    None,

    // Statements, by their first word.
    Abort, Alter, Analyse, Analyze, Begin, Call, Checkpoint, Close, Cluster, Comment, Commit, Copy, Create, Deallocate, Declare, Delete,
    Discard, Do, Drop, End, Execute, Explain, Fetch, Grant, Import, Insert, Listen, Load, Lock, Merge, Move, Notify, Prepare, Reassign,
    Refresh, Reindex, Release, Reset, Revoke, Rollback, Savepoint, Security, Select, Set, Show, Start, Table, Truncate, Unlisten, Update,
    Vacuum, Values, With,

    // Transactions and settings.
    All, And, As, Authorization, Catalog, Chain, Characteristics, Committed, Constraints, Current, Default, Deferrable, From, Isolation,
    Level, Local, Names, No, Not, Only, Option, Plans, Prepared, Read, Repeatable, Role, Schema, Seed, Sequences, Serializable, Session,
    Snapshot, Temp, Temporary, Time, To, Transaction, Uncommitted, Work, Write, Xml, Zone,

    // Objects.
    Access, Aggregate, Cast, Class, Collation, Concurrently, Configuration, Constraint, Conversion, Data, Database, Dictionary, Domain,
    Event, Exists, Extension, Family, Foreign, Function, Global, Group, If, Index, Label, Language, Large, Mapping, Materialized, Method,
    Object, Operator, Or, Owned, Parser, Policy, Privileges, Procedural, Procedure, Publication, Recursive, Replace, Routine, Rule,
    Sequence, Server, Statistics, Subscription, System, Tablespace, Template, Text, Transform, Trigger, Trusted, Type, Unique, Unlogged,
    User, View, Wrapper,

    // Inside statements.
    Asensitive, Atomic, Binary, By, Case, Cursor, Cycle, Distinct, False, For, Hold, In, Insensitive, Into, Join, Key, Lateral, Limit, Locked, Nowait, Of, Off, On,
    Overlay, Preserve, Rows, Scroll, Search, Share, Skip, Substring, True, Using, Verbose, Where, Without,

    // Functions that do something to the session or the transaction.
    Currval, Lastval, Nextval, PgAdvisoryLock, PgAdvisoryLockShared, PgAdvisoryUnlock, PgAdvisoryUnlockAll, PgAdvisoryUnlockShared,
    PgAdvisoryXactLock, PgAdvisoryXactLockShared, PgCatalog, PgExportSnapshot, PgNotify, PgTemp, PgTryAdvisoryLock, PgTryAdvisoryLockShared,
    PgTryAdvisoryXactLock, PgTryAdvisoryXactLockShared, SetConfig,
}

/// <summary>Finds the word that a stretch of text is, without allocating.</summary>
internal static class SqlWords
{
    private const int Slots = 1024;

    // Open addressing; four times as many slots as words keeps the probes short. Written once, here.
    private static readonly string?[] Texts = new string?[Slots];
    private static readonly SqlWord[] Words = new SqlWord[Slots];
    private static readonly string[] Lower = new string[byte.MaxValue + 1];
    private static readonly int Longest;

    static SqlWords()
    {
        Lower[(int)SqlWord.None] = "";
        foreach (SqlWord word in Enum.GetValues(typeof(SqlWord)))
        {
            if (word == SqlWord.None)
                continue;
            string text = Lower[(int)word] = Spell(word);
            int slot = Hash(text, 0, text.Length);
            while (Texts[slot] != null)
                slot = (slot + 1) & (Slots - 1);
            Texts[slot] = text;
            Words[slot] = word;
            Longest = Math.Max(Longest, text.Length);
        }
    }

    /// <summary>The word, whatever its case, or <see cref="SqlWord.None"/>.</summary>
    public static SqlWord Find(string text, int start, int length)
    {
        if (length < 2 || length > Longest)
            return SqlWord.None;
        for (int slot = Hash(text, start, length); Texts[slot] is { } candidate; slot = (slot + 1) & (Slots - 1))
        {
            if (candidate.Length == length && IsSame(candidate, text, start))
                return Words[slot];
        }

        return SqlWord.None;
    }

    /// <summary>The word, in lower case only: a quoted name is not folded.</summary>
    public static SqlWord FindExact(string text, int start, int length)
    {
        var word = Find(text, start, length);
        return word != SqlWord.None && string.CompareOrdinal(TextOf(word), 0, text, start, length) == 0 ? word : SqlWord.None;
    }

    /// <summary>The word in lower case.</summary>
    public static string TextOf(SqlWord word) => Lower[(int)word];

    /// <summary>The word as PostgreSQL writes key words.</summary>
    public static string UpperTextOf(SqlWord word) => TextOf(word).ToUpperInvariant();

    private static string Spell(SqlWord word)
    {
        string name = word.ToString();
        var text = new StringBuilder(name.Length + 6);
        for (int i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]))
                text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    // PostgreSQL folds ASCII letters only; the framework's comparisons fold more.
    private static bool IsSame(string word, string text, int start)
    {
        for (int i = 0; i < word.Length; i++)
        {
            char c = text[start + i];
            if (c != word[i] && (c is < 'A' or > 'Z' || (char)(c | ' ') != word[i]))
                return false;
        }

        return true;
    }

    // A few characters tell the words apart well enough; most of what is looked up is no word at all.
    private static int Hash(string text, int start, int length)
    {
        int hash = length;
        hash = (hash * 31) + (text[start] | ' ');
        hash = (hash * 31) + (text[start + (length / 2)] | ' ');
        hash = (hash * 31) + (text[start + length - 1] | ' ');
        return (hash ^ (hash >> 10)) & (Slots - 1);
    }
}
