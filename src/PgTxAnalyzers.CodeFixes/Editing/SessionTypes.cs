using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// What dies with a session: connections, transactions, commands, readers, scopes, contexts. A unit that runs again has to make its own; a data source, a factory or
/// an options object may be the same each time.
/// </summary>
internal static class SessionTypes
{
    public static bool Is(ITypeSymbol? type)
    {
        if (type is null)
        {
            return false;
        }

        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current.Name is "DbConnection" or "DbTransaction" or "DbCommand" or "DbBatch" or "DbDataReader" or "TransactionScope" or "DbContext"
                    or "NpgsqlBinaryImporter" or "NpgsqlBinaryExporter" or "GridReader" && DataLibrary.IsInLibrary(current))
            {
                return true;
            }
        }

        return IsFace(type) || type.AllInterfaces.Any(IsFace);
    }

    private static bool IsFace(ITypeSymbol type) =>
        type.Name is "IDbConnection" or "IDbTransaction" or "IDbCommand" or "IDataReader" or "IDbContextTransaction" && DataLibrary.IsInLibrary(type);
}
