using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Effects;

/// <summary>What a type is for the engine.</summary>
internal enum Shape : byte
{
    Other,

    /// <summary>A connection of ADO.NET that can be one to PostgreSQL.</summary>
    Connection,

    /// <summary>EF Core's <c>DbContext</c>, or its <c>Database</c>: a connection that is opened for each operation.</summary>
    Context,

    /// <summary>A query that runs when it is enumerated.</summary>
    Query,

    /// <summary>A transaction object.</summary>
    Transaction,

    /// <summary>A command or a batch.</summary>
    Command,

    /// <summary>A task, or anything else that is awaited.</summary>
    Awaitable,

    /// <summary>An asynchronous or lazy sequence.</summary>
    Sequence,

    Delegate,
}

/// <summary>
/// Classifies types by the library types that they are or derive from. A type of the project's own that only shares a library's
/// name is <see cref="Shape.Other"/>: the names are looked up in metadata, never in source.
/// </summary>
internal sealed class Shapes
{
    private static readonly ImmutableDictionary<string, Shape> Names = new Dictionary<string, Shape>
    {
        ["System.Data.IDbConnection"] = Shape.Connection,
        ["System.Data.Common.DbConnection"] = Shape.Connection,
        ["Npgsql.NpgsqlConnection"] = Shape.Connection,
        ["Microsoft.EntityFrameworkCore.DbContext"] = Shape.Context,
        ["Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade"] = Shape.Context,
        ["System.Linq.IQueryable"] = Shape.Query,
        ["System.Data.IDbTransaction"] = Shape.Transaction,
        ["System.Data.Common.DbTransaction"] = Shape.Transaction,
        ["Npgsql.NpgsqlTransaction"] = Shape.Transaction,
        ["Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction"] = Shape.Transaction,
        ["System.Data.IDbCommand"] = Shape.Command,
        ["System.Data.Common.DbCommand"] = Shape.Command,
        ["System.Data.Common.DbBatch"] = Shape.Command,
        ["System.Threading.Tasks.Task"] = Shape.Awaitable,
        ["System.Threading.Tasks.ValueTask"] = Shape.Awaitable,
        ["System.Threading.Tasks.ValueTask`1"] = Shape.Awaitable,
        ["Grpc.Core.AsyncUnaryCall`1"] = Shape.Awaitable,
    }.ToImmutableDictionary();

    private readonly ConcurrentDictionary<ITypeSymbol, Shape> cache = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ITypeSymbol, bool> followed = new(SymbolEqualityComparer.Default);

    public Shape Of(ITypeSymbol? type) => type is null ? Shape.Other : cache.GetOrAdd(type, Classify);

    /// <summary>Types of members, and of their members, that are looked at to see what an object can carry.</summary>
    private const int MaxNesting = 3;

    /// <summary>One table per nesting, so that an answer does not depend on who asked first.</summary>
    private readonly ConcurrentDictionary<ITypeSymbol, bool>[] carriers =
        Enumerable.Range(0, MaxNesting + 1).Select(_ => new ConcurrentDictionary<ITypeSymbol, bool>(SymbolEqualityComparer.Default)).ToArray();

    /// <summary>An object of this type can hold a transaction, a connection, a task or a delegate; any other is plain data.</summary>
    public bool CanCarry(ITypeSymbol? type, int nesting = 0)
    {
        if (type is null || nesting > MaxNesting || Of(type) != Shape.Other)
        {
            return type is not null && Of(type) is not (Shape.Other or Shape.Sequence);
        }

        if (DeferredBy(type) is { } deferred)
        {
            return CanCarry(deferred, nesting);
        }

        if (type.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty || type.TypeKind is not (TypeKind.Class or TypeKind.Interface or TypeKind.Struct))
        {
            return false;
        }

        if (type.TypeKind == TypeKind.Interface)
        {
            return true;
        }

        if (carriers[nesting].TryGetValue(type, out var known))
        {
            return known;
        }

        var found = false;
        for (var t = type as INamedTypeSymbol; t is not null && !found; t = t.BaseType)
        {
            found = t.GetMembers().Any(m => m is IFieldSymbol { IsStatic: false } field && CanCarry(field.Type, nesting + 1))
                || t.InstanceConstructors.Any(c => !c.DeclaringSyntaxReferences.IsEmpty && c.Parameters.Any(p => CanCarry(p.Type, nesting + 1)));
        }

        return carriers[nesting].GetOrAdd(type, found);
    }

    /// <summary>What an object of this type has in its members is kept: a class or an interface in source that can carry something.</summary>
    public bool IsFollowed(ITypeSymbol type) => followed.TryGetValue(type, out var known) ? known : followed.GetOrAdd(
        type, type.TypeKind is TypeKind.Class or TypeKind.Interface && !type.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty && CanCarry(type));

    /// <summary>What a <c>Lazy&lt;T&gt;</c> of a transaction, a connection or a context makes; null for any other type.</summary>
    public ITypeSymbol? DeferredBy(ITypeSymbol? type) =>
        type is INamedTypeSymbol { Name: "Lazy", TypeArguments: { Length: > 0 } arguments } && Retry.KnownTypes.Is(type, "System", "Lazy") && Of(arguments[0]) is Shape.Transaction or Shape.Connection or Shape.Context ? arguments[0] : null;

    /// <summary>A parameter of this type means that the body runs inside its caller's transaction.</summary>
    public bool IsCallersTransaction(ITypeSymbol type) => Of(type) == Shape.Transaction && type.TypeKind is TypeKind.Class or TypeKind.Interface && !IsOtherDatabase(type);

    private static Shape Classify(ITypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Delegate)
        {
            return Shape.Delegate;
        }

        if (type is ITypeParameterSymbol parameter)
        {
            foreach (var constraint in parameter.ConstraintTypes)
            {
                if (Classify(constraint) is var shape and not Shape.Other)
                {
                    return shape;
                }
            }

            return Shape.Other;
        }

        if (type.SpecialType is not SpecialType.None and not SpecialType.System_Collections_Generic_IEnumerable_T)
        {
            return Shape.Other;
        }

        for (var t = type; t is not null && t.SpecialType != SpecialType.System_Object; t = t.BaseType)
        {
            if (Known(t) is var shape and not Shape.Other)
            {
                return shape is Shape.Connection or Shape.Command or Shape.Transaction && IsOtherDatabase(type) ? Shape.Other : shape;
            }
        }

        foreach (var i in type.AllInterfaces)
        {
            if (Known(i) is var shape and not Shape.Other)
            {
                return shape is Shape.Connection or Shape.Command or Shape.Transaction && IsOtherDatabase(type) ? Shape.Other : shape;
            }
        }

        return type is INamedTypeSymbol { IsGenericType: true, ContainingNamespace.Name: "Generic", Name: "IAsyncEnumerable" or "IEnumerable" } ? Shape.Sequence : Shape.Other;
    }

    private static Shape Known(ITypeSymbol type)
    {
        // A name says something only in the assembly of a library.
        if (!type.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty || !Names.TryGetValue(FullName(type), out var shape))
        {
            return Shape.Other;
        }

        return shape;
    }

    /// <summary>SqlClient, MySqlConnector …: another server's connection, whose transactions are not ours to judge.</summary>
    private static bool IsOtherDatabase(ITypeSymbol type)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            if (Names.ContainsKey(FullName(t)))
            {
                return false;
            }

            if (t.DeclaringSyntaxReferences.IsEmpty && t.ContainingAssembly?.Name is { } assembly && assembly != "Npgsql" && t.TypeKind == TypeKind.Class
                && t.ContainingNamespace?.ToDisplayString() is var space && space is not null && IsForeign(space))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsForeign(string space) =>
        space.StartsWith("Microsoft.Data.", System.StringComparison.Ordinal) || space.StartsWith("System.Data.SqlClient", System.StringComparison.Ordinal)
        || space.StartsWith("System.Data.SQLite", System.StringComparison.Ordinal) || space.StartsWith("System.Data.Odbc", System.StringComparison.Ordinal)
        || space.StartsWith("System.Data.OleDb", System.StringComparison.Ordinal) || space.StartsWith("MySql", System.StringComparison.Ordinal)
        || space.StartsWith("Oracle.", System.StringComparison.Ordinal) || space.StartsWith("FirebirdSql.", System.StringComparison.Ordinal)
        || space.StartsWith("ClickHouse.", System.StringComparison.Ordinal) || space.StartsWith("Snowflake.", System.StringComparison.Ordinal)
        || space.StartsWith("DuckDB.", System.StringComparison.Ordinal);

    private static string FullName(ITypeSymbol type)
    {
        var name = type.OriginalDefinition.MetadataName;
        return type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + name : name;
    }
}
