using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// A lock that is taken on purpose before a call may be there for the call: it lasts until the end of the transaction, and the call would leave that
/// (PostgreSQL documentation, "Explicit Locking").
/// </summary>
internal static class ExplicitLock
{
    /// <summary>A table is locked, or rows whose values nobody reads: a lock for its own sake, as an advisory lock is.</summary>
    public static bool IsTakenIn(IEnumerable<SyntaxNode> nodes, SemanticModel model, CancellationToken cancellationToken)
    {
        var all = nodes.ToList();
        return AdvisoryLock.IsTakenIn(all)
            || Leaves(all).Any(statement => Locks(statement, model, cancellationToken).Any(sql => sql.Kind == SqlKind.Lock || statement is ExpressionStatementSyntax { Expression: not AssignmentExpressionSyntax }));
    }

    /// <summary>Rows are locked by what the call speaks of, too: a second call for the same would have waited.</summary>
    public static bool IsTakenFor(CodeFacts call, IEnumerable<SyntaxNode> nodes, FactSource facts, Region region, CancellationToken cancellationToken)
    {
        var named = new HashSet<ISymbol>(call.Mentions.Where(symbol => IsValue(symbol) && !region.IsRegionSymbol(symbol)), SymbolEqualityComparer.Default);
        return named.Count > 0 && Leaves(nodes).Any(statement => Locks(statement, facts.Model, cancellationToken).Any() && named.Overlaps(facts.Of(statement).Mentions));
    }

    private static bool IsValue(ISymbol symbol) => symbol switch
    {
        ILocalSymbol local => local.Type.Name != "CancellationToken",
        IParameterSymbol parameter => parameter.Type.Name != "CancellationToken",
        _ => false,
    };

    private static IEnumerable<SqlStatement> Locks(StatementSyntax statement, SemanticModel model, CancellationToken cancellationToken) =>
        SqlInCode.Statements([statement], model, cancellationToken)
            .Where(sql => sql.Kind == SqlKind.Lock || (sql.Kind == SqlKind.Select && sql.Has(SqlEffect.Locks) && !sql.Has(SqlEffect.ChangesData)));

    /// <summary>The statements that have none in them.</summary>
    private static IEnumerable<StatementSyntax> Leaves(IEnumerable<SyntaxNode> nodes) =>
        nodes.SelectMany(node => node.DescendantNodesAndSelf()).OfType<StatementSyntax>().Where(statement => statement is ExpressionStatementSyntax or LocalDeclarationStatementSyntax or ReturnStatementSyntax);
}
