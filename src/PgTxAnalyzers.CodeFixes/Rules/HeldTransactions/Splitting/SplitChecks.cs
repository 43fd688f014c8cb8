using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions.Splitting;

/// <summary>
/// Where two transactions would not write what one does, or could not rely on what the first has left: each question names what would go wrong.
/// What does not compile is asked of the compiler later.
/// </summary>
internal sealed class SplitChecks(SplitHalves halves, CancellationToken cancellationToken)
{
    private readonly HeldCall _call = halves.Unit.Call;

    public bool Pass() =>
        HasTwoHalves() && NothingLeaves() && TransactionIsOnlyUsed() && NoLockIsReliedOn() && NoStateIsReliedOn() && NoSnapshotIsReliedOn()
        && CrossingIsPlain() && NothingIsReleasedEarly() && !new Replays(_call, cancellationToken).RunsAgain(halves.Unit);

    /// <summary>With nothing before the call, or nothing behind it, one of the two transactions would be empty: then the call moves.</summary>
    private bool HasTwoHalves() =>
        halves.First.Any(statement => _call.Facts.UsesRegion(statement, _call.Region)) && halves.Second.Any(statement => _call.Facts.UsesRegion(statement, _call.Region));

    /// <summary>A return behind the call that comes before the commit takes back what is written before it: after a split it could not.</summary>
    private bool NothingLeaves() =>
        !halves.Group.Facts.JumpsWithoutThrow && !halves.Group.Facts.IsUnclear
        && !halves.Second.Any(statement => _call.Facts.Of(statement).JumpsWithoutThrow || _call.Facts.Of(statement).IsUnclear)
        && (!halves.Unit.IsRetried || halves.Unit.Function.CanLeave(halves.Group.Facts, _call.Model))
        && !(halves.Unit.IsRetried && halves.First.Any(statement => _call.Facts.Of(statement).JumpsWithoutThrow))
        && !halves.First.Any(statement => statement.DescendantNodesAndSelf().Any(node => node is YieldStatementSyntax or LabeledStatementSyntax || node.IsKind(SyntaxKind.GotoStatement)));

    /// <summary>
    /// A savepoint of the first half is gone in the second; so is what somebody keeps who was given the first transaction. A roll-back is a decision, allowed
    /// where the path ends with it.
    /// </summary>
    private bool TransactionIsOnlyUsed()
    {
        foreach (var (statement, isFirst) in halves.First.Select(first => (first, true)).Concat(halves.Second.Select(second => (second, false))))
        {
            var ends = statement.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>().Where(IsOfTransaction).Select(Name).ToList();
            var leaves = _call.Facts.Of(statement).Jumps && (isFirst || !_call.Facts.Of(statement).JumpsWithoutThrow);
            if (ends.Any(name => name is not ("Rollback" or "RollbackAsync" or "RollbackTransaction" or "RollbackTransactionAsync") || !leaves)
                || (isFirst && (IsKept(statement) || CallsNamed(statement, "UseTransaction", "UseTransactionAsync", "EnlistTransaction"))))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsOfTransaction(InvocationExpressionSyntax invocation) =>
        invocation.Expression is MemberAccessExpressionSyntax access
        && (IsTransaction(access.Expression) || (access.Name.Identifier.ValueText is "CommitTransaction" or "CommitTransactionAsync" or "RollbackTransaction" or "RollbackTransactionAsync"))
        && Name(invocation) is not ("ConfigureAwait" or "GetDbTransaction");

    private bool IsTransaction(ExpressionSyntax expression) =>
        _call.Region.Transaction is { } transaction && SymbolEqualityComparer.Default.Equals(_call.Model.GetSymbolInfo(expression, cancellationToken).Symbol, transaction);

    private static string Name(InvocationExpressionSyntax invocation) => ((MemberAccessExpressionSyntax)invocation.Expression).Name.Identifier.ValueText;

    /// <summary>The transaction or connection goes into a member, or to an own method that puts it into one: what is kept there is the first one.</summary>
    private bool IsKept(StatementSyntax statement)
    {
        foreach (var name in statement.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Where(IsRegionName))
        {
            var isStored = name.Parent is AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax or IdentifierNameSyntax } assignment && assignment.Right == name
                && _call.Model.GetSymbolInfo(Root(assignment.Left), cancellationToken).Symbol is not ILocalSymbol;
            var isGiven = name.Parent is ArgumentSyntax { Parent.Parent: ExpressionSyntax called } argument
                && _call.Model.GetSymbolInfo(called, cancellationToken).Symbol is IMethodSymbol method && Keeps(method, argument, (called as InvocationExpressionSyntax)?.ArgumentList);
            var isCaptured = name.Ancestors().TakeWhile(node => node != statement).Any(node => node is AnonymousFunctionExpressionSyntax) && _call.Facts.Of(statement).Declares.Any(IsDelegate);
            if (isStored || isGiven || isCaptured)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsRegionName(IdentifierNameSyntax name) => _call.Region.IsRegionSymbol(_call.Model.GetSymbolInfo(name, cancellationToken).Symbol);

    private static bool IsDelegate(ISymbol local) => local is ILocalSymbol { Type.TypeKind: TypeKind.Delegate };

    private static ExpressionSyntax Root(ExpressionSyntax expression) => expression is MemberAccessExpressionSyntax access ? Root(access.Expression) : expression;

    private bool Keeps(IMethodSymbol method, ArgumentSyntax argument, ArgumentListSyntax? arguments)
    {
        var index = arguments?.Arguments.IndexOf(argument) ?? -1;
        return index >= 0 && index < method.Parameters.Length && method.DeclaringSyntaxReferences.Any(reference =>
            reference.GetSyntax(cancellationToken).DescendantNodes().OfType<AssignmentExpressionSyntax>().Any(assignment =>
                assignment.Right is IdentifierNameSyntax right && right.Identifier.ValueText == (argument.NameColon?.Name.Identifier.ValueText ?? method.Parameters[index].Name)));
    }

    private static bool CallsNamed(SyntaxNode node, params string[] names) =>
        node.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>().Any(call => call.Expression is MemberAccessExpressionSyntax access && names.Contains(access.Name.Identifier.ValueText));

    /// <summary>
    /// A lock that was taken on purpose goes with the first commit. It is enough where the second half begins by reading the same table again.
    /// </summary>
    private bool NoLockIsReliedOn()
    {
        if (AdvisoryLock.IsTakenIn(halves.First))
        {
            return false;
        }

        var locked = Sql(halves.First).Where(statement => statement.Kind == SqlKind.Lock || (statement.Kind == SqlKind.Select && statement.Has(SqlEffect.Locks) && !statement.Has(SqlEffect.ChangesData))).ToList();
        var next = halves.Second.FirstOrDefault(statement => _call.Facts.UsesRegion(statement, _call.Region));
        return locked.All(statement => statement is { Kind: SqlKind.Select, Target: { } table } && Sql([next!]).Any(read => read.Kind == SqlKind.Select && read.Target == table));
    }

    /// <summary>What lasts until the end of a transaction or session, and is read or used later: settings, temporary tables, cursors, savepoints, the last value of a sequence.</summary>
    private bool NoStateIsReliedOn() =>
        !Sql(halves.First).Any(IsState)
        && !Sql(halves.Second).Any(statement => statement.Kind is SqlKind.RollbackTo or SqlKind.Release || statement.Calls.Any(call => call.Kind is SqlCallKind.Currval or SqlCallKind.Lastval));

    private static bool IsState(SqlStatement statement) =>
        statement.Kind is SqlKind.SetLocal or SqlKind.SetTransaction or SqlKind.SetConstraints or SqlKind.CreateTemp or SqlKind.DeclareCursor or SqlKind.Savepoint
            or SqlKind.Begin or SqlKind.Commit or SqlKind.CommitAndChain or SqlKind.Rollback or SqlKind.RollbackAndChain or SqlKind.PrepareTransaction
        || statement.Has(SqlEffect.SessionState)
        || statement.Calls.Any(call => call.Kind is SqlCallKind.SetConfig or SqlCallKind.ExportSnapshot);

    /// <summary>Under REPEATABLE READ and SERIALIZABLE what was read still holds at the commit. With two transactions it need not.</summary>
    private bool NoSnapshotIsReliedOn()
    {
        if (!IsSnapshot())
        {
            return true;
        }

        var crossing = halves.Crossing().ToList();
        return !halves.First.Any(statement => _call.Facts.UsesRegion(statement, _call.Region) && !OnlyWrites(statement) && _call.Facts.Of(statement).Declares.Concat(_call.Facts.Of(statement).Writes).Any(crossing.Contains));
    }

    private bool OnlyWrites(StatementSyntax statement)
    {
        var sql = Sql([statement]).Where(text => text.Kind != SqlKind.Unknown).ToList();
        return sql.Count > 0 && sql.All(text => text.Kind is SqlKind.Insert or SqlKind.Update or SqlKind.Delete or SqlKind.Merge);
    }

    /// <summary>A <c>TransactionScope</c> is SERIALIZABLE unless its options say otherwise (.NET documentation, "TransactionScope").</summary>
    private bool IsSnapshot()
    {
        var begin = _call.Region.Begin;
        var levels = Levels(begin).ToList();
        return levels.Any(level => level is "Serializable" or "RepeatableRead" or "Snapshot") || (_call.Region.IsScope && levels.Count == 0);
    }

    private IEnumerable<string> Levels(SyntaxNode begin)
    {
        var nodes = begin.DescendantNodes().ToList();
        foreach (var name in nodes.OfType<IdentifierNameSyntax>().ToList())
        {
            if (_call.Model.GetSymbolInfo(name, cancellationToken).Symbol is (IFieldSymbol or ILocalSymbol or IPropertySymbol) and { DeclaringSyntaxReferences: var references })
            {
                nodes.AddRange(references.SelectMany(reference => reference.GetSyntax(cancellationToken).DescendantNodes()));
            }
        }

        return nodes.OfType<MemberAccessExpressionSyntax>().Where(access => access.Expression.ToString().EndsWith("IsolationLevel", System.StringComparison.Ordinal)).Select(access => access.Name.Identifier.ValueText);
    }

    /// <summary>
    /// What is read behind the first half must not be bound to it: a command, a reader, a task, an object that holds the connection, a local that a closure
    /// of both sides shares. Where the context is made anew, an object that the first one tracks would not be saved.
    /// </summary>
    private bool CrossingIsPlain()
    {
        var crossing = halves.Crossing().OfType<ILocalSymbol>().ToList();
        var isContextNew = halves.First.Count > 0 && Enumerable.Range(0, halves.Unit.Rung + 1).SelectMany(rung => halves.Heads.In(rung)).Any(IsNewContext);
        return crossing.All(local => PlainData.IsPlain(local.Type) && (local.Type.Name != "IEnumerable" || BufferedQuery.IsIn(local, _call.Model, cancellationToken)) && !(isContextNew && !ImmutableTypes.Contains(local.Type)))
            && !crossing.Any(local => IsCaptured(local, halves.First) && IsCaptured(local, halves.Group.Statements.Concat(halves.Second).Concat(halves.Tail)));
    }

    private bool IsNewContext(StatementSyntax head) =>
        head is LocalDeclarationStatementSyntax { Declaration.Variables: { Count: 1 } variables }
            ? _call.Model.GetDeclaredSymbol(variables[0], cancellationToken) is ILocalSymbol { Type: var type } && DataLibrary.IsContextType(type)
            : head.ToString().Contains("ChangeTracker.Clear")
                || (_call.Region.Connection is ILocalSymbol { Type: var held } && DataLibrary.IsContextType(held) && _call.Region.IsMaking(head, _call.Model, cancellationToken));

    private bool IsCaptured(ILocalSymbol local, IEnumerable<StatementSyntax> statements) =>
        statements.Any(statement => statement is not LocalFunctionStatementSyntax && _call.Model.AnalyzeDataFlow(statement) is { Succeeded: true } flow && flow.CapturedInside.Contains(local, SymbolEqualityComparer.Default));

    /// <summary>A <c>using</c> of the first half that is not the database's (a lock, a scope of the log) would end before the call.</summary>
    private bool NothingIsReleasedEarly()
    {
        var own = halves.Unit.Owner is null ? halves.Unit.List : [];
        return !halves.First.Where(statement => !own.Contains(statement)).OfType<LocalDeclarationStatementSyntax>()
            .Any(declaration => declaration.UsingKeyword != default && !_call.Facts.Of(declaration).UsesDatabase);
    }

    private IEnumerable<SqlStatement> Sql(IEnumerable<SyntaxNode> nodes) => SqlInCode.Statements(nodes, _call.Model, cancellationToken);
}
