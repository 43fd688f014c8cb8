using System.Collections.Generic;
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

    public static bool IsReferencedBy(Compilation compilation) => AnyOf(compilation.ReferencedAssemblyNames);

    private static bool AnyOf(IEnumerable<AssemblyIdentity> references) => references.Any(reference => AssemblyNames.Contains(reference.Name));
}
