using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Retry;

/// <summary>What of the database's failures a handler's type lets in.</summary>
internal enum Caught : byte
{
    /// <summary>None of them.</summary>
    Nothing,

    /// <summary>Every failure of the driver: <c>Exception</c>, and what stands between it and <c>DbException</c>.</summary>
    Everything,

    /// <summary>Every failure of the driver and nothing else: <c>DbException</c>, <c>NpgsqlException</c>.</summary>
    Driver,

    /// <summary>What the server said, not a broken socket: <c>PostgresException</c>.</summary>
    Server,

    /// <summary>What EF Core makes of a failure: <c>DbUpdateException</c>, <c>InvalidOperationException</c>, <c>RetryLimitExceededException</c>.</summary>
    EfCore,
}

/// <summary>Reads handlers. The hierarchy is PostgresException : NpgsqlException : DbException : ExternalException : SystemException : Exception.</summary>
internal static class Handler
{
    public static Caught Of(CatchClauseSyntax clause, SemanticModel model, System.Threading.CancellationToken cancellation) =>
        clause.Declaration is { } declaration ? Of(model.GetTypeInfo(declaration.Type, cancellation).Type) : Caught.Everything;

    /// <summary>Every failure of the driver comes into the handler: a lost connection does.</summary>
    public static bool TakesDriver(CatchClauseSyntax clause, SemanticModel model, System.Threading.CancellationToken cancellation) =>
        Of(clause, model, cancellation) is Caught.Everything or Caught.Driver;

    public static Caught Of(ITypeSymbol? type)
    {
        if (KnownTypes.Is(type, "System", "Exception") || KnownTypes.Is(type, "System", "SystemException") || KnownTypes.Is(type, "System.Runtime.InteropServices", "ExternalException"))
        {
            return Caught.Everything;
        }

        if (KnownTypes.Is(type, "System.Data.Common", "DbException") || KnownTypes.Is(type, "Npgsql", "NpgsqlException"))
        {
            return Caught.Driver;
        }

        if (KnownTypes.Is(type, "Npgsql", "PostgresException"))
        {
            return Caught.Server;
        }

        return KnownTypes.Is(type, "Microsoft.EntityFrameworkCore", "DbUpdateException") || KnownTypes.Is(type, "System", "InvalidOperationException")
            || KnownTypes.Is(type, "Microsoft.EntityFrameworkCore.Storage", "RetryLimitExceededException")
            ? Caught.EfCore
            : Caught.Nothing;
    }

    /// <summary>An exception of another driver: MySQL calls a deadlock 40001 and has no 40P01. What its states, texts and <c>IsTransient</c> say is not PostgreSQL's.</summary>
    public static bool IsOfOtherDriver(ITypeSymbol? type) =>
        KnownTypes.DerivesFrom(type, "System.Data.Common", "DbException") && !KnownTypes.Is(type, "System.Data.Common", "DbException") && !KnownTypes.DerivesFrom(type, "Npgsql", "NpgsqlException");

    /// <summary>A handler for everything that cleans up and throws again is none; of one that names the driver's type, somebody has meant what it does.</summary>
    public static bool OnlyCleansUp(CatchClauseSyntax clause) =>
        clause.Filter is null && clause.Block.Statements.LastOrDefault() is ThrowStatementSyntax { Expression: null }
        && !clause.Block.DescendantNodes(n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            .Any(n => n is ReturnStatementSyntax or ContinueStatementSyntax or BreakStatementSyntax or GotoStatementSyntax or ThrowStatementSyntax { Expression: not null } or ThrowExpressionSyntax);
}
