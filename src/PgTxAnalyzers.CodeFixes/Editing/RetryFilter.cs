using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Which failures a unit is run again for, as source.</summary>
/// <param name="Type">The exception, with its namespace.</param>
/// <param name="Test">What is asked of it, with <c>{0}</c> for its variable.</param>
/// <param name="Field">The name of a pipeline that handles it.</param>
internal sealed record RetryFilter(string Type, string Test, string Field)
{
    public string ShortType => Type.Substring(Type.LastIndexOf('.') + 1);

    public string TestOf(string variable) => Test.Replace("{0}", variable);

    /// <summary>A lost connection, and what else the driver calls transient. Null where no exception in sight says so.</summary>
    public static RetryFilter? Lost(Compilation compilation)
    {
        if (compilation.GetTypeByMetadataName("Npgsql.NpgsqlException") is not { } own)
        {
            return compilation.GetTypeByMetadataName("System.Data.Common.DbException")?.GetMembers("IsTransient").Any() == true
                ? new RetryFilter("System.Data.Common.DbException", "{0}.IsTransient", "DatabaseRetry")
                : null;
        }

        // What this version does not call transient is named: PGTX209 would ask for it next.
        var absent = SqlStates.NotTransientIn(own.ContainingAssembly.Identity.Version);
        return new RetryFilter("Npgsql.NpgsqlException", absent.IsEmpty ? "{0}.IsTransient" : $"({{0}}.IsTransient || {{0}}.SqlState is {string.Join(" or ", absent.Select(s => $"\"{s}\""))})", "DatabaseRetry");
    }

    /// <summary>A serialisation failure or a deadlock: the connection is still there.</summary>
    public static RetryFilter? Conflict(Compilation compilation) =>
        compilation.GetTypeByMetadataName("Npgsql.PostgresException") is null ? null : new RetryFilter("Npgsql.PostgresException", "{0}.SqlState is \"40001\" or \"40P01\"", "ConflictRetry");
}
