using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace PgTxAnalyzers.Postgres;

/// <summary>
/// SQLSTATEs that look alike to a program and come one for the other: who names one and not its siblings meets them in production.
/// Sources: the PostgreSQL documentation, appendix A, and <c>PostgresException.IsTransient</c> in Npgsql's source at each version.
/// </summary>
internal static class SqlStates
{
    /// <summary>How a session or a connection ends under a program: restart, crash, start-up, idle session, idle transaction.</summary>
    public static readonly ImmutableArray<string> Lost = ImmutableArray.Create("57P01", "57P02", "57P03", "57P05", "25P03");

    /// <summary>The class of connection exceptions: a broken socket, a refused connection.</summary>
    public const string ConnectionClass = "08";

    /// <summary>How two transactions get in each other's way: serialisation failure, deadlock.</summary>
    public static readonly ImmutableArray<string> Conflict = ImmutableArray.Create("40001", "40P01");

    public static bool IsLost(string state) => Lost.Contains(state) || state.StartsWith(ConnectionClass, StringComparison.Ordinal);

    public static bool IsConflict(string state) => Conflict.Contains(state);

    /// <summary>Five digits or capitals, at least one of them a digit.</summary>
    public static bool IsState(string text) => text.Length == 5 && text.All(c => c is >= '0' and <= '9' or >= 'A' and <= 'Z') && text.Any(char.IsDigit);

    /// <summary>The siblings of what is named that are not named; empty where each family is there as a whole, or not at all.</summary>
    public static ImmutableArray<string> MissingBeside(IReadOnlyCollection<string> named)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        if (named.Any(IsLost))
        {
            missing.AddRange(Lost.Where(s => !named.Contains(s)));
            if (!named.Any(s => s.StartsWith(ConnectionClass, StringComparison.Ordinal)))
            {
                missing.Add("08006");
            }
        }

        if (named.Any(IsConflict))
        {
            missing.AddRange(Conflict.Where(s => !named.Contains(s)));
        }

        return missing.ToImmutable();
    }

    /// <summary>
    /// The states that Npgsql of this version does not call transient although a program has to run its unit again: 40P01 before 6.0.4 (and 5.0.13),
    /// 57P01, 57P02 and 57P05 before 8.0.0. 25P03 is transient at no version and not in here: it matters only where transactions are.
    /// </summary>
    public static ImmutableArray<string> NotTransientIn(Version npgsql)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        if (npgsql < new Version(5, 0, 13) || (npgsql.Major == 6 && npgsql < new Version(6, 0, 4)))
        {
            missing.Add("40P01");
        }

        if (npgsql.Major < 8)
        {
            missing.AddRange("57P01", "57P02", "57P05");
        }

        return missing.ToImmutable();
    }

    /// <summary>The end of an idle transaction (<c>idle_in_transaction_session_timeout</c>).</summary>
    public const string IdleInTransaction = "25P03";
}
