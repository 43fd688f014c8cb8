using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Models;

/// <summary>
/// The libraries without which a project has no PostgreSQL transaction. A compilation that references none of them registers nothing.
/// System.Data.Common is in every framework, so it does not count: code on IDbConnection alone gets its connections from one of these.
/// </summary>
internal static class DataLibraries
{
    public static readonly ImmutableHashSet<string> AssemblyNames = ImmutableHashSet.Create(
        "Npgsql", // the driver that all others come down to
        "Npgsql.EntityFrameworkCore.PostgreSQL", // EF Core on it
        "Microsoft.EntityFrameworkCore", // DatabaseFacade.BeginTransaction
        "Microsoft.EntityFrameworkCore.Relational", // its overloads with an isolation level
        "Dapper", // IDbConnection without a driver in sight
        "linq2db", // DataConnection.BeginTransaction
        "NHibernate", // ISession.BeginTransaction
        "Marten", // IDocumentSession.BeginTransactionAsync
        "RepoDb", // extension methods on IDbConnection
        "RepoDb.Core", // the same, in older versions
        "RepoDb.PostgreSql", // its PostgreSQL part alone
        "ServiceStack.OrmLite", // IDbConnection.OpenTransaction
        "ServiceStack.OrmLite.PostgreSQL"); // its PostgreSQL part alone

    /// <summary>Drivers and providers of other servers. A project that has one of them, and none for PostgreSQL, is not ours to judge.</summary>
    private static readonly ImmutableHashSet<string> OtherServers = ImmutableHashSet.Create(
        "Microsoft.EntityFrameworkCore.SqlServer",
        "Microsoft.EntityFrameworkCore.Sqlite",
        "Microsoft.EntityFrameworkCore.Cosmos",
        "Pomelo.EntityFrameworkCore.MySql",
        "MySql.EntityFrameworkCore",
        "Oracle.EntityFrameworkCore",
        "Microsoft.Data.SqlClient",
        "System.Data.SqlClient",
        "Microsoft.Data.Sqlite",
        "MySqlConnector",
        "MySql.Data",
        "Oracle.ManagedDataAccess");

    /// <summary>The libraries of <see cref="AssemblyNames"/> that speak to PostgreSQL only.</summary>
    private static readonly ImmutableHashSet<string> PostgreSqlOnly = ImmutableHashSet.Create(
        "Npgsql", "Npgsql.EntityFrameworkCore.PostgreSQL", "Marten", "RepoDb.PostgreSql", "ServiceStack.OrmLite.PostgreSQL");

    public static bool IsReferencedBy(Compilation compilation)
    {
        var references = ReferenceNames.Of(compilation);
        return AssemblyNames.Any(references.Contains) && (PostgreSqlOnly.Any(references.Contains) || !OtherServers.Any(references.Contains));
    }
}
