using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Effects;

/// <summary>What kind of thing is left in a session.</summary>
internal enum SessionItemKind : byte
{
    Setting,
    Lock,
    TempTable,
}

/// <summary>Something that a command has left in the session.</summary>
/// <param name="Key">The setting, the lock's arguments, the table: what undoes it names the same.</param>
/// <param name="Call">The call that ran the command.</param>
/// <param name="Text">The command's text: the finding stands where that is written.</param>
/// <param name="Region">The transaction that takes it back when it is rolled back.</param>
internal sealed record SessionItem(SessionItemKind Kind, string Key, SyntaxNode Call, string Text, RegionId? Region);

/// <summary>The value of a connection's <see cref="SlotKind.Session"/> slot.</summary>
internal sealed record SessionItems(ImmutableArray<SessionItem> Items) : Value
{
    public bool Equals(SessionItems? other) => other is not null && Items.SequenceEqual(other.Items);

    public override int GetHashCode() => Items.Length == 0 ? 0 : Items[0].GetHashCode();
}

/// <summary>What was learned about the sessions in the runs of a body: where commands ran, what was left behind, what was expected to be still there.</summary>
internal sealed class SessionFlow
{
    private readonly List<(SyntaxNode Call, string? Text, bool InRegion)> runs = new();
    private readonly HashSet<(SyntaxNode Place, string Text)> given = new();

    /// <summary>Things left in the session of a connection that went back to the pool on some path, with the connection.</summary>
    public HashSet<(SessionItem Item, Place Connection)> Left { get; } = new();

    /// <summary>Things that later work on the same context expects, by the first such work.</summary>
    public Dictionary<SessionItem, SyntaxNode> Expected { get; } = new();

    public void Ran(SyntaxNode call, string? text, bool inRegion) => runs.Add((call, text, inRegion));

    /// <summary>Whether the command that is given this text at <paramref name="place"/> runs in a transaction: always, never, or null for both or not known.</summary>
    public bool? RunsInRegion(SyntaxNode place, string text)
    {
        bool inside = false, outside = false;
        foreach (var (call, content, inRegion) in runs)
        {
            if (call == place || content == text)
            {
                inside |= inRegion;
                outside |= !inRegion;
            }
        }

        return inside == outside ? null : inside;
    }

    /// <summary>A call or an assignment is given a text, on some path.</summary>
    public void Gave(SyntaxNode place, string text) => given.Add((place, text));

    /// <summary>The text comes to this place on some path.</summary>
    public bool IsGiven(SyntaxNode place, string text) => given.Contains((place, text));

    /// <summary>What a text undoes of what was left before; the rest.</summary>
    public static ImmutableArray<SessionItem> Undo(ImmutableArray<SessionItem> items, SqlSummary sql)
    {
        foreach (var statement in sql.Statements)
        {
            items = items.RemoveAll(item => Undoes(statement, item));
        }

        return items;
    }

    /// <summary>A second SET of a setting gives it back, as far as anybody can tell.</summary>
    private static bool Undoes(SqlStatement statement, SessionItem item)
    {
        switch (statement.Kind)
        {
            case SqlKind.Discard:
                return statement.Name is null or "ALL" || (statement.Name is "TEMP" or "TEMPORARY" && item.Kind == SessionItemKind.TempTable);
            case SqlKind.Reset:
                return item.Kind == SessionItemKind.Setting && (statement.Setting is null or "all" || statement.Setting == item.Key);
            case SqlKind.Set or SqlKind.SetRole or SqlKind.SetSessionAuthorization:
                return item.Kind == SessionItemKind.Setting && (statement.Setting is null || statement.Setting == item.Key);
            case SqlKind.Ddl when item.Kind == SessionItemKind.TempTable:
                return statement.Verb.StartsWith("DROP", StringComparison.Ordinal) && (statement.Target is null || statement.Target.Equals(item.Key, StringComparison.OrdinalIgnoreCase));
        }

        foreach (var call in statement.Calls)
        {
            var undone = call.Kind switch
            {
                SqlCallKind.SessionAdvisoryUnlock => item.Kind == SessionItemKind.Lock,
                SqlCallKind.SetConfig => item.Kind == SessionItemKind.Setting && call.IsLocal != true && (call.Setting is null || call.Setting == item.Key),
                _ => false,
            };
            if (undone)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What a text leaves in the session, beyond what it takes back itself.</summary>
    public static ImmutableArray<SessionItem> Leaves(SqlSummary sql, SyntaxNode call, RegionId? region)
    {
        var items = ImmutableArray<SessionItem>.Empty;
        foreach (var statement in sql.Statements)
        {
            items = items.RemoveAll(item => Undoes(statement, item));
            switch (statement.Kind)
            {
                case SqlKind.Set or SqlKind.SetRole or SqlKind.SetSessionAuthorization or SqlKind.SetSessionCharacteristics when !statement.IsDefault:
                    items = items.Add(New(SessionItemKind.Setting, statement.Setting ?? ""));
                    break;
                case SqlKind.CreateTemp when statement.OnCommit != SqlOnCommit.Drop:
                    items = items.Add(New(SessionItemKind.TempTable, statement.Target ?? ""));
                    break;
            }

            foreach (var used in statement.Calls)
            {
                if (used.Kind == SqlCallKind.SessionAdvisoryLock)
                {
                    items = items.Add(New(SessionItemKind.Lock, string.Join(",", used.Arguments.Select(sql.TextOf))));
                }
                else if (used is { Kind: SqlCallKind.SetConfig, IsLocal: false })
                {
                    items = items.Add(New(SessionItemKind.Setting, used.Setting ?? ""));
                }
            }
        }

        return items;

        // A lock outlives the rollback of the transaction that took it (PostgreSQL documentation, "Advisory Locks").
        SessionItem New(SessionItemKind kind, string key) => new(kind, key, call, sql.Text, kind == SessionItemKind.Lock ? null : region);
    }
}
